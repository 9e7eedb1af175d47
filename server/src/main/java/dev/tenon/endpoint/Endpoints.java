package dev.tenon.endpoint;

import dev.tenon.cache.RecentlyRead;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.WebOrigin;
import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The endpoints of all tenants, and their secrets. A signing secret is shown when it is made and
/// never again; it is opened only to sign.
public final class Endpoints {
  /// Endpoints of one tenant at most.
  public static final int ENDPOINTS_MAX = 200;

  /// How long the older keys go on signing when nobody says otherwise.
  public static final Duration OVERLAP = Duration.ofHours(24);

  private static final int KEYS_MAX = 4;
  private static final int SECRET_BYTES = 32;
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  private static final int REMEMBERED_MAX = 10_000;
  private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

  private final Database database;
  private final Vault vault;
  private final Events events;
  private final Ids ids;
  private final InstantSource clock;
  private final Runnable enabled;
  private final SecureRandom random = new SecureRandom();
  private final RecentlyRead<Version, CallableEndpoint> callable;

  private record Version(TenantId tenant, UUID id, int version) {}

  /// @param enabled called when an endpoint was enabled: what is held for it may go
  public Endpoints(
      Database database,
      Vault vault,
      Events events,
      Ids ids,
      InstantSource clock,
      Runnable enabled) {
    this.database = database;
    this.vault = vault;
    this.events = events;
    this.ids = ids;
    this.clock = clock;
    this.enabled = enabled;
    this.callable = new RecentlyRead<>(clock, REMEMBERED, REMEMBERED_MAX);
  }

  /// An endpoint with the secret that is shown this once.
  ///
  /// @param secret null where it is signed with v1a: the receiver needs the public key only
  public record Made(Endpoint endpoint, @Nullable Secret secret) {}

  /// Makes an endpoint, enabled at once. Empty when the tenant has [#ENDPOINTS_MAX] of them.
  ///
  /// @param id chosen by the caller; one that was made under it before is the answer, with a new
  ///   secret beside those it has
  public Optional<Made> create(
      TenantTx tx,
      @Nullable UUID id,
      EndpointSettings settings,
      Endpoint.Signing signing,
      Map<String, Secret> headers) {
    UUID own = id == null ? ids.next() : id;
    Optional<Endpoint> before = EndpointStore.find(tx, own, false);
    if (before.isEmpty()) {
      if (EndpointStore.count(tx) >= ENDPOINTS_MAX) {
        return Optional.empty();
      }
      EndpointStore.insert(tx, own, settings, now());
      writeHeaders(tx, own, headers);
    }
    int ordinal = before.map(Endpoints::newestOrdinal).orElse(0) + 1;
    @Nullable Secret shown = addKey(tx, own, signing, ordinal);
    return Optional.of(new Made(get(tx, own), shown));
  }

  private static int newestOrdinal(Endpoint endpoint) {
    return endpoint.keys().stream().mapToInt(Endpoint.SigningKey::ordinal).max().orElse(0);
  }

  public Optional<Endpoint> find(TenantTx tx, UUID id) {
    return EndpointStore.find(tx, id, false);
  }

  private static Endpoint get(TenantTx tx, UUID id) {
    return EndpointStore.find(tx, id, false).orElseThrow();
  }

  /// The tenant's endpoints, newest first.
  public List<Endpoint> list(TenantTx tx, @Nullable UUID before, int rows) {
    return EndpointStore.list(tx, Optional.ofNullable(before), rows);
  }

  /// All endpoints of a tenant, newest first, with how they fare.
  public static Map<Endpoint, EndpointHealth> all(TenantTx tx) {
    Map<Endpoint, EndpointHealth> all = new LinkedHashMap<>();
    EndpointStore.list(tx, Optional.empty(), ENDPOINTS_MAX)
        .forEach(
            one -> all.put(one, EndpointStore.health(tx, one.id()).orElse(EndpointHealth.WELL)));
    return all;
  }

  /// How it fares.
  public EndpointHealth health(TenantTx tx, UUID id) {
    return EndpointStore.health(tx, id).orElse(EndpointHealth.WELL);
  }

  /// Finds an endpoint and locks it: of two changes at once neither loses the other's.
  public Optional<Endpoint> lock(TenantTx tx, UUID id) {
    return EndpointStore.find(tx, id, true);
  }

  /// Changes the settings of an endpoint that [#lock] locked; headers only where they are given,
  /// then all of them. Empty when a URL of another origin would get the headers that were given for
  /// the old one: they can't be read again, also not by having them sent elsewhere.
  public Optional<Endpoint> change(
      TenantTx tx, Endpoint old, EndpointSettings settings, @Nullable Map<String, Secret> headers) {
    UUID id = old.id();
    if (headers == null
        && !old.settings().headerNames().isEmpty()
        && !WebOrigin.of(old.settings().url()).equals(WebOrigin.of(settings.url()))) {
      return Optional.empty();
    }
    EndpointStore.update(tx, id, settings, now());
    if (headers != null) {
      EndpointSecretStore.deleteHeaders(tx, id);
      writeHeaders(tx, id, headers);
    }
    return Optional.of(get(tx, id));
  }

