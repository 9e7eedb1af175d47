/// The page that shows the API document to people: every operation with its fields, an example, and
/// a form to try it.
@org.jspecify.annotations.NullMarked
package dev.tenon.reference;
