/// Clients that generators of others make of the API document.
@NullMarked
package dev.tenon.generated;

import org.jspecify.annotations.NullMarked;
