package dev.tenon.cli;

import dev.tenon.connector.stripe.StripeAmounts;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

  /// Whom it is about.
  ///
  /// @param subscription the provider's id
  record Subject(String customer, String subscription, String email) {}

  private final HubClient hub;
  private final StandIns sandbox;
  private final Steps steps;
  private final Scenario scenario;
  private final WalkReads reads;
  private final WalkNotes notes;
  private final WalkMail mail;
  private final WalkEvents events;

  private final Set<String> eventsBefore = new HashSet<>();
  private final Set<String> receivedBefore = new HashSet<>();
  private final Set<String> paymentsBefore = new HashSet<>();

  Walk(HubClient hub, StandIns sandbox, Steps steps, Scenario scenario) {
    this.hub = hub;
    this.sandbox = sandbox;
    this.steps = steps;
    this.scenario = scenario;
    this.reads = new WalkReads(hub, steps.start());
    this.notes = new WalkNotes(steps);
    this.mail = new WalkMail(sandbox, reads, notes, scenario);
    this.events = new WalkEvents(hub, reads, notes, scenario);
  }

  /// Remembers what is there already. Call it before the act, with what is known of it then.
  void before(Subject subject) {
    if (!subject.customer().isEmpty()) {
      sandbox.events(subject.customer()).forEach(said -> eventsBefore.add(said.id()));
    }
    reads
        .received(sandbox.connection())
        .forEach(event -> receivedBefore.add(event.path("id").asString("")));
    // With its state: an open payment that was there before may be paid now.
    reads.payments(subject).forEach(payment -> paymentsBefore.add(stateOf(payment)));
    mail.before(subject);
    events.before(subject);
  }

  /// Shows each step as it happens. Returns when everything followed; throws [CommandFailed] when
  /// something went wrong or `patience` is over.
  void follow(Subject subject, Duration patience) throws InterruptedException {
    Instant end = notes.now().plus(patience);
    while (true) {
      boolean complete = look(subject);
      notes.show();
      if (!notes.troubles().isEmpty()) {
        throw failure(Failure.FAILED, String.join("; ", notes.troubles()));
      }
      if (complete) {
        return;
      }
      if (notes.now().isAfter(end)) {
        throw failure(
            Failure.TIMED_OUT,
            "after %d s still missing: %s"
                .formatted(patience.toSeconds(), String.join("; ", notes.missing())));
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private CommandFailed failure(int exitCode, String what) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("missing", notes.missing());
    fields.put("troubles", notes.troubles());
    fields.put("look_at", notes.lookAt());
    steps.now("not complete", what, fields);
    return new CommandFailed(
        exitCode,
        "%s did not go through: %s. Look at %s"
            .formatted(scenario.words(), what, String.join(" and ", notes.lookAt())));
  }

  private boolean look(Subject subject) {
    notes.begin(hub.hub().api() + "/console");
    // From effect to cause: what led to an effect that is seen is then seen in the same look.
    events.look(subject);
    mail.look(subject);
    lookAtPayment(subject);
    lookAtSubscription(subject);
    lookAtWebhooks(subject);
    return notes.missing().isEmpty();
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
        notes.miss("the webhook %s arrives (%s)".formatted(event.type(), answer));
        notes.pointTo(sandbox.deliveriesUrl());
        if (webhook.state().equals("failed")) {
          notes.trouble("the webhook %s was not taken: %s".formatted(event.type(), answer));
        }
      }
    }
    if (sent.isEmpty()) {
      notes.miss("the sandbox sends a webhook to " + sandbox.connection());
      notes.pointTo(sandbox.deliveriesUrl());
    }
    Set<String> expected = new HashSet<>();
    said.stream()
        .filter(event -> sent.contains(event.id()))
        .forEach(event -> expected.add(event.type() + " " + event.object()));
    Set<String> received = new HashSet<>();
    for (JsonNode event : reads.received(sandbox.connection())) {
      if (!receivedBefore.contains(event.path("id").asString(""))) {
        event.path("facts").forEach(fact -> showFact(event, fact, expected, received));
      }
    }
    expected.stream()
        .filter(pair -> !received.contains(pair))
        .forEach(pair -> notes.miss("Tenon has received " + pair));
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
    if (notes.isNew(receivedEvent)) {
      notes.see(
          notes.time(event, "received_at"),
          "webhook received",
          receivedEvent + "  " + kind,
          Map.of("received_event", receivedEvent, "kind", kind));
    }
    String state = fact.path("state").asString("");
    String result = fact.path("result").asString("");
    if (state.equals("waiting")) {
      notes.miss("%s (%s) is applied%s".formatted(id, kind, result.isEmpty() ? "" : ": " + result));
      String tryAt = fact.path("next_try_at").asString("");
      if (!tryAt.isEmpty() && notes.isNew(id + tryAt)) {
        notes.see(
            notes.now(),
            "fact held",
            "%s  %s: %s; next try at %s".formatted(id, kind, result, tryAt),
            Map.of("fact", id, "kind", kind, "result", result, "next_try_at", tryAt));
      }
      return;
    }
    if (notes.isNew(id + state)) {
      notes.see(
          notes.time(fact, "finished_at"),
          "fact " + state,
          "%s  %s: %s".formatted(id, kind, result),
          Map.of("fact", id, "kind", kind, "state", state, "result", result));
    }
    if (state.equals("dead") || state.equals("unassigned")) {
      notes.trouble("%s (%s) is %s: %s".formatted(id, kind, state, result));
    }
  }

  private void lookAtSubscription(Subject subject) {
    if (scenario.subscriptionState().isEmpty()) {
      return;
    }
    String wanted = scenario.subscriptionState().get();
    Optional<JsonNode> found =
        reads.subscriptions().stream()
            .filter(row -> row.path("provider_id").asString("").equals(subject.subscription()))
            .findFirst();
    String state = found.map(row -> row.path("state").asString("")).orElse("");
    if (!state.isEmpty() && notes.isNew("subscription " + state)) {
      String id = found.orElseThrow().path("id").asString("");
      notes.see(
          notes.now(),
          "subscription " + state,
          "%s  %s".formatted(id, subject.subscription()),
          Map.of("subscription", id, "provider_id", subject.subscription(), "state", state));
    }
    if (!state.equals(wanted)) {
      notes.miss("the subscription %s is %s".formatted(subject.subscription(), wanted));
    }
  }

  private void lookAtPayment(Subject subject) {
    if (scenario.paymentState().isEmpty()) {
      return;
    }
    String wanted = scenario.paymentState().get();
    boolean there = false;
    for (JsonNode payment : reads.payments(subject)) {
      String id = payment.path("id").asString("");
      String state = payment.path("state").asString("");
      if (paymentsBefore.contains(stateOf(payment))) {
        continue;
      }
      there |= state.equals(wanted);
      if (notes.isNew(id + state)) {
        long amount = payment.path("amount").asLong(0);
        String currency = payment.path("currency").asString("");
        notes.see(
            notes.now(),
            "payment recorded",
            "%s  %s %s".formatted(id, inWords(amount, currency), state),
            Map.of("payment", id, "state", state, "amount", amount, "currency", currency));
      }
    }
    if (!there) {
      notes.miss("a payment of %s is recorded as %s".formatted(subject.subscription(), wanted));
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
}
