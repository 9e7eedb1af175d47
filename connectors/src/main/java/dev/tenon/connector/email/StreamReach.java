package dev.tenon.connector.email;

import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import java.util.Map;

/// How far it reaches when a provider refuses what a stream is mapped to: a domain, an IP pool, a
/// configuration set.
public final class StreamReach {
  private StreamReach() {}

  /// The whole connection where all of its streams have that name; otherwise no further than the
  /// mail that was refused, since one stream's wrong mapping must not take the others' connection
  /// away.
  ///
  /// @param names by Tenon's name of a stream, what the provider has instead
  /// @param name the one that was sent by
  public static Reach of(Map<String, String> names, String name) {
    return names.values().stream().allMatch(name::equals) ? Reach.CONNECTION : Reach.SENDER;
  }
}
