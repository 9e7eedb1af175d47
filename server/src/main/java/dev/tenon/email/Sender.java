package dev.tenon.email;

import java.time.Instant;

/// An address that a tenant sends from.
///
/// @param name shown beside the address; may be empty
/// @param product what the built-in mails call the product
/// @param isDefault whether built-in mails, and messages that name no sender, come from it
/// @param ownsDomain whether the platform marked the whole domain as the tenant's
public record Sender(
    String address,
    String name,
    String product,
    boolean isDefault,
    boolean ownsDomain,
    Instant createdAt) {

  /// The part after the `@`, in lower case.
  String domain() {
    return address.substring(address.lastIndexOf('@') + 1).toLowerCase(java.util.Locale.ROOT);
  }
}
