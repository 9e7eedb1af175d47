/// Postmark's HTTP API for transactional mail.
@NullMarked
package dev.tenon.connector.email.postmark;

import org.jspecify.annotations.NullMarked;
