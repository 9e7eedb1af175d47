@NullMarked
package dev.tenon.connector.calcom;

import org.jspecify.annotations.NullMarked;
