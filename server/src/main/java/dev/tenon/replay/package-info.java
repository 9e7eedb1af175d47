/// Replays of many things at one request, as durable work in small steps: what those of facts and
/// those of deliveries have in common.
@NullMarked
package dev.tenon.replay;

import org.jspecify.annotations.NullMarked;
