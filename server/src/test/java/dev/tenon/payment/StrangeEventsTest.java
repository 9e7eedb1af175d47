package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.Received;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What Stripe never sent so far. Goal: whatever comes in is either refused with a reason or kept,
/// and what is kept ends in a named state at the first try: nothing that is only strange is tried
/// again and again, holds its lane or dies. Method: events made strange on purpose, and thousands
/// of random changes to real ones, through the inbox, the lanes and the database.
///
/// `-Dlives.seed=…` repeats a run that failed.
class StrangeEventsTest {
  private static final long SEED = Long.getLong("lives.seed", 20261124L);
  private static final int CHANGES = Integer.getInteger("lives.changes", 1_000);
  private static final int AT_ONCE = 50;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final LifeEngine engine = new LifeEngine();
  private final Inbox.Source source = engine.connection(engine.tenant);

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void keepsATypeThatDoesNotExistYet() {
    taken(event("evt_1", "customer.teleported", "{\"id\":\"cus_1\",\"object\":\"customer\"}"));
    assertThat(states())
        .containsExactly(List.of("ignored", "nothing follows from customer.teleported"));
  }

  @Test
  void keepsAStatusThatDoesNotExistYet() {
    taken(subscription("evt_1", "\"hibernating\""));
    assertThat(engine.rows("select provider_status, state from subscription"))
        .containsExactly(List.of("hibernating", "pending"));
  }

  @Test
  void ignoresASubscriptionWithoutAStatus() {
    taken(subscription("evt_1", "\"active\""));
    for (String status : List.of("null", "7", "{}", "[\"active\"]")) {
      taken(subscription("evt_" + status.hashCode(), status).replace("1790000000", "1790000009"));
    }
    assertThat(engine.rows("select state from subscription")).containsExactly(List.of("active"));
    assertThat(engine.rows("select count(*) from fact where state = 'ignored'"))
        .containsExactly(List.of("4"));
  }

  @Test
  void ignoresAKnownTypeWithoutItsObject() {
    taken(
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"invoice.paid\",\"created\":1790000000}");
    taken(event("evt_2", "invoice.paid", "{\"object\":\"invoice\",\"amount_paid\":5}"));
    taken(event("evt_3", "customer.created", "{\"id\":{\"id\":\"cus_1\"}}"));
    taken(event("evt_4", "customer.created", "{\"id\":null}"));
    assertThat(states()).extracting(List::getFirst).containsOnly("ignored").hasSize(4);
  }

  @Test
  void readsExpandedObjectsWhereIdsAreExpected() {
    taken(
        event(
            "evt_1",
            "invoice.paid",
            """
            {"id":"in_1","object":"invoice","amount_paid":5,"currency":"eur","status":"paid",
             "customer":{"id":"cus_1","object":"customer"},
             "parent":{"subscription_details":{"subscription":{"id":"sub_1","status":"active"}}}}
            """));
    assertThat(engine.rows("select customer_provider_id, subscription_provider_id from payment"))
        .containsExactly(List.of("cus_1", "sub_1"));
  }

  @Test
  void keepsWhatTheDatabaseCanNotHoldInItsTexts() {
    String name = "A\\u0000da \\ud800 \\udc00 \\ud83d\\ude00 " + "x".repeat(900_000);
    taken(
        event(
            "evt_1",
            "customer.created",
            "{\"id\":\"cus_1\",\"name\":\"%s\",\"email\":\"%s\"}".formatted(name, name)));
    assertThat(engine.rows("select left(name, 10), length(name) from customer"))
        .containsExactly(List.of("Ada   😀 xx", "496"));
    assertThat(states()).extracting(List::getFirst).containsExactly("applied");
  }

