/// Resend's HTTP API, whose idempotency keys settle a lost answer.
@NullMarked
package dev.tenon.connector.email.resend;

import org.jspecify.annotations.NullMarked;
