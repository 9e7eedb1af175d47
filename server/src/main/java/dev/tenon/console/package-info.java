/// The console: pages for people, rendered here and lively without being a second program.
///
/// Reading a page never changes anything. What can be done from a page is a form that carries the
/// session's token, and goes through the service that the API uses for the same thing.
@NullMarked
package dev.tenon.console;

import org.jspecify.annotations.NullMarked;
