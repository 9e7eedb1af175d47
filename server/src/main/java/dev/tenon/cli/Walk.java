package dev.tenon.cli;

import dev.tenon.connector.stripe.StripeAmounts;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// Follows what one act in the sandbox leads to, from the webhooks to the mail in the mailbox, by
/// asking both sides what they have. It knows its own: what belongs to its customer and was not
/// there before.
final class Walk {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration LOOKED_BACK = Duration.ofMinutes(1);
  private static final int PAGES_MAX = 20;
  private static final Set<String> MAIL_ENDS =
      Set.of("sent", "delivered", "failed", "uncertain", "suppressed", "cancelled", "bounced");

  /// Whom it is about.
  ///
  /// @param subscription the provider's id
  record Subject(String customer, String subscription, String email) {}

  private final HubClient hub;
  private final StandIns sandbox;
  private final Steps steps;
  private final Scenario scenario;
  private final ToldEvents told;

  private final Set<String> eventsBefore = new HashSet<>();
  private final Set<String> receivedBefore = new HashSet<>();
  private final Set<String> paymentsBefore = new HashSet<>();
  private final Set<String> messagesBefore = new HashSet<>();
  private final Set<String> mailsBefore = new HashSet<>();
  private final Set<String> toldBefore = new HashSet<>();

  private final Set<String> shown = new HashSet<>();
  private final List<Seen> fresh = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private final Set<String> missing = new LinkedHashSet<>();
  private final Set<String> lookAt = new LinkedHashSet<>();

  private record Seen(Instant at, String name, String text, Map<String, ?> fields) {}

  Walk(HubClient hub, StandIns sandbox, Steps steps, Scenario scenario) {
    this.hub = hub;
    this.sandbox = sandbox;
    this.steps = steps;
    this.scenario = scenario;
    this.told = new ToldEvents(hub, scenario);
  }

  /// Remembers what is there already. Call it before the act, with what is known of it then.
  void before(Subject subject) {
    if (!subject.customer().isEmpty()) {
      sandbox.events(subject.customer()).forEach(said -> eventsBefore.add(said.id()));
    }
    received().forEach(event -> receivedBefore.add(event.path("id").asString("")));
    // With its state: an open payment that was there before may be paid now.
    payments(subject).forEach(payment -> paymentsBefore.add(stateOf(payment)));
    messages(subject).forEach(message -> messagesBefore.add(message.path("id").asString("")));
    sandbox.mails(subject.email()).forEach(mail -> mailsBefore.add(mail.id()));
    told.of(subject.subscription(), since()).forEach(event -> toldBefore.add(event.id()));
  }

