package dev.tenon.reconciliation;

import dev.tenon.connection.ConnectionId;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A provider that lists its own events: the seam by which it is reconciled.
public interface EventSource {

  /// The provider's name as connections carry it.
  String provider();

  /// How long it can be asked about an event.
  Duration kept();

  /// The credential without which it can't be asked: connections that lack it are not reconciled.
  String keyField();

  /// How many groups of kinds are asked about one after the other; 1 at least.
  int parts();

  /// What has the state of things fetched where events are missing that the provider has forgotten;
  /// none where it can't be.
  default List<NewJob> afterGap(ConnectionId connection) {
    return List.of();
  }

  /// Prepares to ask about a connection of `owner`'s. Calls nobody.
  Opened open(TenantId owner, ConnectionId connection);

  /// What became of preparing.
  sealed interface Opened {
    /// It can be asked.
    ///
    /// @param callsPerStep how many calls may be made before a second's rest, so that most of what
    ///   the provider allows is left to others
    record Ready(Pages pages, int callsPerStep) implements Opened {}

    /// Nobody can be asked. The reason is for people and says what to do.
    record Unusable(String reason) implements Opened {}
  }

  /// A provider's list of events, the newest first.
  interface Pages {
    /// One page of events that happened from `since` to `until`. Called outside any transaction.
    ///
    /// @param after the id of the event that ended the page before; empty for the first page
    Answer page(int part, Instant since, Instant until, String after);
  }

  /// What the provider said.
  sealed interface Answer {
    /// A page.
    ///
    /// @param events as webhooks would bring them, the newest first
    /// @param more whether another page follows
    record Page(List<Listed> events, boolean more) implements Answer {
      public Page {
        events = List.copyOf(events);
      }
    }

    /// It doesn't know the event that ended the page before, which has become too old.
    record CursorGone() implements Answer {}

    /// Not now: its limit, a fault or no answer.
    ///
    /// @param pause how long it asks to be left alone; zero where it doesn't say
    /// @param limit whether it is too much for it, which is no failure
    record NotNow(Duration pause, boolean limit, String reason) implements Answer {}

    /// Not as long as nobody changes something. The reason says what.
    record Refused(String reason) implements Answer {}
  }

  /// An event of the provider's list.
  ///
  /// @param id the provider's id of it
  /// @param body as text, since a record holds no bytes
  record Listed(String id, Instant occurredAt, String body) {}
}
