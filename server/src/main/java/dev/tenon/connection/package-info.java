@NullMarked
package dev.tenon.connection;

import org.jspecify.annotations.NullMarked;
