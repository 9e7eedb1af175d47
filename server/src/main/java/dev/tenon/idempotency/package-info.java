@NullMarked
package dev.tenon.idempotency;

import org.jspecify.annotations.NullMarked;
