package dev.tenon.console;

import java.util.List;

/// Tenants to choose from.
///
/// @param text what was searched for
/// @param more whether there are more than are shown
public record TenantsPage(List<NamedTenant> rows, String text, boolean more) {
  public TenantsPage {
    rows = List.copyOf(rows);
  }
}
