@NullMarked
package dev.tenon.generic;

import org.jspecify.annotations.NullMarked;
