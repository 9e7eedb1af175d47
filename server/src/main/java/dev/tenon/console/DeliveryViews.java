package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.delivery.Deliveries;
import dev.tenon.delivery.Delivery;
import dev.tenon.delivery.DeliveryFilter;
import dev.tenon.delivery.DeliveryTry;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.EndpointHealth;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.Events;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads what the pages about deliveries show.
final class DeliveryViews {
  private static final int ROWS = 50;
  private static final Instant FOREVER = Instant.parse("9000-01-01T00:00:00Z");

  private final Database database;
  private final InstantSource clock;
  private final PublicUrl publicUrl;

  DeliveryViews(Database database, InstantSource clock, PublicUrl publicUrl) {
    this.database = database;
    this.clock = clock;
    this.publicUrl = publicUrl;
  }

  DeliveriesPage list(TenantId tenant, Map<String, String> query) {
    String asked = query.getOrDefault("state", "");
    List<String> states = Arrays.stream(Delivery.State.values()).map(Delivery.State::text).toList();
    Delivery.@Nullable State state =
        Arrays.stream(Delivery.State.values())
            .filter(one -> one.text().equals(asked))
            .findFirst()
            .orElse(null);
    String endpointText = query.getOrDefault("endpoint", "");
    @Nullable UUID endpoint = Ids.read(Prefix.ENDPOINT, endpointText).orElse(null);
    Optional<UUID> before = Ids.read(Prefix.DELIVERY, query.getOrDefault("before", ""));
    var filter = new DeliveryFilter(endpoint, state, null, null, Instant.EPOCH, FOREVER);
    Instant now = clock.instant();
    return database.asTenant(
        tenant,
        tx -> {
          Map<Endpoint, EndpointHealth> endpoints = Endpoints.all(tx);
          List<Delivery> found = Deliveries.list(tx, filter, before, ROWS + 1);
          boolean more = found.size() > ROWS;
          List<Delivery> shown = more ? found.subList(0, ROWS) : found;
          return new DeliveriesPage(
              shown.stream().map(one -> row(one, endpoints, now)).toList(),
              state == null ? "" : asked,
              states,
              endpoint == null ? "" : endpointText,
              endpoints.entrySet().stream().map(one -> row(one.getKey(), one.getValue())).toList(),
              more
                  ? Queries.of(
                      "state",
                      state == null ? "" : asked,
                      "endpoint",
                      endpoint == null ? "" : endpointText,
                      "before",
                      Ids.write(Prefix.DELIVERY, shown.getLast().id()))
                  : "",
              before.isPresent(),
              endpoints.isEmpty() ? create(tenant) : "");
        });
  }

  private String create(TenantId tenant) {
    return """
    curl -X POST %s \\
      -H "Authorization: Bearer $TENON_API_KEY" -H "Content-Type: application/json" \\
      -d '{"url": "https://your.application/hooks"}'"""
        .formatted(publicUrl.at("/v1/tenants/" + tenant + "/endpoints"));
  }

  private static DeliveryRow row(
      Delivery delivery, Map<Endpoint, EndpointHealth> endpoints, Instant now) {
    return new DeliveryRow(
        delivery.id(),
        Mark.delivery(delivery.state().text()),
        delivery.type(),
        delivery.about(),
        endpoints.keySet().stream()
            .filter(one -> one.id().equals(delivery.endpoint()))
            .map(one -> place(one.settings().url()))
            .findFirst()
            .orElseGet(() -> IdText.of(Prefix.ENDPOINT, delivery.endpoint()).brief()),
        delivery.attempts() == 1 ? "1 try" : delivery.attempts() + " tries",
        new Moment(delivery.createdAt(), now));
  }

  /// Where it is, without what every URL begins with.
  private static String place(String url) {
    int end = url.indexOf("://");
    return end < 0 ? url : url.substring(end + 3);
  }

  private static DeliveriesPage.EndpointRow row(Endpoint endpoint, EndpointHealth health) {
    boolean disabled = endpoint.state() == Endpoint.State.DISABLED;
    @Nullable Instant rests = health.restsUntil();
    String trouble = "";
    if (disabled) {
      trouble =
          "Disabled: %s. What waits is held. Mend the receiver, then enable it."
              .formatted(endpoint.disabledReason());
    } else if (health.failures() > 0) {
      trouble =
          "%s. %d failed %s in a row%s."
              .formatted(
                  capital(health.lastError()),
                  health.failures(),
                  health.failures() == 1 ? "call" : "calls",
                  rests == null ? "" : "; it rests and is tried by single calls");
    }
    return new DeliveriesPage.EndpointRow(
        Endpoint.write(endpoint.id()),
        Mark.endpoint(disabled ? "disabled" : health.failures() > 0 ? "failing" : "enabled"),
        endpoint.settings().url(),
        endpoint.settings().description(),
        endpoint.settings().eventTypes().isEmpty()
            ? "all types"
            : String.join(", ", endpoint.settings().eventTypes()),
        trouble);
  }

  private static String capital(String words) {
    return words.isEmpty()
        ? "It failed"
        : Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  Optional<DeliveryPage> find(TenantId tenant, UUID id, boolean replayed) {
    Instant now = clock.instant();
    return database.asTenant(
        tenant, tx -> Deliveries.find(tx, id).map(delivery -> page(tx, delivery, now, replayed)));
  }

  private static DeliveryPage page(TenantTx tx, Delivery delivery, Instant now, boolean replayed) {
    List<DeliveryTry> tries = Deliveries.tries(tx, delivery.id());
    var timeline = new Timeline();
    timeline.told(delivery);
    tries.forEach(one -> timeline.tried(delivery, one));
    timeline.delivery(delivery, "", now);
    Optional<DeliveryTry> last = tries.isEmpty() ? Optional.empty() : Optional.of(tries.getLast());
    return new DeliveryPage(
        IdText.of(Prefix.DELIVERY, delivery.id()),
        IdText.of(Prefix.EVENT, delivery.event()),
        IdText.of(Prefix.ENDPOINT, delivery.endpoint()),
        Mark.delivery(delivery.state().text()),
        delivery.type(),
        delivery.about(),
        last.map(DeliveryTry::url).orElse(""),
        new Moment(delivery.createdAt(), now),
        delivery.reason(),
        last.map(DeliveryTry::body).orElse(""),
        last.map(
                one ->
                    one.headers().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> new DeliveryPage.Header(each.getKey(), each.getValue()))
                        .toList())
            .orElse(List.of()),
        delivery.eventTenant().equals(tx.tenant().uuid())
            ? Events.payload(tx, delivery.event())
                .map(bytes -> JsonLayout.of(new String(bytes, StandardCharsets.UTF_8)))
                .orElse("")
            : "",
        timeline.steps(),
        delivery.state() != Delivery.State.SENDING,
        replayed);
  }
}
