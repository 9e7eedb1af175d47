package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.stripe.Origin;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.Received;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Goal: whatever the order and the repetition in which the webhooks of a subscription's life
/// arrive, the end is the same, each mail and each event comes out once and only when its rule
/// says. Method: whole lives, as the sandbox sends them and as Stripe documents them, in old and
/// new shapes; all orders of the short ones and many random ones of the long ones; delivered a few
/// at a time, applied by two sets of workers that die now and then just before their commit; on the
/// real inbox, lanes and database. Each life has ids of its own, so that hundreds run at once.
///
/// `-Dlives.seed=…` repeats a run that failed; `-Dlives.orders=…` tries more.
class SubscriptionLifeTest {
  private static final long SEED = Long.getLong("lives.seed", 20261124L);
  private static final int ORDERS = Integer.getInteger("lives.orders", 20);
  private static final int MARK_CHARS = 6;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<List<SubscriptionFact>> FACTS = new TypeReference<>() {};

  private final Random random = new Random(SEED);
  private final List<Run> runs = new ArrayList<>();
  private int crashes;

  /// One life in one order.
  private record Run(String mark, Life life, List<String> delivered) {}

  @Test
  void everyOrderOfALifeEndsTheSame() throws Exception {
    for (boolean old : new boolean[] {false, true}) {
      addAllOrders(DocumentedLives.sale(old));
      addAllOrders(DocumentedLives.busySecond(old));
      addAllOrders(DocumentedLives.busyCustomer(old));
      addSomeOrders(DocumentedLives.invoice(old), 5 * ORDERS);
      for (Life life : ShortLives.all(old)) {
        addAllOrders(life);
      }
    }
    for (Life life : longLives(Map.of())) {
      addSomeOrders(life, ORDERS);
    }
    try (var engine = new LifeEngine()) {
      deliverAndApply(engine, engine.connection(engine.tenant));
      check(engine, true);
      // Equal in all orders, and right.
      assertThat(
              engine.rows(
                  """
                  select distinct substr(provider_id, 1, position('X' in provider_id) - 1),
                    quantity, cancel_at_period_end, prices
                  from subscription where provider_id like 'sub_circle%' order by 1
                  """))
          .isEqualTo(ShortLives.CIRCLES_END);
      assertThat(
              engine
                  .rows("select newest from subscription where provider_id like '%Pause%'")
                  .stream()
                  .map(row -> JSON.readValue(row.getFirst(), FACTS))
                  .map(facts -> NewestFact.of(facts).pause()))
          .isNotEmpty()
          .containsOnly(
              new CollectionPause("keep_as_draft", Instant.ofEpochSecond(ShortLives.PERIOD_END)));
    }
  }

  /// On an account that serves many tenants the reference in the metadata is all that tells whose
  /// it is, and much comes without it: Checkout's customer, an old invoice, an invoice payment.
  @Test
  void everyOrderEndsTheSameOnThePlatformsConnection() throws Exception {
    try (var engine = new LifeEngine()) {
      Inbox.Source source = engine.connection(TenantId.PLATFORM);
      String reference =
          engine.db.asTenant(
              engine.tenant,
              tx -> PlatformObjects.announce(tx, source.connection(), UUID.randomUUID()));
      for (Life life : longLives(Map.of(Origin.REFERENCE_FIELD, reference))) {
        addSomeOrders(life, ORDERS / 4);
      }
      deliverAndApply(engine, source);
      check(engine, false);
      assertThat(engine.rows("select distinct tenant_id from subscription"))
          .containsExactly(List.of(engine.tenant.uuid().toString()));
    }
  }

