package dev.tenon.console;

import java.time.Instant;
import java.util.Locale;

/// One step on the line from cause to effect.
///
/// @param key which step of its timeline it is, whatever becomes of it: a page that refreshes
///   itself knows it again by this
/// @param at when it began
/// @param title what happened
/// @param who who did it: a provider, a worker; empty when the title says it
/// @param took how long it took, in words; empty when it is a moment
/// @param detail the words of the provider or the reason; empty when there is nothing to add
/// @param advice what can be done about it; empty when nothing need be
/// @param href the record it made; empty when it has no page
public record TimelineStep(
    String key,
    Instant at,
    Mark mark,
    String title,
    String who,
    String took,
    String detail,
    String advice,
    String href) {

  TimelineStep movedTo(Instant when) {
    return new TimelineStep(key, when, mark, title, who, took, detail, advice, href);
  }

  /// Whether title or doer say the state already, so that the word beside it would only repeat it.
  public boolean told() {
    return (title + " " + who).toLowerCase(Locale.ROOT).contains(mark.word());
  }
}
