@NullMarked
package dev.tenon.endpoint;

import org.jspecify.annotations.NullMarked;
