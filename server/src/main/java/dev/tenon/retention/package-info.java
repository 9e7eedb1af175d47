/// What is done and old goes; what still needs somebody stays.
@NullMarked
package dev.tenon.retention;

import org.jspecify.annotations.NullMarked;
