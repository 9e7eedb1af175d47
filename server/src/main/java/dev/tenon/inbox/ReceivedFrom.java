package dev.tenon.inbox;

import java.util.Locale;

/// How a received event came.
public enum ReceivedFrom {
  /// The provider sent it, signed.
  WEBHOOK,
  /// It never came, and was found in the provider's own list of events.
  RECONCILIATION,
  /// What came was not enough to know the state of things, so the provider was asked.
  FETCH;

  /// As it is stored and shown.
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static ReceivedFrom of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }
}
