package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// Clocks that move the time of the customers bound to them (docs.stripe.com/billing/testing/
/// test-clocks): trials end, periods begin and are paid or not, and what was not paid is tried
/// again.
///
/// A clock is moved at once, so it is `ready` when it is asked again. Everything that falls due on
/// the way happens in its order, at its time.
final class TestClocks {
  static final String TYPE = Clocks.TYPE;

  private static final long DAY_SECONDS = 24 * 3_600;
  private static final long INCOMPLETE_SECONDS = 23 * 3_600;
  private static final long TRIAL_TOLD_DAYS = 3;
  private static final int STEPS_MAX = 2_000;
  private static final Set<String> RUNNING = Set.of("trialing", "active", "past_due");

  private final Objects objects;
  private final Events events;
  private final Renewals renewals;

  TestClocks(Objects objects, Events events, Renewals renewals) {
    this.objects = objects;
    this.events = events;
    this.renewals = renewals;
  }

  ObjectNode create(Call call) {
    Params params = call.params().allow("frozen_time", "name");
    String _ = params.required("frozen_time");
    ObjectNode clock =
        objects.shape(
            TYPE,
            objects.id("clock_"),
            """
            {"name": null, "status": "ready", "status_details": {}}
            """);
    clock.put("frozen_time", params.integer("frozen_time", 0, 0, 9_999_999_999L));
    clock.put("deletes_after", objects.wall() + 30 * DAY_SECONDS);
    params.copyTexts(clock, "name");
    events.emit("test_helpers.test_clock.created", clock);
    return objects.add(clock);
  }

  ObjectNode get(Call call) {
    return objects.get(TYPE, call.id());
  }

  ObjectNode list(Call call) {
    Params params = call.params().allow("limit", "starting_after", "ending_before");
    return objects.page(TYPE, "/v1/test_helpers/test_clocks", params, _ -> true);
  }

  /// With it go the customers that are bound to it, and all that is theirs.
  ObjectNode delete(Call call) {
    ObjectNode clock = objects.get(TYPE, call.id());
    for (String type : List.of("invoice", "subscription", "customer")) {
      bound(type, call.id()).forEach(one -> objects.remove(type, one.path("id").asString()));
    }
    objects.remove(TYPE, call.id());
    events.emit("test_helpers.test_clock.deleted", clock);
    ObjectNode answer = Json.object();
    answer.put("id", call.id());
    answer.put("object", TYPE);
    answer.put("deleted", true);
    return answer;
  }

  ObjectNode advance(Call call) {
    ObjectNode clock = objects.get(TYPE, call.id());
    Params params = call.params().allow("frozen_time");
    String _ = params.required("frozen_time");
    long to = params.integer("frozen_time", 0, 0, 9_999_999_999L);
    long from = clock.path("frozen_time").asLong();
    if (to <= from) {
      throw StripeError.invalid(
          "frozen_time", "You must advance a test clock to a time after its current one.");
    }
    refuseTooFar(clock, from, to);
    ObjectNode answer = clock.deepCopy();
    answer.put("status", "advancing");
    answer.put("frozen_time", to);
    events.emit("test_helpers.test_clock.advancing", answer);
    for (int step = 0; ; step++) {
      Optional<Due> next = next(call.id());
      if (next.isEmpty() || next.get().at() > to) {
        break;
      }
      if (step == STEPS_MAX) {
        throw StripeError.invalid("frozen_time", "Too much falls due until then.");
      }
      objects.freeze(Math.max(from, next.get().at()));
      next.get().then().run();
    }
    clock.put("frozen_time", to);
    events.emit("test_helpers.test_clock.ready", clock);
    return answer;
  }

  /// Two intervals of the shortest subscription at most; without one, two years.
  private void refuseTooFar(ObjectNode clock, long from, long to) {
    long farthest =
        bound("subscription", clock.path("id").asString()).stream()
            .filter(one -> !Subscriptions.hasEnded(one))
            .map(one -> Subscriptions.data(one).path(0).path("price"))
            .mapToLong(
                price -> Subscriptions.plusInterval(Subscriptions.plusInterval(from, price), price))
            .min()
            .orElse(from + 2 * 366 * DAY_SECONDS);
    if (to > farthest) {
      throw StripeError.invalid(
          "frozen_time",
          "Cannot advance a test clock by more than two intervals of its shortest subscription.");
    }
  }

  private record Due(long at, Runnable then) {}

  private Optional<Due> next(String clock) {
    return bound("subscription", clock).stream()
        .flatMap(subscription -> due(subscription).stream())
        .min(Comparator.comparingLong(Due::at));
  }

  private Optional<Due> due(ObjectNode subscription) {
    String status = subscription.path("status").asString();
    if (status.equals("incomplete")) {
      return Optional.of(
          new Due(
              subscription.path("created").asLong() + INCOMPLETE_SECONDS,
              () -> renewals.expire(subscription)));
    }
    if (!RUNNING.contains(status)) {
      return Optional.empty();
    }
    Due period =
        new Due(SubscriptionItems.periodEnd(subscription), () -> renewals.turn(subscription));
    Due first = period;
    long trialTold = subscription.path("trial_end").asLong(0) - TRIAL_TOLD_DAYS * DAY_SECONDS;
    if (status.equals("trialing") && !told(subscription)) {
      first = earlier(first, new Due(trialTold, () -> tell(subscription)));
    }
    if (subscription.path("cancel_at").isNumber()) {
      first =
          earlier(
              first,
              new Due(
                  subscription.path("cancel_at").asLong(),
                  () -> renewals.endAsAsked(subscription)));
    }
    ObjectNode invoice = objects.get("invoice", subscription.path("latest_invoice").asString());
    if (invoice.path("status").asString().equals("open")
        && invoice.path("next_payment_attempt").isNumber()) {
      first =
          earlier(
              first,
              new Due(
                  invoice.path("next_payment_attempt").asLong(),
                  () -> renewals.retry(subscription)));
    }
    return Optional.of(first);
  }

  /// Of two at one time the second, which is what ends or settles something.
  private static Due earlier(Due one, Due other) {
    return other.at() <= one.at() ? other : one;
  }

  private boolean told(ObjectNode subscription) {
    return objects.find("trial_told", "told " + subscription.path("id").asString()).isPresent();
  }

  private void tell(ObjectNode subscription) {
    ObjectNode told = Json.object();
    told.put("id", "told " + subscription.path("id").asString());
    told.put("object", "trial_told");
    objects.add(told);
    events.emit("customer.subscription.trial_will_end", subscription);
  }

  private List<ObjectNode> bound(String type, String clock) {
    return objects.list(type).stream()
        .filter(one -> one.path("test_clock").asString("").equals(clock))
        .toList();
  }
}
