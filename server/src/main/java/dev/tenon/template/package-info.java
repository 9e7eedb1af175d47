/// Templates of mails: what comes with the program, what the operator adds, and what each tenant
/// puts in their place.
@NullMarked
package dev.tenon.template;

import org.jspecify.annotations.NullMarked;