  private static List<Life> longLives(Map<String, String> metadata) {
    List<Life> lives = new ArrayList<>(DocumentedLives.all(metadata));
    Duration month = Duration.ofDays(31);
    try (var sandbox = new SandboxLives()) {
      lives.addAll(
          sandbox.record(
              "whole life",
              metadata,
              script ->
                  script
                      .checkout(0)
                      .after(month, "renew")
                      .after(month, "fail-payment")
                      .after(Duration.ofDays(3), "fail-payment")
                      .after(Duration.ofDays(3), "renew")
                      .refund()
                      .update(Map.of("cancel_at_period_end", "true"))
                      .after(month, "renew")));
      lives.addAll(
          sandbox.record(
              "without a nickname",
              metadata,
              script -> script.checkoutWithoutNickname().after(Duration.ofDays(9), "cancel")));
      lives.addAll(
          sandbox.record(
              "trial",
              metadata,
              script ->
                  script
                      .checkout(14)
                      .after(Duration.ofDays(11), "trial-ending")
                      .update(Map.of("pause_collection[behavior]", "void"))
                      .update(Map.of("pause_collection", ""))
                      .after(Duration.ofDays(3), "renew")
                      .update(Map.of("cancel_at", "min_period_end"))
                      .update(Map.of("cancel_at", ""))
                      .after(month, "cancel")));
    }
    return lives;
  }

  private void addAllOrders(Life life) {
    add(life, List.copyOf(indices(life)));
    List<Integer> order = indices(life);
    permute(life, order, 0);
  }

  private void permute(Life life, List<Integer> order, int from) {
    if (from == order.size()) {
      add(life, List.copyOf(order));
      return;
    }
    for (int i = from; i < order.size(); i++) {
      Collections.swap(order, from, i);
      permute(life, order, from + 1);
      Collections.swap(order, from, i);
    }
  }

  /// In the order of life, backwards, and in random ones with repeats.
  private void addSomeOrders(Life life, int count) {
    add(life, indices(life));
    add(life, indices(life).reversed());
    for (int i = 0; i < count; i++) {
      List<Integer> order = indices(life);
      int repeats = random.nextInt(1 + order.size() / 2);
      for (int j = 0; j < repeats; j++) {
        order.add(random.nextInt(life.bodies().size()));
      }
      Collections.shuffle(order, random);
      add(life, order);
    }
  }

