package dev.tenon.connector.email;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// How one email provider reports what became of mails: who may say so, and what was said. The seam
/// that every provider with webhooks implements; usable in any Java program.
///
/// An implementation holds what is not secret about one connection (a user's name, a topic);
/// secrets come with each call, since they roll.
public interface MailWebhook {

  /// The provider's name, such as `postmark`.
  String provider();

  /// Whether the body comes from the provider. Never throws for what came; no secret is never a
  /// pass.
  ///
  /// @param body exactly the bytes that came
  /// @param header a header's first value by its lower-case name, or null
  /// @param secrets the current one first, then those that still count while they are rolled
  Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now);

  /// Reads a verified body. Never throws for what came; a kind of event that is not known is read
  /// as [MailEvent.Kind#UNKNOWN].
  ///
  /// @param header as above; without headers ([#NO_HEADERS]) only the keys may come out different
  Reading read(byte[] body, UnaryOperator<@Nullable String> header);

  /// Whether what vouches for the sender vouches for every byte of the body too. Where it doesn't,
  /// believe an event no further than it is about something that is known from elsewhere.
  default boolean vouchesForBody() {
    return true;
  }

  /// Whether events name the addresses in `to` and don't say whom of all recipients they are about.
  default boolean namesOnlyTo() {
    return false;
  }

  /// For reading again what was kept without its headers.
  UnaryOperator<@Nullable String> NO_HEADERS = _ -> null;

  /// What a verified body turned out to hold.
  sealed interface Reading {

    /// Its events in their order, each key once; none where it is about something else.
    record Events(List<MailEvent> events) implements Reading {
      public Events {
        Map<String, MailEvent> distinct = LinkedHashMap.newLinkedHashMap(events.size());
        events.forEach(event -> distinct.putIfAbsent(event.key(), event));
        events = List.copyOf(new ArrayList<>(distinct.values()));
      }
    }

    /// Not a body that this provider sends. `reason` is for people and repeats nothing of the body.
    record Malformed(String reason) implements Reading {}
  }
}
