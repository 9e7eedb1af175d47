/// Mailgun's messages API, whose events can be asked by the Message-Id that we give.
@NullMarked
package dev.tenon.connector.email.mailgun;

import org.jspecify.annotations.NullMarked;