  private static List<Integer> indices(Life life) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < life.bodies().size(); i++) {
      indices.add(i);
    }
    return indices;
  }

  private void add(Life life, List<Integer> order) {
    String mark = "X%05d".formatted(runs.size());
    Life own = life.as(mark, random);
    runs.add(new Run(mark, own, order.stream().map(own.bodies()::get).toList()));
  }

  private void deliverAndApply(LifeEngine engine, Inbox.Source source) throws Exception {
    BooleanSupplier crash = () -> crashes == 0 || random.nextInt(100) < 4;
    List<LifeEngine.Node> nodes =
        new ArrayList<>(List.of(engine.new Node(crash), engine.new Node(crash)));
    int[] next = new int[runs.size()];
    boolean more = true;
    while (more) {
      more = false;
      try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < runs.size(); i++) {
          List<String> delivered = runs.get(i).delivered();
          int from = next[i];
          int to = Math.min(delivered.size(), from + random.nextInt(8));
          next[i] = to;
          more |= to < delivered.size();
          senders.execute(
              () -> {
                for (String body : delivered.subList(from, to)) {
                  assertThat(engine.receive(source, body)).isInstanceOf(Received.Accepted.class);
                }
              });
        }
      }
      for (int i = 0; i < nodes.size(); i++) {
        work(nodes.get(i), random.nextInt(40));
        if (nodes.get(i).hasCrashed()) {
          crashes++;
          nodes.set(i, engine.new Node(crash));
          // Its leases outlive it; sometimes they end before the next node looks.
          if (random.nextBoolean()) {
            engine.later(Duration.ofSeconds(61));
          }
        }
      }
    }
    nodes.forEach(LifeEngine.Node::close);
    engine.later(Duration.ofMinutes(2));
    engine.runAll();
  }

  private static void work(LifeEngine.Node node, int claims) {
    for (int i = 0; i < claims && !node.hasCrashed() && node.claimAndRun() > 0; i++) {
      // Goes on while there is work, up to a few claims.
    }
  }

  /// @param asDelivered facts were applied in the order of their arrival, as they are unless they
  ///   have to wait until somebody knows whose they are
  private void check(LifeEngine engine, boolean asDelivered) {
    assertThat(crashes).isPositive();
    assertThat(engine.rows("select kind, last_error from waiting_fact")).isEmpty();
    assertThat(
            engine.rows("select kind, result from fact where state not in ('applied', 'ignored')"))
        .isEmpty();
    assertThat(engine.rows("select kind, result from fact where failures > 0")).isEmpty();
    Map<String, LifeOutcome> outcomes = LifeOutcome.all(engine, MARK_CHARS);
    Map<String, List<String>> rows = new HashMap<>();
    long facts = 0;
    for (Run run : runs) {
      LifeOutcome outcome = Objects.requireNonNull(outcomes.get(run.mark()), run.mark());
      var expected = new LifeExpectation(run.delivered());
      facts += expected.facts.size();
      String about =
          "%s, seed %d, delivered %s"
              .formatted(
                  run.life().name(), SEED, run.delivered().stream().map(Life::type).toList());
      assertThat(outcome.rows)
          .as(about)
          .isEqualTo(rows.computeIfAbsent(run.life().name(), _ -> outcome.rows));
      assertThat(Collections.frequency(outcome.mails, "trial-ending")).as(about).isLessThan(2);
      outcome.mails.remove("trial-ending");
      if (asDelivered) {
        assertThat(outcome.mails).as(about).containsExactlyInAnyOrderElementsOf(expected.mails);
      } else {
        checkMailsOfAnyOrder(about, outcome.mails, expected.mails);
      }
      checkEvents(about, outcome, expected, asDelivered);
    }
    assertThat(engine.rows("select count(*) from fact"))
        .containsExactly(List.of(Long.toString(facts)));
  }

  /// Receipts and the cancellation don't depend on the order; the others come once or, when their
  /// time had passed before they were known to be due, not at all.
  private static void checkMailsOfAnyOrder(
      String about, List<String> mails, List<String> expected) {
    for (String template : List.of("receipt", "subscription-cancellation")) {
      assertThat(Collections.frequency(mails, template))
          .as("%s: %s", about, template)
          .isEqualTo(Collections.frequency(expected, template));
    }
    assertThat(Collections.frequency(mails, "subscription-confirmation")).as(about).isLessThan(2);
  }

  private static void checkEvents(
      String about, LifeOutcome outcome, LifeExpectation expected, boolean asDelivered) {
    List<String> types = outcome.events.stream().map(LifeOutcome.Told::type).toList();
    for (String type : List.of("customer.created", "subscription.activated")) {
      int once = expected.events.getOrDefault(type, 0);
      assertThat(Collections.frequency(types, type))
          .as("%s: %s in %s", about, type, types)
          .isBetween(asDelivered ? once : 0, asDelivered ? once : 1);
    }
    for (String type : List.of("subscription.cancelled", "payment.succeeded", "payment.refunded")) {
      assertThat(Collections.frequency(types, type))
          .as("%s: %s in %s", about, type, types)
          .isEqualTo(expected.events.getOrDefault(type, 0));
    }
    List<LifeOutcome.Told> ofSubscription =
        outcome.events.stream().filter(told -> told.type().startsWith("subscription.")).toList();
    if (ofSubscription.isEmpty()) {
      return;
    }
    long revision = 0;
    for (LifeOutcome.Told told : ofSubscription) {
      long own = Life.json(told.payload()).path("revision").asLong();
      assertThat(own).as(about).isEqualTo(++revision);
    }
    assertThat(ofSubscription.getFirst().type())
        .as(about)
        .isIn("subscription.activated", "subscription.cancelled");
    if (expected.ended) {
      assertThat(ofSubscription.getLast().type()).as(about).isEqualTo("subscription.cancelled");
    }
    JsonNode last = Life.json(ofSubscription.getLast().payload());
    String row =
        outcome.rows.stream()
            .filter(text -> text.startsWith("subscription "))
            .findFirst()
            .orElseThrow();
    assertThat(row)
        .as(about)
        .contains(
            " | %s | %s | %s | "
                .formatted(
                    last.path("provider_status").asString(),
                    last.path("state").asString(),
                    last.path("price").asString()));
    List<String> paid = new ArrayList<>();
    for (LifeOutcome.Told told : outcome.events) {
      if (told.type().equals("payment.succeeded")) {
        paid.add(told.about());
      }
      if (told.type().equals("payment.failed")) {
        assertThat(paid).as("%s: failed after success", about).doesNotContain(told.about());
      }
    }
  }
}
