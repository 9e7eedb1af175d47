@NullMarked
package dev.tenon.sandbox;

import org.jspecify.annotations.NullMarked;
