/// One email through any provider: the message, the seam a provider implements, the rules that
/// choose the next step after each outcome, and the in-process service built on them.
@NullMarked
package dev.tenon.connector.email;

import org.jspecify.annotations.NullMarked;
