@NullMarked
package dev.tenon.inbox;

import org.jspecify.annotations.NullMarked;
