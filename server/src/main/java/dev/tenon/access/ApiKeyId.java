package dev.tenon.access;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.Optional;
import java.util.UUID;

/// Names an API key; it is not the key.
public record ApiKeyId(UUID uuid) {

  /// Reads an id as it stands in a URL; empty when it can't be one.
  public static Optional<ApiKeyId> parse(String text) {
    return Ids.read(Prefix.API_KEY, text).map(ApiKeyId::new);
  }

  @Override
  public String toString() {
    return Ids.write(Prefix.API_KEY, uuid);
  }
}