  @Test
  void survivesNumbersAndTimesBeyondAllBounds() {
    for (String number :
        List.of(
            "9223372036854775807",
            "-9223372036854775808",
            "99999999999999999999999999999999",
            "1e300",
            "253402300799",
            "253402300800",
            "0.5")) {
      String id = Integer.toHexString(number.hashCode());
      taken(
          event(
              "evt_s" + id,
              "customer.subscription.updated",
              """
              {"id":"sub_%1$s","customer":"cus_%1$s","status":"active","cancel_at":%2$s,
               "current_period_end":%2$s,"canceled_at":%2$s,"ended_at":%2$s,"trial_end":%2$s,
               "items":{"data":[{"quantity":%2$s,"current_period_end":%2$s,
                "price":{"id":"price_1","unit_amount":%2$s,"currency":"eur"}}]}}
              """
                  .formatted(id, number)));
      taken(
          event(
              "evt_c" + id,
              "checkout.session.completed",
              """
              {"id":"cs_%1$s","customer":"cus_%1$s","subscription":"sub_%1$s","created":%2$s,
               "customer_details":{"email":"ada@customer.test"}}
              """
                  .formatted(id, number)));
      taken(
          event(
              "evt_i" + id,
              "invoice.payment_failed",
              """
              {"id":"in_%1$s","customer":"cus_%1$s","amount_due":%2$s,"amount_paid":%2$s,
               "attempt_count":%2$s,"created":%2$s,"next_payment_attempt":%2$s,
               "customer_email":"ada@customer.test","currency":"eur"}
              """
                  .formatted(id, number)));
      taken(
          event(
              "evt_p" + id,
              "invoice.paid",
              """
              {"id":"in_p%1$s","customer":"cus_%1$s","amount_due":%2$s,"amount_paid":%2$s,
               "status_transitions":{"paid_at":%2$s},"customer_email":"ada@customer.test"}
              """
                  .formatted(id, number)));
      taken(
          event(
              "evt_r" + id,
              "charge.refunded",
              "{\"id\":\"ch_%s\",\"amount_refunded\":%s}".formatted(id, number)));
    }
    assertThat(states()).extracting(List::getFirst).containsOnly("applied").hasSize(35);
  }

  @Test
  void refusesWhatIsNoEventAndSaysWhy() {
    for (byte[] body :
        List.of(
            bytes(""),
            bytes("null"),
            bytes("[]"),
            bytes("{}"),
            bytes("{\"id\":\"evt_1\""),
            bytes(
                "{\"id\":\"evt_1\",\"id\":\"evt_2\",\"object\":\"event\",\"type\":\"a\",\"created\":1}"),
            bytes("{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":\"soon\"}"),
            bytes("[".repeat(500_000)),
            bytes("{\"a\":".repeat(200_000)),
            bytes(event("evt_1", "a", "{\"id\":" + "[".repeat(70) + "]".repeat(70) + "}")),
            new byte[] {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'},
            new byte[1_000_000])) {
      assertThat(engine.receive(source, body)).isInstanceOf(Received.Malformed.class);
    }
    assertThat(engine.rows("select id from received_event")).isEmpty();
  }

  @Test
  void aBrokenTextInAFieldThatNobodyReadsIsRefusedBeforeItIsStored() {
    byte[] body = bytes(event("evt_1", "customer.created", "{\"id\":\"cus_1\",\"note\":\"@@\"}"));
    for (int i = 0; i < body.length; i++) {
      if (body[i] == '@') {
        body[i] = (byte) 0xc3;
      }
    }
    Received received = engine.receive(source, body);
    engine.runAll();
    assertThat(received).isInstanceOf(Received.Malformed.class);
    assertNothingStuck("broken UTF-8");
  }

  @Test
  void randomChangesToRealEventsNeverGetStuck() throws Exception {
    var random = new Random(SEED);
    List<String> real = new ArrayList<>();
    DocumentedLives.all(Map.of()).forEach(life -> real.addAll(life.bodies()));
    var kept = new AtomicInteger();
    for (int i = 0; i < CHANGES; i += AT_ONCE) {
      try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> sent = new ArrayList<>();
        for (int j = 0; j < AT_ONCE; j++) {
          byte[] body = changed(real.get(random.nextInt(real.size())), i + j, random);
          sent.add(senders.submit(() -> kept.addAndGet(send(body) ? 1 : 0)));
        }
        for (Future<?> each : sent) {
          each.get();
        }
      }
      engine.runAll();
    }
    assertNothingStuck("seed " + SEED);
    assertThat(engine.rows("select count(*) from fact")).containsExactly(List.of(kept.toString()));
    assertThat(kept.get()).isGreaterThan(CHANGES / 2);
  }

