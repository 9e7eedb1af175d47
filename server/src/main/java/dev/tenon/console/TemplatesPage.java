package dev.tenon.console;

import java.util.List;

/// All templates of a tenant.
///
/// @param problem why the last one could not be made; empty for none
public record TemplatesPage(List<Row> rows, String problem) {
  /// One template.
  ///
  /// @param version what is used, in words
  public record Row(String name, String origin, String version, String languages, String drafts) {}

  public TemplatesPage {
    rows = List.copyOf(rows);
  }
}
