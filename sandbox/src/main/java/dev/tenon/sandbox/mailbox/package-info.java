/// The mailbox: every mail that a simulated email provider accepted, kept in memory, with an API
/// and pages.
@NullMarked
package dev.tenon.sandbox.mailbox;

import org.jspecify.annotations.NullMarked;
