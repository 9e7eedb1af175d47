package dev.tenon.sandbox;

import java.net.URI;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the sandbox lends to a simulator.
///
/// @param clock where all times come from
/// @param faults the faults that are set for this simulator
/// @param webhooks sends this simulator's webhooks and keeps their log
/// @param journal what this simulator remembers over a restart
/// @param journals the same for what several simulators share, by name
/// @param address the base URL, known once the port is open
public record SimulatorContext(
    InstantSource clock,
    Faults faults,
    Webhooks webhooks,
    Journal journal,
    Function<String, Journal> journals,
    Supplier<URI> address) {

  /// Base URL without a trailing slash, such as `http://127.0.0.1:4242`.
  ///
  /// @throws IllegalStateException before the port is open
  public URI url() {
    return address.get();
  }
}
