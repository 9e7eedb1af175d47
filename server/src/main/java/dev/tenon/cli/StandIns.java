package dev.tenon.cli;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The sandbox behind a tenant's connection to Stripe: what a buyer, a bank and the calendar would
/// do, what the stand-ins did, and the mailbox. Found through the connection itself, so it is the
/// very sandbox that the server speaks to, and never a real provider.
final class StandIns implements AutoCloseable {
  private static final int DELIVERIES_LOOKED_AT = 500;

  private final String connection;
  private final JsonCalls stripe;
  private final Optional<JsonCalls> mailbox;
  private final JsonNode urls;

  private StandIns(
      String connection, JsonCalls stripe, Optional<JsonCalls> mailbox, JsonNode urls) {
    this.connection = connection;
    this.stripe = stripe;
    this.mailbox = mailbox;
    this.urls = urls;
  }

  static StandIns find(HubClient hub) {
    for (JsonNode connection :
        hub.ofTenant("/connections?provider=stripe&limit=100").path("data")) {
      if (connection.path("state").asString("").equals("active")) {
        return open(
            connection.path("id").asString(""),
            connection.path("settings").path("base_url").asString(""));
      }
    }
    throw new CommandFailed(
        Failure.NOT_FOUND,
        "tenant %s has no active connection to Stripe. ./tenon dev makes one to its sandbox; otherwise create it with POST %s"
            .formatted(hub.hub().tenant(), hub.hub().path("/connections")));
  }

  private static StandIns open(String connection, String baseUrl) {
    if (baseUrl.isEmpty()) {
      throw noSandbox(connection, "speaks to the real Stripe");
    }
    // Any test key will do for a stand-in; a real one is never at hand here.
    var stripe =
        new JsonCalls(
            URI.create(baseUrl), Map.of("Authorization", "Bearer sk_test_tenon_command_line"));
    JsonCalls.Answer all = stripe.get("/_sandbox/simulators");
    JsonNode urls = all.body().path("simulators");
    if (!all.good() || !urls.path("stripe").isString()) {
      stripe.close();
      throw noSandbox(
          connection,
          all.status() == 0
              ? "names the sandbox at %s, where nothing answers".formatted(baseUrl)
              : "names %s, which is no sandbox".formatted(baseUrl));
    }
    String mailbox = urls.path("mailbox").asString("");
    return new StandIns(
        connection,
        stripe,
        mailbox.isEmpty()
            ? Optional.empty()
            : Optional.of(new JsonCalls(URI.create(mailbox), Map.of())),
        urls);
  }

  private static CommandFailed noSandbox(String connection, String what) {
    return new CommandFailed(
        Failure.FAILED,
        "the tenant's newest Stripe connection %s %s. trigger plays with a sandbox only: start ./tenon dev"
            .formatted(connection, what));
  }

  /// The connection that it is behind.
  String connection() {
    return connection;
  }

  String deliveriesUrl() {
    return stripe.origin() + "/_sandbox/deliveries";
  }

  Optional<String> mailboxUrl() {
    return mailbox.map(calls -> calls.origin().toString());
  }

  /// A price to subscribe to: the one that is there, or a new one.
  String price() {
    for (JsonNode price : checked(stripe.get("/v1/prices?limit=100")).path("data")) {
      if (price.path("recurring").isObject() && price.path("active").asBoolean(false)) {
        return price.path("id").asString("");
      }
    }
    String product =
        checked(stripe.postForm("/v1/products", "name=Acme+Pro")).path("id").asString("");
    return checked(
            stripe.postForm(
                "/v1/prices",
                "currency=eur&unit_amount=2900&recurring[interval]=month&nickname=Pro&product="
                    + product))
        .path("id")
        .asString("");
  }

  /// Pays a checkout session as its buyer would; answers the session.
  JsonNode pay(String session) {
    return checked(stripe.act("/_sandbox/checkout-sessions/" + encoded(session) + "/pay"));
  }

  /// Does `action` with a subscription: `renew`, `fail-payment`, …
  void act(String subscription, String action) {
    JsonNode _ =
        checked(stripe.act("/_sandbox/subscriptions/" + encoded(subscription) + "/" + action));
  }

