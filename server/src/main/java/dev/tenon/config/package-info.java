/// The settings: read once at start, checked as a whole, and then only records.
///
/// `tenon.default.toml` is the reference and the only place of the defaults. A new setting is a
/// line there and a component of a record in [dev.tenon.config.Config].
@NullMarked
package dev.tenon.config;

import org.jspecify.annotations.NullMarked;
