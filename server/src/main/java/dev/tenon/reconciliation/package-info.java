/// What providers never sent, found in their own lists of events.
@NullMarked
package dev.tenon.reconciliation;

import org.jspecify.annotations.NullMarked;
