package dev.tenon.connector.email;

import java.util.Set;

/// Of which streams a connection has the provider tell who opens mails and follows links. Nobody's,
/// unless somebody says so: it adds a picture to each mail and rewrites its links, and in many
/// places it needs the reader's consent.
///
/// @param opens names of streams, as messages have them
/// @param links likewise; only links in HTML are rewritten, since those in plain text are read
public record Tracking(Set<String> opens, Set<String> links) {
  /// Of none.
  public static final Tracking NONE = new Tracking(Set.of(), Set.of());

  public Tracking {
    opens = Set.copyOf(opens);
    links = Set.copyOf(links);
  }

  /// Whether the opening of a message is told.
  public boolean opens(EmailMessage message) {
    return opens.contains(message.stream());
  }

  /// Whether the links of a message are rewritten.
  public boolean links(EmailMessage message) {
    return links.contains(message.stream());
  }
}
