@NullMarked
package dev.tenon.spring;

import org.jspecify.annotations.NullMarked;
