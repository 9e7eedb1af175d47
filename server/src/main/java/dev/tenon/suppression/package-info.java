/// Whom a tenant must not write to.
@NullMarked
package dev.tenon.suppression;

import org.jspecify.annotations.NullMarked;
