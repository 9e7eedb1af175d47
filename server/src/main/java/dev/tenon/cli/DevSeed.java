package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.stripe.NewCheckoutSession;
import dev.tenon.connector.stripe.OpenCheckoutSession;
import dev.tenon.connector.stripe.Origin;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.TenantTx;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.email.PostmarkSimulator;
import dev.tenon.sandbox.email.SesSimulator;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.Tenant;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A tenant with sandbox connections, so that there is something to look at.
final class DevSeed {
  private static final String SLUG = "acme";
  private static final int CONNECTIONS_MAX = 100;
  private static final int TENANTS_AT_ONCE = 100;

  /// In the order of the email routing.
  private static final List<String> MAIL =
      List.of("postmark", "resend", "sendgrid", "ses", "mailgun", "smtp");

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

  /// Plants with a key of its own each time; see [#plant(Tenon, Sandbox, StripeSimulator,
  /// EmailSandbox, Secret)].
  static Seeded plant(Tenon tenon, Sandbox sandbox, StripeSimulator stripe, EmailSandbox email) {
    return plant(tenon, sandbox, stripe, email, DevKey.make(tenon));
  }

  /// Makes the tenant and its connections once; later starts use them again, pointed at where the
  /// sandbox is now. The webhook endpoint is moved along, since the server's port may have changed.
  static Seeded plant(
      Tenon tenon, Sandbox sandbox, StripeSimulator stripe, EmailSandbox email, Secret apiKey) {
    Map<String, ConnectionId> made = connect(tenon, sandbox, email.smtpPort());
    TenantId tenant = tenant(tenon);
    ConnectionId stripeId = made.getOrDefault("stripe", new ConnectionId(new UUID(0, 0)));
    Secret webhookSecret =
        tenon
            .connections()
            .credentials(tenant, stripeId)
            .flatMap(found -> found.secret("webhook_secret"))
            .orElseThrow();
    String hook = tenon.publicUrl().at("/in/" + stripeId);
    String _ =
        stripe.moveEndpoint(
            url -> String.valueOf(url.getPath()).startsWith("/in/con_"),
            URI.create(hook),
            webhookSecret.reveal());
    Map<String, Map<String, String>> connections = new LinkedHashMap<>();
    made.forEach(
        (provider, id) -> connections.put(provider, new HashMap<>(Map.of("id", id.toString()))));
    shown(connections, "stripe")
        .putAll(Map.of("webhook_url", hook, "webhook_secret", webhookSecret.reveal()));
    DevMailWebhooks.register(tenon, email, tenant, made)
        .forEach((provider, webhook) -> shown(connections, provider).putAll(webhook));
    return new Seeded(tenant, apiKey, connections, checkout(tenon, sandbox, tenant));
  }

  private static Map<String, String> shown(
      Map<String, Map<String, String>> connections, String provider) {
    return connections.computeIfAbsent(provider, _ -> new HashMap<>());
  }

  /// The sandbox's connections by provider, made where they are missing and pointed at it. Done
  /// before any work starts, so that mail left over from the last run goes out at once. What a
  /// person changed since (email routing, senders) stays.
  static Map<String, ConnectionId> connect(Tenon tenon, Sandbox sandbox, int smtpPort) {
    TenantId tenant = tenant(tenon);
    Map<String, ConnectionId> all =
        tenon.database().asTenant(tenant, tx -> findOrMake(tenon, tx, sandbox, smtpPort));
    all.forEach(
        (provider, id) -> {
          var _ =
              tenon
                  .connections()
                  .change(
                      tenant,
                      id,
                      new Connections.Change(
                          Optional.empty(),
                          Optional.of(Connection.State.ACTIVE),
                          Optional.of(settings(provider, sandbox, smtpPort)),
                          sent(provider),
                          Optional.empty()));
        });
    return all;
  }

  /// In one transaction, so that a start that is cut short leaves no connections without routing.
  private static Map<String, ConnectionId> findOrMake(
      Tenon tenon, TenantTx tx, Sandbox sandbox, int smtpPort) {
    Map<String, ConnectionId> all = new LinkedHashMap<>();
    boolean isNew = false;
    for (String provider : Stream.concat(Stream.of("stripe"), MAIL.stream()).toList()) {
      Optional<ConnectionId> known = find(tenon, tx, provider);
      isNew |= known.isEmpty();
      all.put(
          provider,
          known.orElseGet(
              () ->
                  create(
                      tenon,
                      tx,
                      provider,
                      settings(provider, sandbox, smtpPort),
                      secrets(provider))));
    }
    if (isNew) {
      route(tx, all);
      addSender(tx);
    }
    return all;
  }

  private static Optional<ConnectionId> find(Tenon tenon, TenantTx tx, String provider) {
    return tenon
        .connections()
        .list(tx, Optional.of(provider), Optional.empty(), CONNECTIONS_MAX)
        .stream()
        .filter(found -> found.name().equals(name(provider)))
        .filter(found -> found.state() != Connection.State.DISABLED)
        .findFirst()
        .map(Connection::id);
  }

  private static Map<String, String> settings(String provider, Sandbox sandbox, int smtpPort) {
    return switch (provider) {
      case "smtp" ->
          Map.of("host", "127.0.0.1", "port", Integer.toString(smtpPort), "security", "plain");
      case "ses" ->
          Map.of(
              "base_url",
              sandbox.url(provider).toString(),
              "access_key_id",
              "AKIASANDBOXKEY000000",
              "topic_arn",
              SesSimulator.TOPIC_ARN);
      case "postmark" ->
          Map.of(
              "base_url",
              sandbox.url(provider).toString(),
              "webhook_username",
              PostmarkSimulator.WEBHOOK_USER);
      case "mailgun" ->
          Map.of("base_url", sandbox.url(provider).toString(), "domain", "mg.acme.test");
      default -> Map.of("base_url", sandbox.url(provider).toString());
    };
  }

