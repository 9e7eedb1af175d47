/// How mail goes: figures by tenant, stream, provider and hour.
@NullMarked
package dev.tenon.number;

import org.jspecify.annotations.NullMarked;
