package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/// Somebody who is logged in. A class and not a record, since it holds the token that forms carry.
public final class ConsoleSession {
  private final TenantId scope;
  private final String madeBy;
  private final String formToken;

  ConsoleSession(TenantId scope, String madeBy, String formToken) {
    this.scope = scope;
    this.madeBy = madeBy;
    this.formToken = formToken;
  }

  /// The tenant that can be seen; the platform stands for all.
  public TenantId scope() {
    return scope;
  }

  /// Who made the log-in, in words for the audit.
  public String madeBy() {
    return madeBy;
  }

  /// Whether things of `tenant` exist for this session at all.
  public boolean reaches(TenantId tenant) {
    return scope.equals(TenantId.PLATFORM) || scope.equals(tenant);
  }

  /// What every form on this session's pages carries. Another site can send a form with the cookie,
  /// but can't know this.
  String formToken() {
    return formToken;
  }

  /// Whether `given` is the token of this session's forms; takes the same time wherever they
  /// differ.
  boolean owns(String given) {
    return MessageDigest.isEqual(
        formToken.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.UTF_8));
  }
}
