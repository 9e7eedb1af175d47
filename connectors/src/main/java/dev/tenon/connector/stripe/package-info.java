/// Stripe: its events read from raw JSON in every shape since 2020-08-27, and the calls made to it.
@NullMarked
package dev.tenon.connector.stripe;

import org.jspecify.annotations.NullMarked;