  JsonNode subscription(String id) {
    return checked(stripe.get("/v1/subscriptions/" + encoded(id)));
  }

  /// The address of a customer; empty when there is none.
  String email(String customer) {
    return checked(stripe.get("/v1/customers/" + encoded(customer))).path("email").asString("");
  }

  /// Something that the stand-in for Stripe says happened.
  record Said(String id, String type, String object) {}

  /// The newest events about a customer or what belongs to it, oldest first. Most objects name
  /// their customer; the payment of an invoice names its invoice only.
  List<Said> events(String customer) {
    JsonNode events = checked(stripe.get("/v1/events?limit=100")).path("data");
    Set<String> owned = new HashSet<>();
    for (JsonNode event : events) {
      JsonNode object = event.path("data").path("object");
      if (object.path("customer").asString("").equals(customer)) {
        owned.add(object.path("id").asString(""));
      }
    }
    owned.add(customer);
    owned.remove("");
    List<Said> found = new ArrayList<>();
    for (JsonNode event : events) {
      JsonNode object = event.path("data").path("object");
      String id = object.path("id").asString("");
      if (owned.contains(id) || owned.contains(object.path("invoice").asString(""))) {
        found.add(new Said(event.path("id").asString(""), event.path("type").asString(""), id));
      }
    }
    return found.reversed();
  }

  /// One webhook on its way to the connection.
  record Sent(String event, String state, int status, String response) {}

  /// The newest webhooks to the connection.
  List<Sent> deliveries() {
    List<Sent> found = new ArrayList<>();
    JsonNode log = checked(stripe.get("/_sandbox/deliveries?limit=" + DELIVERIES_LOOKED_AT));
    for (JsonNode delivery : log.path("deliveries")) {
      if (delivery.path("url").asString("").endsWith("/in/" + connection)) {
        found.add(
            new Sent(
                delivery.path("event_id").asString(""),
                delivery.path("state").asString(""),
                delivery.path("status").asInt(0),
                delivery.path("response").asString("")));
      }
    }
    return found;
  }

  /// A mail in the mailbox.
  record Arrived(String id, String at, String provider, String subject) {}

  /// The mails that name `address`.
  List<Arrived> mails(String address) {
    List<Arrived> found = new ArrayList<>();
    mailbox.ifPresent(
        calls ->
            checked(calls.get("/api/messages?limit=100&query=" + encoded(address)))
                .path("data")
                .forEach(
                    mail ->
                        found.add(
                            new Arrived(
                                mail.path("id").asString(""),
                                mail.path("received_at").asString(""),
                                mail.path("provider").asString(""),
                                mail.path("subject").asString("")))));
    return found;
  }

  /// Breaks an email provider: `down`, `key`, or `silent` for one call, after which it can be asked
  /// what became of it.
  void breakProvider(String provider, String how) {
    String url = urls.path(provider).asString("");
    if (how.equals("silent") && !url.isEmpty()) {
      try (var calls = new JsonCalls(URI.create(url), Map.of())) {
        JsonNode _ =
            checked(
                calls.put(
                    "/_sandbox/faults", Map.of("kind", "time_out_after_accepting", "count", 1)));
      }
      return;
    }
    setProvider(provider, Map.of("break", how));
  }

  void mendProvider(String provider) {
    setProvider(provider, Map.of());
  }

  private void setProvider(String provider, Map<String, String> body) {
    JsonCalls calls =
        mailbox.orElseThrow(
            () ->
                new CommandFailed(
                    Failure.FAILED, "this sandbox has no email providers that could be broken"));
    JsonNode _ = checked(calls.put("/api/providers/" + encoded(provider), body));
  }

  private static JsonNode checked(JsonCalls.Answer answer) {
    if (answer.good()) {
      return answer.body();
    }
    if (answer.status() == 0) {
      throw new CommandFailed(
          Failure.UNREACHABLE, "the sandbox does not answer any more: " + answer.trouble());
    }
    JsonNode error = answer.body().path("error");
    throw new CommandFailed(
        Failure.FAILED,
        "the sandbox refused it (%d): %s"
            .formatted(
                answer.status(),
                error.isString() ? error.asString() : error.path("message").asString("no reason")));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    stripe.close();
    mailbox.ifPresent(JsonCalls::close);
  }
}
