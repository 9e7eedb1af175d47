/// How the log looks: lines for people or JSON for machines, and never a secret in either.
@NullMarked
package dev.tenon.log;

import org.jspecify.annotations.NullMarked;
