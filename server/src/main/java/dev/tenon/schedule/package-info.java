/// Work that the clock starts, once over all nodes.
@NullMarked
package dev.tenon.schedule;

import org.jspecify.annotations.NullMarked;