  /// Shows each step as it happens. Returns when everything followed; throws [CommandFailed] when
  /// something went wrong or `patience` is over.
  void follow(Subject subject, Duration patience) throws InterruptedException {
    Instant end = steps.start().plus(steps.elapsed()).plus(patience);
    while (true) {
      boolean complete = look(subject);
      fresh.stream()
          .sorted(Comparator.comparing(Seen::at))
          .forEach(seen -> steps.at(seen.at(), seen.name(), seen.text(), seen.fields()));
      fresh.clear();
      if (!troubles.isEmpty()) {
        throw failure(Failure.FAILED, String.join("; ", troubles));
      }
      if (complete) {
        return;
      }
      if (steps.start().plus(steps.elapsed()).isAfter(end)) {
        throw failure(
            Failure.TIMED_OUT,
            "after %d s still missing: %s"
                .formatted(patience.toSeconds(), String.join("; ", missing)));
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private CommandFailed failure(int exitCode, String what) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("missing", missing);
    fields.put("troubles", troubles);
    fields.put("look_at", lookAt);
    steps.now("not complete", what, fields);
    return new CommandFailed(
        exitCode,
        "%s did not go through: %s. Look at %s"
            .formatted(scenario.words(), what, String.join(" and ", lookAt)));
  }

  private boolean look(Subject subject) {
    missing.clear();
    lookAt.clear();
    lookAt.add(hub.hub().api() + "/console");
    // From effect to cause: what led to an effect that is seen is then seen in the same look.
    lookAtEvents(subject);
    lookAtMail(subject);
    lookAtPayment(subject);
    lookAtSubscription(subject);
    lookAtWebhooks(subject);
    return missing.isEmpty();
  }

  private void lookAtWebhooks(Subject subject) {
    List<StandIns.Said> said =
        sandbox.events(subject.customer()).stream()
            .filter(event -> !eventsBefore.contains(event.id()))
            .toList();
    Map<String, StandIns.Said> byId = new HashMap<>();
    said.forEach(event -> byId.put(event.id(), event));
    Set<String> sent = new HashSet<>();
    for (StandIns.Sent webhook : sandbox.deliveries()) {
      StandIns.Said event = byId.get(webhook.event());
      if (event == null) {
        continue;
      }
      sent.add(webhook.event());
      if (!webhook.state().equals("delivered")) {
        String answer = webhook.status() == 0 ? webhook.response() : "answered " + webhook.status();
        missing.add("the webhook %s arrives (%s)".formatted(event.type(), answer));
        lookAt.add(sandbox.deliveriesUrl());
        if (webhook.state().equals("failed")) {
          troubles.add("the webhook %s was not taken: %s".formatted(event.type(), answer));
        }
      }
    }
    if (sent.isEmpty()) {
      missing.add("the sandbox sends a webhook to " + sandbox.connection());
      lookAt.add(sandbox.deliveriesUrl());
    }
    Set<String> expected = new HashSet<>();
    said.stream()
        .filter(event -> sent.contains(event.id()))
        .forEach(event -> expected.add(event.type() + " " + event.object()));
    Set<String> received = new HashSet<>();
    for (JsonNode event : received()) {
      if (!receivedBefore.contains(event.path("id").asString(""))) {
        event.path("facts").forEach(fact -> showFact(event, fact, expected, received));
      }
    }
    expected.stream()
        .filter(pair -> !received.contains(pair))
        .forEach(pair -> missing.add("Tenon has received " + pair));
  }

  private void showFact(JsonNode event, JsonNode fact, Set<String> expected, Set<String> received) {
    String kind = fact.path("kind").asString("");
    String pair = kind + " " + fact.path("object").asString("");
    if (!expected.contains(pair)) {
      return;
    }
    received.add(pair);
    String receivedEvent = event.path("id").asString("");
    String id = fact.path("id").asString("");
    if (shown.add(receivedEvent)) {
      see(
          time(event, "received_at"),
          "webhook received",
          receivedEvent + "  " + kind,
          Map.of("received_event", receivedEvent, "kind", kind));
    }
    String state = fact.path("state").asString("");
    String result = fact.path("result").asString("");
    if (state.equals("waiting")) {
      missing.add(
          "%s (%s) is applied%s".formatted(id, kind, result.isEmpty() ? "" : ": " + result));
      String tryAt = fact.path("next_try_at").asString("");
      if (!tryAt.isEmpty() && shown.add(id + tryAt)) {
        see(
            now(),
            "fact held",
            "%s  %s: %s; next try at %s".formatted(id, kind, result, tryAt),
            Map.of("fact", id, "kind", kind, "result", result, "next_try_at", tryAt));
      }
      return;
    }
    if (shown.add(id + state)) {
      see(
          time(fact, "finished_at"),
          "fact " + state,
          "%s  %s: %s".formatted(id, kind, result),
          Map.of("fact", id, "kind", kind, "state", state, "result", result));
    }
    if (state.equals("dead") || state.equals("unassigned")) {
      troubles.add("%s (%s) is %s: %s".formatted(id, kind, state, result));
    }
  }

  private void lookAtSubscription(Subject subject) {
    if (scenario.subscriptionState().isEmpty()) {
      return;
    }
    String wanted = scenario.subscriptionState().get();
    Optional<JsonNode> found =
        paged("/subscriptions?limit=100", Optional.empty()).stream()
            .filter(row -> row.path("provider_id").asString("").equals(subject.subscription()))
            .findFirst();
    String state = found.map(row -> row.path("state").asString("")).orElse("");
    if (!state.isEmpty() && shown.add("subscription " + state)) {
      String id = found.orElseThrow().path("id").asString("");
      see(
          now(),
          "subscription " + state,
          "%s  %s".formatted(id, subject.subscription()),
          Map.of("subscription", id, "provider_id", subject.subscription(), "state", state));
    }
    if (!state.equals(wanted)) {
      missing.add("the subscription %s is %s".formatted(subject.subscription(), wanted));
    }
  }

  private void lookAtPayment(Subject subject) {
    if (scenario.paymentState().isEmpty()) {
      return;
    }
    String wanted = scenario.paymentState().get();
    boolean there = false;
    for (JsonNode payment : payments(subject)) {
      String id = payment.path("id").asString("");
      String state = payment.path("state").asString("");
      if (paymentsBefore.contains(stateOf(payment))) {
        continue;
      }
      there |= state.equals(wanted);
      if (shown.add(id + state)) {
        long amount = payment.path("amount").asLong(0);
        String currency = payment.path("currency").asString("");
        see(
            now(),
            "payment recorded",
            "%s  %s %s".formatted(id, inWords(amount, currency), state),
            Map.of("payment", id, "state", state, "amount", amount, "currency", currency));
      }
    }
    if (!there) {
      missing.add("a payment of %s is recorded as %s".formatted(subject.subscription(), wanted));
    }
  }

  private static String stateOf(JsonNode payment) {
    return payment.path("id").asString("") + " " + payment.path("state").asString("");
  }

  /// Minor units as people write them: `29.00 EUR`, `500 JPY`.
  private static String inWords(long amount, String currency) {
    return StripeAmounts.units(amount, currency).toPlainString()
        + " "
        + currency.toUpperCase(Locale.ROOT);
  }

  private void lookAtMail(Subject subject) {
    boolean queued = false;
    for (JsonNode message : messages(subject)) {
      String id = message.path("id").asString("");
      if (messagesBefore.contains(id)) {
        continue;
      }
      String template = message.path("template").asString("");
      queued |= scenario.mail().equals(Optional.of(template));
      showMessage(id, template, message);
    }
    List<StandIns.Arrived> arrived =
        sandbox.mails(subject.email()).stream()
            .filter(mail -> !mailsBefore.contains(mail.id()))
            .toList();
    for (StandIns.Arrived mail : arrived) {
      if (shown.add(mail.id())) {
        String url = sandbox.mailboxUrl().orElse("") + "/messages/" + mail.id();
        see(
            instant(mail.at()).orElse(now()),
            "in the mailbox",
            "\"%s\" through %s  %s".formatted(mail.subject(), mail.provider(), url),
            Map.of(
                "mail",
                mail.id(),
                "provider",
                mail.provider(),
                "subject",
                mail.subject(),
                "url",
                url));
      }
    }
    if (scenario.mail().isPresent() && !queued) {
      missing.add("the mail %s is queued".formatted(scenario.mail().get()));
    }
    if (scenario.mail().isPresent() && sandbox.mailboxUrl().isPresent() && arrived.isEmpty()) {
      missing.add("a mail to %s is in the mailbox".formatted(subject.email()));
      lookAt.add(sandbox.mailboxUrl().get());
    }
  }

  private void lookAtEvents(Subject subject) {
    if (scenario.event().isEmpty()) {
      return;
    }
    String type = scenario.event().get();
    boolean there = false;
    for (ToldEvents.Told event : told.of(subject.subscription(), since())) {
      if (toldBefore.contains(event.id())) {
        continue;
      }
      there = true;
      if (shown.add(event.id())) {
        see(
            event.at(),
            "event told",
            "%s  %s".formatted(event.id(), type),
            Map.of("event", event.id(), "type", type));
      }
      event.deliveries().forEach(delivery -> showDelivery(type, delivery));
    }
    if (!there) {
      missing.add("the event %s is told".formatted(type));
    }
  }

  private void showDelivery(String type, JsonNode delivery) {
    String id = delivery.path("id").asString("");
    String state = delivery.path("state").asString("");
    String reason = delivery.path("reason").asString("");
    String endpoint = delivery.path("endpoint").asString("");
    if (!state.equals("delivered")) {
      missing.add(
          "%s is delivered (%s is %s%s)"
              .formatted(type, id, state, reason.isEmpty() ? "" : ": " + reason));
      if (state.equals("failed")) {
        troubles.add("the delivery %s failed: %s".formatted(id, reason));
      }
      if (shown.add(id + reason) && !reason.isEmpty()) {
        see(
            now(),
            "event refused",
            "%s  %s: %s".formatted(id, endpoint, reason),
            Map.of("delivery", id, "endpoint", endpoint, "reason", reason));
      }
    } else if (shown.add(id + state)) {
      see(
          time(delivery, "finished_at"),
          "event delivered",
          "%s  %s to %s".formatted(id, type, endpoint),
          Map.of("delivery", id, "endpoint", endpoint, "type", type));
    }
  }

  private Instant since() {
    return steps.start().minus(LOOKED_BACK);
  }

  private void showMessage(String id, String template, JsonNode message) {
    String state = message.path("state").asString("");
    String provider = message.path("provider").asString("");
    String reason = message.path("reason").asString("");
    if (shown.add(id)) {
      see(
          time(message, "created_at"),
          "mail queued",
          "%s  %s to %s".formatted(id, template, message.path("to").asString("")),
          Map.of("message", id, "template", template, "to", message.path("to").asString("")));
    }
    // An uncertain mail whose provider is still being asked is not over.
    boolean asking = !message.path("next_try_at").asString("").isEmpty();
    if (!MAIL_ENDS.contains(state) || asking) {
      missing.add(
          "%s is sent (it is %s%s)".formatted(id, state, reason.isEmpty() ? "" : ": " + reason));
      return;
    }
    boolean sent = state.equals("sent") || state.equals("delivered");
    if (shown.add(id + state)) {
      see(
          sent ? time(message, "sent_at") : now(),
          sent ? "mail sent" : "mail " + state,
          sent ? id + "  by " + provider : id + "  " + reason,
          Map.of("message", id, "state", state, "provider", provider, "reason", reason));
    }
    if (!sent) {
      troubles.add("the mail %s is %s: %s".formatted(id, state, reason));
    }
  }

  private List<JsonNode> received() {
    return paged(
        "/received-events?limit=100&connection=%s&since=%s"
            .formatted(sandbox.connection(), steps.start().minus(LOOKED_BACK)),
        Optional.empty());
  }

  private List<JsonNode> payments(Subject subject) {
    return paged("/payments?limit=100", Optional.empty()).stream()
        .filter(
            row -> row.path("subscription_provider_id").asString("").equals(subject.subscription()))
        .toList();
  }

  private List<JsonNode> messages(Subject subject) {
    return paged("/messages?limit=100", Optional.of(steps.start().minus(LOOKED_BACK))).stream()
        .filter(row -> row.path("to").asString("").equalsIgnoreCase(subject.email()))
        .toList();
  }

  /// The pages of a list, the newest first; no further than `since` where it is given.
  private List<JsonNode> paged(String list, Optional<Instant> since) {
    List<JsonNode> rows = new ArrayList<>();
    String cursor = "";
    for (int i = 0; i < PAGES_MAX; i++) {
      JsonNode page =
          hub.ofTenant(cursor.isEmpty() ? list : list + "&cursor=" + HubClient.query(cursor));
      page.path("data").forEach(rows::add);
      cursor = page.path("next_cursor").asString("");
      boolean far =
          since.isPresent()
              && !rows.isEmpty()
              && time(rows.getLast(), "created_at").isBefore(since.get());
      if (cursor.isEmpty() || far) {
        break;
      }
    }
    return rows;
  }

  private void see(Instant at, String name, String text, Map<String, ?> fields) {
    fresh.add(new Seen(at, name, text, fields));
  }

  private Instant now() {
    return steps.start().plus(steps.elapsed());
  }

  private Instant time(JsonNode object, String field) {
    return instant(object.path(field).asString("")).orElseGet(this::now);
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
