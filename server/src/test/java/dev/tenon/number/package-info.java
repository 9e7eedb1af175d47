@NullMarked
package dev.tenon.number;

import org.jspecify.annotations.NullMarked;
