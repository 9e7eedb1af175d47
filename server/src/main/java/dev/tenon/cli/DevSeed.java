package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.stripe.CheckoutSessionSnapshot;
import dev.tenon.connector.stripe.NewCheckoutSession;
import dev.tenon.connector.stripe.Origin;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.TenantTx;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.Tenant;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/// A tenant with sandbox connections, so that there is something to look at.
final class DevSeed {
  private static final String SLUG = "acme";
  private static final String SANDBOX_KEY = "sk_test_tenon_sandbox";

  private DevSeed() {}

  /// What was planted.
  ///
  /// @param connections by provider: id, webhook address and secret
  record Seeded(
      TenantId tenant,
      Secret apiKey,
      Map<String, Map<String, String>> connections,
      String checkoutUrl) {}

  /// Makes the tenant once and its connections afresh at every start, since the sandbox's ports may
  /// have changed. Old connections are disabled.
  static Seeded plant(Tenon tenon, Sandbox sandbox, StripeSimulator stripe, int smtpPort) {
    TenantId tenant = tenant(tenon);
    Secret webhookSecret = newWebhookSecret();
    disableOld(tenon, tenant);
    Map<String, ConnectionId> made = new LinkedHashMap<>();
    String mailPort = Integer.toString(smtpPort);
    tenon
        .database()
        .useTenant(
            tenant,
            tx -> {
              made.put(
                  "stripe",
                  create(
                      tenon,
                      tx,
                      "stripe",
                      Map.of("base_url", sandbox.url("stripe").toString()),
                      Map.of(
                          "secret_key", Secret.of(SANDBOX_KEY), "webhook_secret", webhookSecret)));
              made.put(
                  "postmark",
                  create(
                      tenon,
                      tx,
                      "postmark",
                      Map.of("base_url", sandbox.url("postmark").toString()),
                      Map.of("api_key", Secret.of("postmark-sandbox-token"))));
              made.put(
                  "resend",
                  create(
                      tenon,
                      tx,
                      "resend",
                      Map.of("base_url", sandbox.url("resend").toString()),
                      Map.of("api_key", Secret.of("re_sandbox_key"))));
              made.put(
                  "smtp",
                  create(
                      tenon,
                      tx,
                      "smtp",
                      Map.of("host", "127.0.0.1", "port", mailPort, "security", "plain"),
                      Map.of()));
              route(tx, made);
            });
    String hook = tenon.publicUrl().at("/in/" + made.get("stripe"));
    stripe.registerEndpoint(URI.create(hook), webhookSecret.reveal());
    Map<String, Map<String, String>> connections = new LinkedHashMap<>();
    made.forEach(
        (provider, id) ->
            connections.put(
                provider,
                provider.equals("stripe")
                    ? Map.of(
                        "id", id.toString(),
                        "webhook_url", hook,
                        "webhook_secret", webhookSecret.reveal())
                    : Map.of("id", id.toString())));
    return new Seeded(tenant, apiKey(tenon), connections, checkout(sandbox, tenant));
  }

  private static TenantId tenant(Tenon tenon) {
    return switch (tenon.tenants().create("Acme", Optional.of(SLUG))) {
      case Tenants.Creation.Created(Tenant created) -> created.id();
      case Tenants.Creation.SlugTaken _ ->
          tenon.tenants().list(Optional.empty(), 100).stream()
              .filter(found -> found.slug().equals(Optional.of(SLUG)))
              .findFirst()
              .orElseThrow()
              .id();
    };
  }

  private static void disableOld(Tenon tenon, TenantId tenant) {
    tenon
        .database()
        .useTenant(
            tenant,
            tx -> {
              int _ =
                  tx.handle()
                      .createUpdate(
                          """
                          update connection set state = 'disabled'
                          where tenant_id = :tenant and state <> 'disabled'
                          """)
                      .bind("tenant", tenant.uuid())
                      .execute();
              int _ =
                  tx.handle()
                      .createUpdate("delete from email_route where tenant_id = :tenant")
                      .bind("tenant", tenant.uuid())
                      .execute();
            });
  }

  private static ConnectionId create(
      Tenon tenon,
      TenantTx tx,
      String provider,
      Map<String, String> settings,
      Map<String, Secret> secrets) {
    return tenon
        .connections()
        .create(
            tx,
            provider,
            "Sandbox " + provider,
            Connection.Environment.DEVELOPMENT,
            settings,
            secrets)
        .id();
  }

  private static void route(TenantTx tx, Map<String, ConnectionId> made) {
    int priority = 0;
    for (String provider : List.of("postmark", "resend", "smtp")) {
      UUID id = made.get(provider) == null ? new UUID(0, 0) : made.get(provider).uuid();
      int _ =
          tx.handle()
              .createUpdate(
                  """
                  insert into email_route (tenant_id, connection_id, priority)
                  values (:tenant, :connection, :priority)
                  """)
              .bind("tenant", tx.tenant().uuid())
              .bind("connection", id)
              .bind("priority", priority++)
              .execute();
    }
    int _ =
        tx.handle()
            .createUpdate(
                """
                insert into sender (tenant_id, address, name, product, is_default, created_at)
                values (:tenant, 'hello@acme.test', 'Acme', 'Acme', true, :now)
                on conflict (tenant_id, address) do nothing
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("now", InstantSource.system().instant())
            .execute();
  }

  private static Secret apiKey(Tenon tenon) {
    return tenon
        .database()
        .asTenant(
            TenantId.PLATFORM,
            tx -> tenon.keys().create(tx, "dev", EnumSet.of(Scope.ALL), Optional.empty()))
        .text();
  }

  /// A checkout page to pay on, made the way an application makes one.
  private static String checkout(Sandbox sandbox, TenantId tenant) {
    URI base = sandbox.url("stripe");
    try (var http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(base)))) {
      String product = post(http, base.resolve("/v1/products"), "name=Acme+Pro");
      String price =
          post(
              http,
              base.resolve("/v1/prices"),
              "currency=eur&unit_amount=2900&recurring[interval]=month&nickname=Pro&product="
                  + product);
      Outcome<CheckoutSessionSnapshot> made =
          new StripeConnector(Secret.of(SANDBOX_KEY), base, http)
              .createCheckoutSession(
                  new NewCheckoutSession(
                      new Origin(tenant.toString(), "tenon"),
                      price,
                      1,
                      "",
                      "ada@customer.test",
                      base + "/",
                      base + "/",
                      true,
                      0),
                  UUID.randomUUID().toString());
      return made instanceof Outcome.Accepted<CheckoutSessionSnapshot> accepted
          ? accepted.value().url()
          : base.toString();
    }
  }

  private static String post(ApacheProviderHttp http, URI uri, String form) {
    HttpResult result =
        http.call(
            HttpCall.post(
                uri,
                Map.of(
                    "Authorization",
                    "Bearer " + SANDBOX_KEY,
                    "Content-Type",
                    "application/x-www-form-urlencoded"),
                form.getBytes(StandardCharsets.UTF_8)));
    return result instanceof HttpResult.Answered answered
        ? JsonMapper.shared().readTree(answered.body()).path("id").asString("")
        : "";
  }

  private static Secret newWebhookSecret() {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    return Secret.of("whsec_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
  }
}
