@NullMarked
package dev.tenon.delivery;

import org.jspecify.annotations.NullMarked;
