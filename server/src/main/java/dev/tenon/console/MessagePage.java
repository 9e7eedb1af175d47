package dev.tenon.console;

import java.util.List;

/// A message whole.
///
/// @param cause the page of the received event that led to it; empty when none did
/// @param html whether it has an HTML part, which the preview shows
/// @param text its plain text; empty when it has none
/// @param files the names of what is attached, with their types
/// @param copy the id under which it would be sent once more: a form that is sent twice makes one
/// @param said what has just been done; empty for nothing
/// @param note why the content is not shown; empty when it is
public record MessagePage(
    MessageRow message,
    IdText id,
    String cause,
    boolean html,
    String text,
    List<String> files,
    String note,
    String copy,
    String said,
    List<TimelineStep> timeline) {

  /// Whether something is still to come, so that the page had better look again.
  public boolean unfinished() {
    return message.mark().passing();
  }

  public MessagePage {
    files = List.copyOf(files);
    timeline = List.copyOf(timeline);
  }
}
