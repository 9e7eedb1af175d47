package dev.tenon.console;

import java.util.List;

/// A list with filters.
///
/// @param older the query of the next page; empty on the last
/// @param state the state that is asked for; empty for all
/// @param states the states that can be asked for
/// @param text what is searched for
/// @param window how far back the list looks
/// @param continued whether this is not the first page
public record ListPage<T>(
    List<T> rows,
    String older,
    String state,
    List<String> states,
    String text,
    InboxFilter.Window window,
    boolean continued) {

  public ListPage {
    rows = List.copyOf(rows);
    states = List.copyOf(states);
  }

  /// Whether anything narrows the list.
  public boolean narrowed() {
    return !state.isEmpty() || !text.isEmpty() || window != InboxFilter.Window.WEEK;
  }
}
