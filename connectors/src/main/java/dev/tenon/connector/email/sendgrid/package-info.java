/// SendGrid's v3 API, which can't be asked what became of a message.
@NullMarked
package dev.tenon.connector.email.sendgrid;

import org.jspecify.annotations.NullMarked;
