package dev.tenon.sandbox.mailbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// One mail in the mailbox.
///
/// @param number counts up from 1 in the order of arrival and is never used twice
/// @param carrierId the id that the provider gave to its caller
/// @param fate what the provider says became of it
/// @param dueAt when a scheduled mail is sent
/// @param batch by which a scheduled mail can be held back together with others; empty for none
/// @param events what happened to it, oldest first, at most [#EVENTS_MAX]
public record Mail(
    long number,
    Instant receivedAt,
    Carrier carrier,
    String carrierId,
    Fate fate,
    MailContent content,
    Optional<Instant> dueAt,
    String batch,
    List<MailEvent> events) {

  /// What is past this is forgotten, the oldest first.
  public static final int EVENTS_MAX = 2_000;

  private static final String PREFIX = "mail_";

  public Mail {
    events = List.copyOf(events.subList(Math.max(0, events.size() - EVENTS_MAX), events.size()));
  }

  Mail with(Fate other) {
    return new Mail(number, receivedAt, carrier, carrierId, other, content, dueAt, batch, events);
  }

  Mail due(Instant at) {
    return new Mail(
        number, receivedAt, carrier, carrierId, fate, content, Optional.of(at), batch, events);
  }

  /// With more that happened, and what became of it by that.
  Mail with(List<MailEvent> more) {
    List<MailEvent> all = new ArrayList<>(events);
    all.addAll(more);
    boolean waits = fate == Fate.SCHEDULED || fate == Fate.CANCELED;
    boolean stays = waits && more.stream().allMatch(one -> one.happening() == Happening.SCHEDULED);
    return new Mail(
        number,
        receivedAt,
        carrier,
        carrierId,
        stays ? fate : Fate.of(all),
        content,
        dueAt,
        batch,
        all);
  }

  /// The id in the mailbox; ids sort in the order of arrival.
  public String id() {
    return PREFIX + "%08d".formatted(number);
  }

  /// The number in an id of the mailbox; 0 for an empty text or `0`, which means "before all".
  ///
  /// @throws IllegalArgumentException when the text is no id of the mailbox
  static long numberOf(String id) {
    if (id.isEmpty() || id.equals("0")) {
      return 0;
    }
    String digits = id.startsWith(PREFIX) ? id.substring(PREFIX.length()) : "";
    if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(Mail::isDigit)) {
      throw new IllegalArgumentException(
          "'%s' is no mail id; they look like mail_00000001"
              .formatted(id.length() > 40 ? id.substring(0, 40) + "…" : id));
    }
    return Long.parseLong(digits);
  }

  /// Whether every word of the query occurs in an address, the subject, the text, a tag, a metadata
  /// value or an id. The empty query matches everything.
  boolean matches(String query) {
    if (query.isBlank()) {
      return true;
    }
    String hay =
        Stream.of(
                Stream.of(id(), carrierId, carrier.id(), fate.word()),
                Stream.of(content.from(), content.subject(), content.text(), content.stream()),
                content.to().stream(),
                content.cc().stream(),
                content.bcc().stream(),
                content.tags().stream(),
                content.metadata().values().stream())
            .flatMap(parts -> parts)
            .reduce("", (all, part) -> all + "\n" + part)
            .toLowerCase(Locale.ROOT);
    return Stream.of(query.toLowerCase(Locale.ROOT).strip().split("\\s+")).allMatch(hay::contains);
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }
}
