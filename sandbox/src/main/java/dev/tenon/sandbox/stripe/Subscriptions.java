package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/subscriptions`.
final class Subscriptions {
  private static final String TYPE = "subscription";
  private static final long DAY_SECONDS = 24 * 3_600;
  private static final Set<String> ENDED = Set.of("canceled", "incomplete_expired");

  private final Objects objects;
  private final Events events;
  private final Invoices invoices;
  private final SetupIntents setups;
  private final Discounts discounts;
  private final InvoiceLines lines;
  private final SubscriptionItems items;
  private final SubscriptionChanges changes;
  private final Cancellations cancellations;

  Subscriptions(
      Objects objects,
      Events events,
      Invoices invoices,
      SetupIntents setups,
      Discounts discounts,
      InvoiceLines lines,
      SubscriptionItems items,
      SubscriptionChanges changes,
      Cancellations cancellations) {
    this.objects = objects;
    this.events = events;
    this.invoices = invoices;
    this.setups = setups;
    this.discounts = discounts;
    this.lines = lines;
    this.changes = changes;
    this.cancellations = cancellations;
    this.items = items;
  }

  /// A subscription with its first invoice, before anybody was told.
  record Started(ObjectNode subscription, Invoices.Opened opened) {}

  ObjectNode create(Call call) {
    Params params =
        call.params()
            .allow(
                "automatic_tax",
                "billing_cycle_anchor",
                "billing_mode",
                "cancel_at",
                "cancel_at_period_end",
                "collection_method",
                "currency",
                "customer",
                "days_until_due",
                "default_payment_method",
                "description",
                "discounts",
                "items",
                "metadata",
                "off_session",
                "payment_behavior",
                "payment_settings",
                "proration_behavior",
                "trial_end",
                "trial_period_days",
                "trial_settings");
    String customerId = params.required("customer");
    ObjectNode customer = objects.get("customer", customerId, "customer");
    if (params.objects("items").isEmpty()) {
      throw StripeError.missing("items");
    }
    String method = params.text("default_payment_method");
    String card =
        method.isEmpty()
            ? customer.path("invoice_settings").path("default_payment_method").asString("")
            : method;
    String behavior =
        params.oneOf(
            "payment_behavior",
            "allow_incomplete",
            "allow_incomplete",
            "default_incomplete",
            "error_if_incomplete",
            "pending_if_incomplete");
    boolean trial = trialEnd(params) > 0;
    boolean waits = behavior.equals("default_incomplete");
    if (card.isEmpty() && !trial && !waits) {
      throw StripeError.invalid(
          "resource_missing",
          "",
          "This customer has no attached payment source or default payment method. Please"
              + " consider adding a default payment method.");
    }
    Started started = start(customerId, params, params.metadata());
    boolean due = started.opened().invoice().path("amount_due").asLong() > 0;
    Optional<StripeError> refusal = due ? TestCards.refusal(card) : Optional.empty();
    if (refusal.isPresent() && behavior.equals("error_if_incomplete")) {
      throw refusal.get();
    }
    if (waits && card.isEmpty() && !due) {
      awaitCard(started.subscription());
    }
    announce(started, !due || !(waits || refusal.isPresent()), card);
    if (refusal.isPresent() && !waits) {
      invoices.fail(started.opened().invoice());
    }
    return started.subscription();
  }

  /// Nothing is to pay now, so what the customer confirms is the card for later.
  private void awaitCard(ObjectNode subscription) {
    ObjectNode setup = setups.make(subscription.path("customer").asString(), Json.object());
    subscription.set("pending_setup_intent", setup.path("id"));
    setups.announce(setup);
  }

  /// Makes a subscription and its first invoice; nothing is emitted and nothing is paid.
  Started start(String customer, Params params, ObjectNode metadata) {
    ObjectNode subscription = objects.shape(TYPE, objects.id("sub_"), SubscriptionItems.SHAPE);
    subscription.put("customer", customer);
    objects
        .find("customer", customer)
        .ifPresent(of -> subscription.set("test_clock", of.path("test_clock")));
    subscription.set("metadata", metadata);
    long now = objects.now();
    subscription.put("start_date", now);
    subscription.put("billing_cycle_anchor", now);
    params.copyTexts(subscription, "default_payment_method", "description");
    params
        .object("payment_settings")
        .ifPresent(
            given ->
                given.copyTexts(
                    (ObjectNode) subscription.get("payment_settings"),
                    "save_default_payment_method"));
    long trialEnd = trialEnd(params);
    if (trialEnd > 0) {
      subscription.put("status", "trialing");
      subscription.put("trial_start", now);
      subscription.put("trial_end", trialEnd);
    }
    items.create(subscription, params.objects("items"), trialEnd);
    trialSettings(subscription, params);
    objects.add(subscription);
    discounts.set(subscription, params);
    if (params.bool("cancel_at_period_end", false)) {
      cancellations.atPeriodEnd(subscription, true);
    }
    Invoices.Opened opened =
        invoices.open(
            subscription, "subscription_create", lines.ofPeriod(subscription, trialEnd > 0));
    subscription.put("latest_invoice", opened.invoice().path("id").asString());
    return new Started(subscription, opened);
  }

  private static void trialSettings(ObjectNode subscription, Params params) {
    params
        .object("trial_settings")
        .flatMap(given -> given.object("end_behavior"))
        .ifPresent(
            given ->
                ((ObjectNode) subscription.path("trial_settings").path("end_behavior"))
                    .put(
                        "missing_payment_method",
                        given.oneOf(
                            "missing_payment_method",
                            "create_invoice",
                            "cancel",
                            "create_invoice",
                            "pause")));
  }

  /// Tells of a new subscription in the order Stripe does: created while incomplete, then active.
  void announce(Started started, boolean paid, String card) {
    ObjectNode subscription = started.subscription();
    events.emit("customer.subscription.created", subscription);
    if (paid) {
      ObjectNode before = subscription.deepCopy();
      invoices.settle(started.opened().invoice(), card);
      if (!subscription.path("status").asString().equals("trialing")) {
        subscription.put("status", "active");
        events.emit(
            "customer.subscription.updated", subscription, Changes.between(before, subscription));
      }
    }
    invoices.announceOpened(started.opened());
    if (paid) {
      invoices.announcePaid(started.opened().invoice());
    }
  }

  static boolean hasEnded(ObjectNode subscription) {
    return ENDED.contains(subscription.path("status").asString());
  }

  private long trialEnd(Params params) {
    long days = params.integer("trial_period_days", 0, 0, 730);
    if (days > 0) {
      return objects.now() + days * DAY_SECONDS;
    }
    return params.text("trial_end").equals("now")
        ? 0
        : params.integer("trial_end", 0, 0, 9_999_999_999L);
  }

  ObjectNode get(Call call) {
    return objects.get(TYPE, call.id());
  }

  ObjectNode list(Call call) {
    Params params =
        call.params()
            .allow(
                "collection_method",
                "created",
                "customer",
                "limit",
                "price",
                "status",
                "starting_after",
                "ending_before");
    String customer = params.text("customer");
    String price = params.text("price");
    String status = params.text("status");
    return objects.page(
        TYPE,
        "/v1/subscriptions",
        params,
        subscription ->
            (customer.isEmpty() || subscription.path("customer").asString().equals(customer))
                && statusMatches(status, subscription.path("status").asString())
                && (price.isEmpty() || SubscriptionItems.hasPrice(subscription, price)));
  }

  private static boolean statusMatches(String wanted, String status) {
    return switch (wanted) {
      case "all" -> true;
      case "" -> !status.equals("canceled");
      case "ended" -> ENDED.contains(status);
      default -> wanted.equals(status);
    };
  }

  ObjectNode update(Call call) {
    ObjectNode subscription = objects.get(TYPE, call.id());
    Params params =
        call.params()
            .allow(
                "cancel_at",
                "cancel_at_period_end",
                "cancellation_details",
                "collection_method",
                "default_payment_method",
                "description",
                "discounts",
                "items",
                "metadata",
                "off_session",
                "pause_collection",
                "payment_behavior",
                "payment_settings",
                "proration_behavior",
                "proration_date",
                "trial_end");
    if (hasEnded(subscription)
        && !Set.of("metadata", "cancellation_details")
            .containsAll(params.fields().propertyNames())) {
      throw StripeError.invalid(
          "", "A canceled subscription can only update its cancellation_details and metadata.");
    }
    if (params.has("cancel_at") && params.has("cancel_at_period_end")) {
      throw StripeError.invalid(
          "cancel_at", "You may give either cancel_at or cancel_at_period_end, not both.");
    }
    ObjectNode before = subscription.deepCopy();
    items.update(subscription, params.objects("items"));
    discounts.set(subscription, params);
    Optional<Invoices.Opened> billed = changes.bill(before, subscription, params);
    if (params.has("cancel_at_period_end")) {
      cancellations.atPeriodEnd(subscription, params.bool("cancel_at_period_end", false));
    }
    if (params.has("cancel_at")) {
      cancellations.at(subscription, params);
    }
    if (params.text("trial_end").equals("now")
        && subscription.path("status").asString().equals("trialing")) {
      subscription.put("trial_end", objects.now());
      subscription.put("status", "active");
    }
    if (params.has("pause_collection")) {
      cancellations.pause(subscription, params);
    }
    params.copyTexts(subscription, "default_payment_method", "description");
    params
        .object("cancellation_details")
        .ifPresent(
            given ->
                given.copyTexts(
                    (ObjectNode) subscription.get("cancellation_details"), "comment", "feedback"));
    params.mergeMetadata(subscription);
    ObjectNode previous = Changes.between(before, subscription);
    if (!previous.isEmpty()) {
      events.emit("customer.subscription.updated", subscription, previous);
    }
    billed.ifPresent(changes::announce);
    return subscription;
  }

  List<ObjectNode> ofCustomer(String customer) {
    return objects.list(TYPE).stream()
        .filter(subscription -> subscription.path("customer").asString().equals(customer))
        .toList();
  }

  /// Adds a price's interval to a time, in UTC, as Stripe's billing does.
  static long plusInterval(long from, JsonNode price) {
    ZonedDateTime start = Instant.ofEpochSecond(from).atZone(ZoneOffset.UTC);
    long count = price.path("recurring").path("interval_count").asLong(1);
    ZonedDateTime end =
        switch (price.path("recurring").path("interval").asString("month")) {
          case "day" -> start.plusDays(count);
          case "week" -> start.plusWeeks(count);
          case "year" -> start.plusYears(count);
          default -> start.plusMonths(count);
        };
    return end.toEpochSecond();
  }

  static ArrayNode data(ObjectNode subscription) {
    return (ArrayNode) subscription.path("items").path("data");
  }
}
