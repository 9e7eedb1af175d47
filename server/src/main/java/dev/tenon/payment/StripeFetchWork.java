package dev.tenon.payment;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.StripeLookUps;
import dev.tenon.connector.stripe.StripeObjects;
import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.Received;
import dev.tenon.inbox.ReceivedFrom;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Asks Stripe for what facts alone don't tell, outside any transaction, and puts the answer into
/// the inbox as one more fact.
///
/// An event goes in as it is, so that its webhook, should that come as well, is known. An object as
/// it is now becomes an event of a kind of our own (`tenon.subscription.fetched`), dated a minute
/// before the call: whatever happens after the call is later, also by a clock that differs, and
/// what happened in that minute and is in the answer already tells the same once more.
public final class StripeFetchWork implements JobHandler {
  /// How far our clock may be ahead of Stripe's.
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private static final Duration LIMIT_PAUSE_MIN = Duration.ofSeconds(5);

  /// Jobs of one run are made one after the other: no burst against Stripe's limit.
  private static final RetrySchedule SCHEDULE =
      new RetrySchedule(
          List.of(
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              Duration.ofMinutes(5),
              Duration.ofMinutes(30),
              Duration.ofHours(2),
              Duration.ofHours(6),
              Duration.ofHours(12)),
          0.2);

  private final Database database;
  private final StripeConnections connections;
  private final Inbox inbox;
  private final Ids ids;
  private final InstantSource clock;

  public StripeFetchWork(
      Database database, StripeConnections connections, Inbox inbox, Ids ids, InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.inbox = inbox;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return FetchWish.JOB;
  }

  @Override
  public RetrySchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    for (Job job : batch) {
      JobEnd end = fetch(tenant, FetchWish.parse(job.payload()));
      database.useEngine(tx -> jobs.end(tx, tenant, Map.of(job, end)));
    }
  }

  private JobEnd fetch(TenantId owner, FetchWish wish) {
    Optional<StripeConnections.Account> account =
        connections
            .of(owner, new ConnectionId(wish.connection()))
            .filter(found -> found.owner().equals(owner));
    if (account.isEmpty()) {
      return new JobEnd.Failed("the connection is disabled or has no key", null);
    }
    Instant asked = clock.instant().minus(CLOCKS_DIFFER);
    Outcome<String> outcome = account.get().stripe().lookUps().get(wish.kind(), wish.id());
    Outcome.Detail said = outcome.detail();
    return switch (outcome) {
      case Outcome.Accepted<String> accepted ->
          take(owner, wish, account.get(), asked, accepted.value());
      case Outcome.RefusedRequest<String> _, Outcome.RefusedRecipient<String> _ ->
          said.code().equals("resource_missing")
              ? new JobEnd.Done("Stripe has no %s any more".formatted(wish.id()))
              : new JobEnd.Dead("Stripe refused it: " + said.message());
      case Outcome.ConnectionBroken<String> _ ->
          new JobEnd.Failed(connections.refusal(account.get(), said), null);
      case Outcome.Passing<String> passing ->
          said.status() == 429
              ? new JobEnd.Later("Stripe's limit of calls is reached", pause(passing.retryAfter()))
              : new JobEnd.Failed(said.message(), passing.retryAfter());
      case Outcome.Unknown<String> _ -> new JobEnd.Failed(said.message(), null);
    };
  }

  private static Duration pause(Duration asked) {
    return asked.compareTo(LIMIT_PAUSE_MIN) > 0 ? asked : LIMIT_PAUSE_MIN;
  }

  private JobEnd take(
      TenantId owner,
      FetchWish wish,
      StripeConnections.Account account,
      Instant asked,
      String answer) {
    JsonNode object;
    try {
      // By the bounds that webhooks are read with.
      object = StripeObjects.tree(answer.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return new JobEnd.Dead("what Stripe answered can't be read: " + e.getMessage());
    }
    boolean event = wish.kind() == StripeLookUps.Kind.EVENT;
    if (object.path("livemode").asBoolean(account.live()) != account.live()) {
      return new JobEnd.Dead("what Stripe answered is of the other mode than the key");
    }
    String body = event ? answer : asEvent(wish, asked, object);
    Received received =
        inbox.takeFetched(
            new Inbox.Source(owner, wish.connection(), "stripe", List.of()),
            ReceivedFrom.FETCH,
            ids.next(),
            body.getBytes(StandardCharsets.UTF_8));
    return switch (received) {
      case Received.Accepted(boolean fresh) ->
          new JobEnd.Done(fresh ? wish.id() + " is taken in" : wish.id() + " was there already");
      case Received.Busy _ -> new JobEnd.Later("intake is busy", LIMIT_PAUSE_MIN);
      case Received.Malformed(String reason) -> new JobEnd.Dead("it can't be kept: " + reason);
      case Received.Refused _ -> new JobEnd.Dead("it was refused");
    };
  }

  /// An object as an event of ours, known by the millisecond, so that the later of two answers of
  /// one second is not taken for the earlier.
  static String asEvent(FetchWish wish, Instant asked, JsonNode object) {
    String deleted = object.path("deleted").asBoolean(false) ? "deleted" : "fetched";
    String name =
        wish.kind() == StripeLookUps.Kind.CHECKOUT_SESSION
            ? "checkout.session"
            : wish.kind().name().toLowerCase(java.util.Locale.ROOT);
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("id", TimedFact.FETCHED + wish.id() + "_" + asked.toEpochMilli());
    event.put("object", "event");
    event.put("type", "tenon." + name + "." + deleted);
    event.put("created", asked.getEpochSecond());
    event.put("livemode", object.path("livemode").asBoolean(false));
    ObjectNode whole = JsonMapper.shared().valueToTree(event);
    whole.putObject("data").set("object", object);
    return whole.toString();
  }
}