  private boolean send(byte[] body) {
    Received received = engine.receive(source, body);
    assertThat(received)
        .as("seed %d: %s", SEED, new String(body, StandardCharsets.UTF_8))
        .isInstanceOfAny(Received.Accepted.class, Received.Malformed.class);
    return received instanceof Received.Accepted accepted && accepted.fresh();
  }

  private static byte[] changed(String real, int number, Random random) {
    ObjectNode event = (ObjectNode) JSON.readTree(real);
    for (int i = 0; i <= random.nextInt(3); i++) {
      change(event, random);
    }
    if (random.nextInt(10) > 0) {
      event.put("id", "evt_fuzz" + number);
    }
    byte[] body = bytes(event.toString());
    if (random.nextInt(20) == 0) {
      body[random.nextInt(body.length)] = (byte) random.nextInt(256);
    }
    return body;
  }

  /// Puts something else in a random place.
  private static void change(ObjectNode event, Random random) {
    JsonNode at = event;
    boolean top = true;
    while (true) {
      List<String> names = new ArrayList<>(at.propertyNames());
      if (at instanceof ArrayNode array && !array.isEmpty()) {
        at = array.get(random.nextInt(array.size()));
        continue;
      }
      if (!(at instanceof ObjectNode object) || names.isEmpty()) {
        return;
      }
      boolean inside = top && random.nextInt(8) > 0 && event.path("data").isObject();
      top = false;
      String name = inside ? "data" : names.get(random.nextInt(names.size()));
      JsonNode value = object.get(name);
      if (value.isContainer() && !value.isEmpty() && (inside || random.nextInt(6) > 0)) {
        at = value;
        continue;
      }
      switch (random.nextInt(12)) {
        case 0 -> object.remove(name);
        case 1 -> object.putNull(name);
        case 2 -> object.put(name, random.nextLong());
        case 3 -> object.put(name, random.nextDouble());
        case 4 -> object.put(name, random.nextBoolean());
        case 5 -> object.put(name, "");
        case 6 -> object.put(name, "\u0000\u0001\ud800x\udfff'\"%s{{plan}}\r\n");
        case 7 -> object.put(name, "y".repeat(random.nextInt(3000)));
        case 8 -> object.putObject(name).put("id", "expanded_" + random.nextInt(10));
        case 9 -> object.putArray(name).add(1).add("two").addNull();
        case 10 -> object.put(name, Long.toString(random.nextLong()));
        default -> object.put("added_" + random.nextInt(100), "later version");
      }
      return;
    }
  }

  private void taken(String body) {
    assertThat(engine.receive(source, body)).isEqualTo(new Received.Accepted(true));
    engine.runAll();
    assertNothingStuck(body.substring(0, Math.min(300, body.length())));
  }

  private void assertNothingStuck(String about) {
    assertThat(engine.rows("select kind, last_error from waiting_fact")).as(about).isEmpty();
    assertThat(engine.rows("select kind, result from fact where state = 'dead' or failures > 0"))
        .as(about)
        .isEmpty();
  }

  private List<List<String>> states() {
    return engine.rows("select state, result from fact order by id");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String event(String id, String type, String object) {
    return "{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"created\":1790000000,\"data\":{\"object\":%s}}"
        .formatted(id, type, object);
  }

  private static String subscription(String event, String status) {
    return event(
        event,
        "customer.subscription.updated",
        "{\"id\":\"sub_1\",\"customer\":\"cus_1\",\"status\":%s}".formatted(status));
  }
}
