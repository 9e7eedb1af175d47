@NullMarked
package dev.tenon.connector.oauth;

import org.jspecify.annotations.NullMarked;
