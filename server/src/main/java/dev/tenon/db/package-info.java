@NullMarked
package dev.tenon.db;

import org.jspecify.annotations.NullMarked;
