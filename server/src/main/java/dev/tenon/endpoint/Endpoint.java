package dev.tenon.endpoint;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where outgoing events go: a URL of the application.
///
/// @param tenant whose it is; the platform's hear the events of all tenants
/// @param version grows with each change
/// @param signing how it is signed now, which is the kind of its newest key
public record Endpoint(
    TenantId tenant,
    UUID id,
    EndpointSettings settings,
    Signing signing,
    State state,
    String disabledReason,
    @Nullable Instant disabledAt,
    int version,
    List<SigningKey> keys,
    Instant createdAt,
    Instant updatedAt) {

  public Endpoint {
    keys = List.copyOf(keys);
  }

  /// Whether anything is sent to it.
  public enum State {
    ENABLED,
    DISABLED
  }

  /// The scheme of Standard Webhooks.
  public enum Signing {
    /// HMAC-SHA256 with a secret that both sides know.
    V1,
    /// ed25519: the receiver knows the public key only.
    V1A;

    /// As it stands in the database and in the API.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A key that it is signed with, without its value.
  ///
  /// @param publicKey of v1a, else null
  /// @param expiresAt from then on nothing is signed with it; null while it is the newest
  public record SigningKey(
      Signing kind,
      int ordinal,
      @Nullable String publicKey,
      Instant createdAt,
      @Nullable Instant expiresAt) {

    /// Whether it signs at `now`.
    public boolean validAt(Instant now) {
      return expiresAt == null || expiresAt.isAfter(now);
    }
  }

  /// The id as it is written.
  public static String write(UUID id) {
    return Ids.write(Prefix.ENDPOINT, id);
  }
}
