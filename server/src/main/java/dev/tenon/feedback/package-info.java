/// What became of mails: providers' reports, and what follows from them.
@NullMarked
package dev.tenon.feedback;

import org.jspecify.annotations.NullMarked;
