package dev.tenon.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A list with filters.
///
/// @param older the query of the next page; empty on the last
/// @param state the state that is asked for; empty for all
/// @param states the states that can be asked for
/// @param text what is searched for
/// @param window how far back the list looks
/// @param continued whether this is not the first page
/// @param searchedTo how far back this page looked, when that is not all there is; null otherwise
/// @param firstStep what to do while there is nothing at all; null otherwise
public record ListPage<T>(
    List<T> rows,
    String older,
    String state,
    List<String> states,
    String text,
    InboxFilter.Window window,
    boolean continued,
    @Nullable Moment searchedTo,
    @Nullable FirstStep firstStep) {

  public ListPage {
    rows = List.copyOf(rows);
    states = List.copyOf(states);
  }

  /// A list without filters.
  static <T> ListPage<T> plain(
      List<T> rows, String older, boolean continued, @Nullable FirstStep firstStep) {
    return new ListPage<>(
        rows, older, "", List.of(), "", InboxFilter.Window.WEEK, continued, null, firstStep);
  }

  /// Whether anything narrows the list.
  public boolean narrowed() {
    return !state.isEmpty() || !text.isEmpty() || window != InboxFilter.Window.WEEK;
  }
}
