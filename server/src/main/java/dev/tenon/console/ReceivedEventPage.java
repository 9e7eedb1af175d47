package dev.tenon.console;

import java.util.List;

/// A received event whole.
///
/// @param facts its facts in the order of the body
/// @param headers as they came, secrets hidden
/// @param body laid out for reading; empty when it can't be shown
/// @param note why the body is not shown, or not all of it; empty when it is
/// @param replayed whether a fact has just been put back into the queue
public record ReceivedEventPage(
    IdText id,
    IdText connection,
    String provider,
    Moment receivedAt,
    int bodyBytes,
    List<FactPanel> facts,
    List<DeliveryOpener.Header> headers,
    String body,
    String note,
    List<TimelineStep> timeline,
    boolean replayed) {

  /// A fact with what can be done about it.
  ///
  /// @param result one line: what changed, or why nothing did
  /// @param replayable whether it is finished, so that it can be applied anew
  public record FactPanel(
      IdText id,
      String kind,
      String object,
      Moment occurredAt,
      Mark mark,
      String result,
      int failures,
      boolean replayable) {}

  /// Whether something is still to come, so that the page had better look again.
  public boolean unfinished() {
    return facts.stream().anyMatch(fact -> !fact.replayable())
        || timeline.stream().anyMatch(step -> step.mark().passing());
  }

  public ReceivedEventPage {
    facts = List.copyOf(facts);
    headers = List.copyOf(headers);
    timeline = List.copyOf(timeline);
  }
}
