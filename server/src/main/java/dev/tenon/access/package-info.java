@NullMarked
package dev.tenon.access;

import org.jspecify.annotations.NullMarked;
