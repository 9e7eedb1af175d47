/// Webhook endpoints that this server registers at providers.
@NullMarked
package dev.tenon.registration;

import org.jspecify.annotations.NullMarked;
