/// What an operator can measure: one list of metrics, and the way to count them.
@NullMarked
package dev.tenon.metric;

import org.jspecify.annotations.NullMarked;
