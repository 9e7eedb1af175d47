package dev.tenon.config;

import dev.tenon.connector.email.EmailAddress;

/// A sender as people write it: `Acme <hello@acme.example>`, or the address alone.
public final class SenderText {
  private SenderText() {}

  /// Throws [IllegalArgumentException] when it is not an address.
  public static EmailAddress parse(String text) {
    String whole = text.strip();
    int open = whole.lastIndexOf('<');
    if (open < 0 || !whole.endsWith(">")) {
      return EmailAddress.of(whole);
    }
    String name = whole.substring(0, open).strip();
    if (name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")) {
      name = name.substring(1, name.length() - 1);
    }
    return new EmailAddress(name, whole.substring(open + 1, whole.length() - 1).strip());
  }
}
