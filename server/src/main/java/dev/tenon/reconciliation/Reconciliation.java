package dev.tenon.reconciliation;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One walk through a provider's list of events.
///
/// @param requestedBy who asked, for people
/// @param since what is looked through begins then
/// @param until and ends then
/// @param gapSince from when on it should have looked; null where the provider tells of all of it
/// @param listed how many events it was shown so far
/// @param missing how many of these had never come
/// @param trouble what holds it up, or why it failed; empty otherwise
public record Reconciliation(
    UUID id,
    UUID connection,
    State state,
    Cause cause,
    String requestedBy,
    Instant since,
    Instant until,
    @Nullable Instant gapSince,
    Position position,
    int listed,
    int missing,
    String trouble,
    Instant createdAt,
    @Nullable Instant finishedAt) {

  /// Where it stands.
  public enum State {
    RUNNING,
    DONE,
    FAILED;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Why it was made.
  public enum Cause {
    /// Its time had come.
    SCHEDULE,
    /// No node was there for a while.
    DOWNTIME,
    /// Somebody asked.
    REQUEST;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// How far it came: what the next call asks.
  ///
  /// @param part the group of kinds
  /// @param event the last event of the last page, empty before the first
  /// @param at when that happened; before the first page, and after the provider has forgotten the
  ///   event, the time from which on it goes back
  record Position(int part, String event, Instant at) {}
}
