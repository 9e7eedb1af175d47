package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.http.ProblemException;

/// Addresses as requests write them: `ada@example.org` or `Ada <ada@example.org>`.
final class Addresses {
  private Addresses() {}

  /// Reads one address. Throws [ProblemException] that names `field`.
  static EmailAddress read(String field, String text) {
    String whole = text.strip();
    int open = whole.lastIndexOf('<');
    try {
      if (open < 0 || !whole.endsWith(">")) {
        return EmailAddress.of(whole);
      }
      String name = whole.substring(0, open).strip();
      if (name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")) {
        name = name.substring(1, name.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\");
      }
      return new EmailAddress(name, whole.substring(open + 1, whole.length() - 1).strip());
    } catch (InvalidEmailException e) {
      throw ProblemException.invalidField(field, String.valueOf(e.getMessage()));
    }
  }
}
