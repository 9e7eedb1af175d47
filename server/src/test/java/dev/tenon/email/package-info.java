@NullMarked
package dev.tenon.email;

import org.jspecify.annotations.NullMarked;
