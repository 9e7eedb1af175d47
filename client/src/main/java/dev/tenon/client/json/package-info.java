/// JSON as the API and its events use it: a small reader with bounds, a writer, and records made of
/// objects. It is here so that the client needs no library; it is no library of its own.
@NullMarked
package dev.tenon.client.json;

import org.jspecify.annotations.NullMarked;
