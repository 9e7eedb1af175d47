package dev.tenon.client;

/// What is to happen when nobody knows whether a provider took a mail.
public enum Policy {
  /// Never risk a second mail; the default.
  AT_MOST_ONCE,
  /// Rather a second mail than none.
  AT_LEAST_ONCE
}
