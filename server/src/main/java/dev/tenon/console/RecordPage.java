package dev.tenon.console;

import java.util.List;

/// A subscription or payment with its story.
///
/// @param more whether the story is longer than what is shown
public record RecordPage<T>(IdText id, T row, List<TimelineStep> timeline, boolean more) {
  public RecordPage {
    timeline = List.copyOf(timeline);
  }
}
