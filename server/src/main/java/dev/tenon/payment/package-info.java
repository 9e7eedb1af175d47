@NullMarked
package dev.tenon.payment;

import org.jspecify.annotations.NullMarked;
