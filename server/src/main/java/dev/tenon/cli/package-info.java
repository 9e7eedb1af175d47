/// The commands. Each prints for people, or one JSON document with `--json`; a failure is one line
/// that says what to do.
@NullMarked
package dev.tenon.cli;

import org.jspecify.annotations.NullMarked;
