@NullMarked
package dev.tenon.feedback;

import org.jspecify.annotations.NullMarked;
