@NullMarked
package dev.tenon.connector.signature;

import org.jspecify.annotations.NullMarked;
