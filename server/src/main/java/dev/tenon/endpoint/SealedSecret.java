package dev.tenon.endpoint;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A secret of an endpoint as it is stored. A class because it holds bytes.
final class SealedSecret {
  /// The kind of the row that holds the values of its headers.
  static final String HEADERS = "headers";

  final String kind;
  final int ordinal;
  final byte[] sealed;
  final @Nullable String publicKey;
  final Instant createdAt;
  final @Nullable Instant expiresAt;

  SealedSecret(
      String kind,
      int ordinal,
      byte[] sealed,
      @Nullable String publicKey,
      Instant createdAt,
      @Nullable Instant expiresAt) {
    this.kind = kind;
    this.ordinal = ordinal;
    this.sealed = sealed;
    this.publicKey = publicKey;
    this.createdAt = createdAt;
    this.expiresAt = expiresAt;
  }

  /// The place that its value is bound to.
  String place() {
    return kind + "#" + ordinal;
  }

  boolean isKey() {
    return !kind.equals(HEADERS);
  }
}
