package dev.tenon.connection;

/// What a connection is for, as far as the facts that come through it have to fit.
///
/// @param account the one account that it acts for; empty for the one that its key belongs to
public record ConnectionPurpose(Connection.Environment environment, String account) {

  /// Whether it is for the provider's real world.
  public boolean live() {
    return environment == Connection.Environment.PRODUCTION;
  }
}
