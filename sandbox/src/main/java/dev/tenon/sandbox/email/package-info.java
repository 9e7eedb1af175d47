/// Stand-ins for the email providers that speak HTTP.
@NullMarked
package dev.tenon.sandbox.email;

import org.jspecify.annotations.NullMarked;
