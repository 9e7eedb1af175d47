@NullMarked
package dev.tenon.lane;

import org.jspecify.annotations.NullMarked;
