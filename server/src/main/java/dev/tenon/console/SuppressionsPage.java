package dev.tenon.console;

import java.util.List;

/// Whom a tenant must not write to.
///
/// @param address what is looked for; empty for all
/// @param reason the reason that is asked for; empty for all
/// @param older the query of the next page; empty on the last
/// @param continued whether this is not the first page
/// @param said what was just done; empty when nothing was
/// @param add a command that adds an address; only where there is none yet
public record SuppressionsPage(
    List<Row> rows,
    String address,
    String reason,
    List<String> reasons,
    String older,
    boolean continued,
    String said,
    String add) {

  public SuppressionsPage {
    rows = List.copyOf(rows);
    reasons = List.copyOf(reasons);
  }

  /// Whether anything narrows the list.
  public boolean narrowed() {
    return !address.isEmpty() || !reason.isEmpty();
  }

  /// One address.
  ///
  /// @param stream in words
  /// @param message the page of the message that it was reported about; empty when there is none
  public record Row(
      String id,
      String address,
      Mark mark,
      String stream,
      String detail,
      String message,
      Moment since) {}
}
