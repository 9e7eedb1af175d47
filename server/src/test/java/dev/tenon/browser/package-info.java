/// What tests in a real browser need.
@NullMarked
package dev.tenon.browser;

import org.jspecify.annotations.NullMarked;
