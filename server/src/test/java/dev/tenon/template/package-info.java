@NullMarked
package dev.tenon.template;

import org.jspecify.annotations.NullMarked;
