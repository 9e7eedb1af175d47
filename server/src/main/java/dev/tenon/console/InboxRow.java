package dev.tenon.console;

import java.util.List;
import java.util.UUID;

/// One received event in the list.
///
/// @param kinds what it says happened, each once, at most three
/// @param facts how many facts it holds
/// @param object the provider's id of the first fact's object
public record InboxRow(
    UUID id,
    String provider,
    List<String> kinds,
    int facts,
    String object,
    Mark mark,
    Moment receivedAt,
    int bodyBytes) {

  public InboxRow {
    kinds = List.copyOf(kinds);
  }
}