  private static Map<String, Secret> secrets(String provider) {
    return switch (provider) {
      case "stripe" ->
          Map.of("secret_key", Secret.of(SANDBOX_KEY), "webhook_secret", newWebhookSecret());
      case "postmark" -> Map.of("api_key", Secret.of("postmark-sandbox-token"));
      case "resend" -> Map.of("api_key", Secret.of("re_sandbox_key"));
      case "sendgrid" -> Map.of("api_key", Secret.of("SG.sandbox.key"));
      case "mailgun" -> Map.of("api_key", Secret.of("mailgun-sandbox-key"));
      case "ses" -> Map.of("secret_access_key", Secret.of(SesSimulator.SECRET_KEY));
      default -> Map.of();
    };
  }

  /// The credentials that go to the sandbox: where it has other ports they are given again.
  private static Map<String, Secret> sent(String provider) {
    Map<String, Secret> sent = new HashMap<>(secrets(provider));
    sent.keySet().removeIf(field -> field.startsWith("webhook_"));
    return sent;
  }

  private static String name(String provider) {
    return "Sandbox " + provider;
  }

  private static TenantId tenant(Tenon tenon) {
    return switch (tenon.tenants().create("Acme", Optional.of(SLUG))) {
      case Tenants.Creation.Created(Tenant created) -> created.id();
      case Tenants.Creation.SlugTaken _ -> known(tenon);
    };
  }

  /// However many tenants have been made since: the newest come first.
  private static TenantId known(Tenon tenon) {
    Optional<UUID> before = Optional.empty();
    while (true) {
      List<Tenant> page = tenon.tenants().list(before, TENANTS_AT_ONCE);
      for (Tenant found : page) {
        if (found.slug().equals(Optional.of(SLUG))) {
          return found.id();
        }
      }
      if (page.isEmpty()) {
        throw new IllegalStateException("the tenant with the slug " + SLUG + " can't be found");
      }
      before = Optional.of(page.getLast().id().uuid());
    }
  }

  private static ConnectionId create(
      Tenon tenon,
      TenantTx tx,
      String provider,
      Map<String, String> settings,
      Map<String, Secret> secrets) {
    return tenon
        .connections()
        .create(tx, provider, name(provider), Connection.Environment.DEVELOPMENT, settings, secrets)
        .id();
  }

  /// Postmark first, the others as fallbacks, unless there is a routing.
  private static void route(TenantTx tx, Map<String, ConnectionId> connections) {
    boolean isRouted =
        tx.handle()
            .createQuery("select exists (select from email_route where tenant_id = :tenant)")
            .bind("tenant", tx.tenant().uuid())
            .mapTo(Boolean.class)
            .one();
    if (isRouted) {
      return;
    }
    int priority = 0;
    for (String provider : MAIL) {
      UUID id = Optional.ofNullable(connections.get(provider)).orElseThrow().uuid();
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
  }

  private static void addSender(TenantTx tx) {
    int _ =
        tx.handle()
            .createUpdate(
                """
                insert into sender (tenant_id, address, name, product, is_default, created_at)
                select :tenant, 'hello@acme.test', 'Acme', 'Acme', true, :now
                where not exists (select from sender where tenant_id = :tenant)
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("now", InstantSource.system().instant())
            .execute();
  }

  /// A checkout page to pay on, made the way an application makes one. It leads back to the
  /// console, where what follows can be watched.
  private static String checkout(Tenon tenon, Sandbox sandbox, TenantId tenant) {
    URI base = sandbox.url("stripe");
    String back = tenon.publicUrl().at("/console");
    try (var http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(base)))) {
      String price = price(http, base);
      Outcome<OpenCheckoutSession> made =
          new StripeConnector(Secret.of(SANDBOX_KEY), base, http)
              .createCheckoutSession(
                  new NewCheckoutSession(
                      new Origin(tenant.toString(), "tenon"),
                      new NewCheckoutSession.Sale.Subscription(price, 1, true, 0),
                      "",
                      "ada@customer.test",
                      new NewCheckoutSession.Page.Hosted(back, back)),
                  UUID.randomUUID().toString());
      return made instanceof Outcome.Accepted<OpenCheckoutSession> accepted
          ? accepted.value().url()
          : base.toString();
    }
  }

  /// The price of an earlier start, or a new one.
  private static String price(ApacheProviderHttp http, URI base) {
    HttpResult known =
        http.call(
            HttpCall.get(
                base.resolve("/v1/prices?limit=100"),
                Map.of("Authorization", "Bearer " + SANDBOX_KEY)));
    if (known instanceof HttpResult.Answered answered) {
      for (JsonNode one : JsonMapper.shared().readTree(answered.body()).path("data")) {
        if (one.path("nickname").asString("").equals("Pro") && one.path("active").asBoolean(true)) {
          return one.path("id").asString("");
        }
      }
    }
    String product = post(http, base.resolve("/v1/products"), "name=Acme+Pro");
    return post(
        http,
        base.resolve("/v1/prices"),
        "currency=eur&unit_amount=2900&recurring[interval]=month&nickname=Pro&product=" + product);
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
