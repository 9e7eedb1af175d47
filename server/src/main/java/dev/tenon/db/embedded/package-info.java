/// A PostgreSQL that Tenon brings along: unpacked from the class path, run as a child process on
/// the loopback address, and treated like any other database from there on.
@NullMarked
package dev.tenon.db.embedded;

import org.jspecify.annotations.NullMarked;
