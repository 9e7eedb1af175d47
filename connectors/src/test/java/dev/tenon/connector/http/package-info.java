@NullMarked
package dev.tenon.connector.http;

import org.jspecify.annotations.NullMarked;
