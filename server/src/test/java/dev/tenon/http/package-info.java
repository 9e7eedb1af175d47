@NullMarked
package dev.tenon.http;

import org.jspecify.annotations.NullMarked;
