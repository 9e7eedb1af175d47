@NullMarked
package dev.tenon;

import org.jspecify.annotations.NullMarked;
