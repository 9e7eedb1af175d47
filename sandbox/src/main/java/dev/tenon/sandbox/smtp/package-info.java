/// A mail server that takes every mail into the mailbox, and refuses or breaks on request.
@NullMarked
package dev.tenon.sandbox.smtp;

import org.jspecify.annotations.NullMarked;
