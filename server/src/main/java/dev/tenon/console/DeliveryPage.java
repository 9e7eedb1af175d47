package dev.tenon.console;

import java.util.List;

/// A delivery whole.
///
/// @param reason why it is where it is; empty when all is well
/// @param answer the beginning of the last answer's body; empty when there was none
/// @param headers of the last answer, those that are kept
/// @param payload the event as it is delivered; empty when it is gone by age
/// @param replayable whether it may be made anew now
/// @param replayed whether it has just been put back into the queue
public record DeliveryPage(
    IdText id,
    IdText event,
    IdText endpoint,
    Mark mark,
    String type,
    String about,
    String url,
    Moment toldAt,
    String reason,
    String answer,
    List<Header> headers,
    String payload,
    List<TimelineStep> timeline,
    boolean replayable,
    boolean replayed) {

  /// A header of the answer.
  public record Header(String name, String value) {}

  public DeliveryPage {
    headers = List.copyOf(headers);
    timeline = List.copyOf(timeline);
  }

  /// Whether something is still to come.
  public boolean unfinished() {
    return mark.passing();
  }
}
