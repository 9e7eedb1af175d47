package dev.tenon.sandbox.email;

import dev.tenon.sandbox.mailbox.MailContent;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Reads addresses such as `Ann <ann@acme.test>`.
final class Addresses {
  private Addresses() {}

  /// The addresses of a comma list, or empty when one of them is malformed.
  static Optional<List<InternetAddress>> parse(String list) {
    if (list.chars().anyMatch(character -> character == '\r' || character == '\n')) {
      return Optional.empty();
    }
    try {
      InternetAddress[] parsed = InternetAddress.parse(list, true);
      for (InternetAddress address : parsed) {
        address.validate();
        if (!address.getAddress().contains("@")) {
          return Optional.empty();
        }
      }
      return Optional.of(List.of(parsed));
    } catch (AddressException malformed) {
      return Optional.empty();
    }
  }

  /// As people read them, name included.
  static List<String> texts(List<InternetAddress> addresses) {
    return addresses.stream().map(InternetAddress::toUnicodeString).toList();
  }

  /// The bare address in lower case, which is how providers compare them.
  static String bare(InternetAddress address) {
    return address.getAddress().toLowerCase(Locale.ROOT);
  }

  static String domain(InternetAddress address) {
    String bare = bare(address);
    return bare.substring(bare.lastIndexOf('@') + 1);
  }

  /// The local part without its `+label`, in lower case.
  static String box(InternetAddress address) {
    String bare = bare(address);
    String local = bare.substring(0, bare.lastIndexOf('@'));
    int plus = local.indexOf('+');
    return plus > 0 ? local.substring(0, plus) : local;
  }

  /// The bare addresses of everyone whom a mail names, each once, in lower case.
  static List<String> everyone(MailContent content) {
    return Stream.of(content.to(), content.cc(), content.bcc())
        .flatMap(List::stream)
        .map(Addresses::bare)
        .distinct()
        .toList();
  }

  /// The bare address in a text such as `Ann <ann@acme.test>`, in lower case; the text itself where
  /// it is no address.
  static String bare(String text) {
    return parse(text).stream()
        .flatMap(List::stream)
        .findFirst()
        .map(Addresses::bare)
        .orElse(text.toLowerCase(Locale.ROOT));
  }

  /// Everyone whom a message names.
  static List<InternetAddress> all(
      List<InternetAddress> to, List<InternetAddress> cc, List<InternetAddress> bcc) {
    return Stream.of(to, cc, bcc).flatMap(List::stream).toList();
  }
}
