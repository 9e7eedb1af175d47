/// Webhooks of services that this server knows nothing of: verified by settings, and told to the
/// application as they came.
@org.jspecify.annotations.NullMarked
package dev.tenon.generic;
