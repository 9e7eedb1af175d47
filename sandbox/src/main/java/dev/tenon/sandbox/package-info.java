/// Stand-in providers that speak their wire protocols on loopback ports, with faults on demand.
///
/// Nothing here is shared with the connectors: both sides are written from the protocol, so that
/// one mistake cannot hide in both.
@NullMarked
package dev.tenon.sandbox;

import org.jspecify.annotations.NullMarked;
