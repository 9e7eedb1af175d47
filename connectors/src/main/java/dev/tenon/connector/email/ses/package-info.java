/// Amazon SES by its second API, with requests that are signed (Signature Version 4).
@NullMarked
package dev.tenon.connector.email.ses;

import org.jspecify.annotations.NullMarked;
