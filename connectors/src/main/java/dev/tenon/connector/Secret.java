package dev.tenon.connector;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// A value that must never be printed: a key, a token, a password, a webhook secret.
///
/// [#toString] answers a fixed word, so a secret that reaches a log, an exception or a record's
/// text stays secret. Reading it is always spelled [#reveal], so every place that handles the bare
/// value is found by one text search.
public final class Secret {
  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /// Wraps `value`. Throws [IllegalArgumentException] when it is blank: a blank secret would turn a
  /// check into one that anybody passes.
  public static Secret of(String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a secret must not be blank");
    }
    return new Secret(value);
  }

  /// The bare value. Do not store, log or put it into a message.
  public String reveal() {
    return value;
  }

  /// Compares in constant time, so that the time taken tells nothing about the value.
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret that
        && MessageDigest.isEqual(
            value.getBytes(StandardCharsets.UTF_8), that.value.getBytes(StandardCharsets.UTF_8));
  }

  /// One value for all, so that a hash tells nothing about the secret.
  @Override
  public int hashCode() {
    return Secret.class.hashCode();
  }

  @Override
  public String toString() {
    return "(secret)";
  }
}
