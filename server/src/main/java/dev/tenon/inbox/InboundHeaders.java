package dev.tenon.inbox;

import java.util.Optional;

/// The headers of one delivery.
public interface InboundHeaders {
  /// The first value of a header, whatever the case of its name.
  Optional<String> first(String name);
}
