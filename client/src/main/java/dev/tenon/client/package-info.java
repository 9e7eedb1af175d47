/// Tenon's API for Java programs: [Tenon] is the way in. Nothing but the JDK is needed.
@NullMarked
package dev.tenon.client;

import org.jspecify.annotations.NullMarked;
