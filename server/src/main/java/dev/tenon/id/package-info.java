@NullMarked
package dev.tenon.id;

import org.jspecify.annotations.NullMarked;
