/// Mail submission over SMTP (RFC 6409) with a few open connections.
@NullMarked
package dev.tenon.connector.email.smtp;

import org.jspecify.annotations.NullMarked;
