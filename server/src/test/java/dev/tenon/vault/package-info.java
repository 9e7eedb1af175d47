@NullMarked
package dev.tenon.vault;

import org.jspecify.annotations.NullMarked;
