@NullMarked
package dev.tenon.work;

import org.jspecify.annotations.NullMarked;
