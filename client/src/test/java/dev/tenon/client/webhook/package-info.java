@NullMarked
package dev.tenon.client.webhook;

import org.jspecify.annotations.NullMarked;
