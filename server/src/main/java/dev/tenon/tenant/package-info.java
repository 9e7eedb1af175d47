@NullMarked
package dev.tenon.tenant;

import org.jspecify.annotations.NullMarked;
