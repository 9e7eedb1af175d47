@NullMarked
package dev.tenon.suppression;

import org.jspecify.annotations.NullMarked;
