/// The Java client, held against this server's API document.
@NullMarked
package dev.tenon.client;

import org.jspecify.annotations.NullMarked;
