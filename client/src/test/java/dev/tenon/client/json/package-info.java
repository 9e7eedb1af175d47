@NullMarked
package dev.tenon.client.json;

import org.jspecify.annotations.NullMarked;
