package dev.tenon.client;

/// How deliveries are signed.
public enum Signing {
  /// HMAC-SHA256: the receiver has the secret too.
  V1,
  /// Ed25519: the receiver has the public key and can't sign.
  V1A
}