  /// Deletes it. What waits for it is cancelled by the workers; its history stays. Answers whether
  /// it was there.
  public boolean delete(TenantTx tx, UUID id) {
    return EndpointStore.delete(tx, id);
  }

  /// Nothing more is sent to it; what waits is held.
  public Endpoint disable(TenantTx tx, UUID id, String reason) {
    EndpointStore.disable(tx, id, reason, now());
    return get(tx, id);
  }

  /// Forgets how it fared and sends what is held.
  public Endpoint enable(TenantTx tx, UUID id) {
    EndpointStore.enable(tx, id, now());
    var _ = tx.handle().afterCommit(enabled);
    return get(tx, id);
  }

  /// Makes a new signing key; the older ones sign beside it until `previousExpireAt`. Empty when
  /// too many are still valid.
  public Optional<Made> rotate(
      TenantTx tx, UUID id, Endpoint.Signing signing, Instant previousExpireAt) {
    Instant now = now();
    Endpoint old = EndpointStore.find(tx, id, true).orElseThrow();
    boolean overlaps = previousExpireAt.isAfter(now);
    if (overlaps && old.keys().stream().filter(key -> key.validAt(now)).count() >= KEYS_MAX) {
      return Optional.empty();
    }
    EndpointSecretStore.expireKeys(tx, id, previousExpireAt, now);
    @Nullable Secret shown = addKey(tx, id, signing, newestOrdinal(old) + 1);
    EndpointStore.touch(tx, id, now);
    return Optional.of(new Made(get(tx, id), shown));
  }

  /// Tells an event that only this endpoint hears, and answers its id.
  public UUID test(TenantTx tx, UUID id) {
    return events
        .tell(
            tx,
            List.of(
                new NewEvent(
                    EventType.ENDPOINT_TEST,
                    Endpoint.write(id),
                    Map.of("message", "It works."),
                    null,
                    id)))
        .getFirst();
  }

  /// What calls to it need. `version` is what the caller read with the work to do: with the same
  /// version nothing has changed, so it is remembered without asking again. Empty when it is gone.
  public Optional<CallableEndpoint> callable(TenantId tenant, UUID id, int version) {
    return callable.get(new Version(tenant, id, version), this::read);
  }

  private record Found(Endpoint endpoint, List<SealedSecret> secrets) {}

  private Optional<CallableEndpoint> read(Version version) {
    return database
        .asTenant(
            version.tenant(),
            tx ->
                EndpointStore.find(tx, version.id(), false)
                    .map(found -> new Found(found, EndpointSecretStore.list(tx, version.id()))))
        .map(this::open);
  }

  private CallableEndpoint open(Found found) {
    Endpoint endpoint = found.endpoint();
    List<CallableEndpoint.OpenedKey> keys = new ArrayList<>();
    Map<String, Secret> headers = new HashMap<>();
    for (SealedSecret stored : found.secrets()) {
      Secret value =
          vault.openSecret(
              endpoint.tenant(), Endpoint.write(endpoint.id()), stored.place(), stored.sealed);
      if (stored.isKey()) {
        keys.add(
            new CallableEndpoint.OpenedKey(
                Endpoint.Signing.valueOf(stored.kind.toUpperCase(Locale.ROOT)),
                value,
                stored.expiresAt));
      } else {
        JsonMapper.shared()
            .readValue(value.reveal(), HEADERS)
            .forEach((name, text) -> headers.put(name, Secret.of(text)));
      }
    }
    return new CallableEndpoint(
        URI.create(endpoint.settings().url()),
        endpoint.settings().payload() == EndpointSettings.Payload.THIN,
        headers,
        keys);
  }

  private void writeHeaders(TenantTx tx, UUID id, Map<String, Secret> headers) {
    if (!headers.isEmpty()) {
      Map<String, String> plain = new TreeMap<>();
      headers.forEach((name, value) -> plain.put(name, value.reveal()));
      seal(
          tx,
          id,
          SealedSecret.HEADERS,
          1,
          Secret.of(JsonMapper.shared().writeValueAsString(plain)),
          null);
    }
  }

  private @Nullable Secret addKey(TenantTx tx, UUID id, Endpoint.Signing signing, int ordinal) {
    return switch (signing) {
      case V1 -> {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        Secret secret = Secret.of("whsec_" + Base64.getEncoder().encodeToString(bytes));
        seal(tx, id, signing.text(), ordinal, secret, null);
        yield secret;
      }
      case V1A -> {
        Ed25519WebhookSignature.Keys keys = Ed25519WebhookSignature.generate();
        seal(tx, id, signing.text(), ordinal, keys.privateKey(), keys.publicKey());
        yield null;
      }
    };
  }

  private void seal(
      TenantTx tx, UUID id, String kind, int ordinal, Secret value, @Nullable String publicKey) {
    byte[] sealed = vault.sealSecret(tx.tenant(), Endpoint.write(id), kind + "#" + ordinal, value);
    EndpointSecretStore.insert(
        tx, id, new SealedSecret(kind, ordinal, sealed, publicKey, now(), null));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
