package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;

/// What stands around every page.
///
/// @param section the name in the rail that is current
/// @param tenant whose things the page shows
/// @param tenants what the switch offers: the first few by name; empty when only one can be seen
/// @param theme `light`, `dark` or empty for what the system prefers
/// @param formToken what every form carries
/// @param here the page's own path and query
/// @param now when the page was made
public record Frame(
    String title,
    Section section,
    NamedTenant tenant,
    List<NamedTenant> tenants,
    String theme,
    String formToken,
    String here,
    Assets assets,
    Instant now) {

  /// The names in the rail.
  public enum Section {
    OVERVIEW("Overview", "overview"),
    INBOX("Inbox", "inbox"),
    MESSAGES("Messages", "messages"),
    TEMPLATES("Templates", "templates"),
    SUPPRESSIONS("Suppressions", "suppressions"),
    DELIVERIES("Deliveries", "deliveries"),
    CUSTOMERS("Customers", "customers"),
    SUBSCRIPTIONS("Subscriptions", "subscriptions"),
    PAYMENTS("Payments", "payments");

    private final String label;
    private final String path;

    Section(String label, String path) {
      this.label = label;
      this.path = path;
    }

    /// As it reads.
    public String label() {
      return label;
    }

    /// The last part of its address.
    public String path() {
      return path;
    }
  }

  public Frame {
    tenants = List.copyOf(tenants);
  }

  /// Where the tenant's pages begin.
  public String base() {
    return base(tenant.id());
  }

  static String base(TenantId tenant) {
    return "/console/" + tenant;
  }
}
