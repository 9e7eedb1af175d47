@NullMarked
package dev.tenon.connector.stripe;

import org.jspecify.annotations.NullMarked;
