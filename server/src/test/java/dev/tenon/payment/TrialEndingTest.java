package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.email.MailContent;
import dev.tenon.email.StoredMail;
import dev.tenon.inbox.Inbox;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When customers are told that their trial ends, and what: whatever order the facts come in.
class TrialEndingTest {
  private static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");
  private static final long END = BEGIN.plusSeconds(14 * 86_400).getEpochSecond();

  private final LifeEngine engine = new LifeEngine();
  private final Inbox.Source source = engine.connection(engine.tenant);
  private int events;

  @BeforeEach
  void beforeItEnds() {
    engine.now.set(BEGIN.plusSeconds(11 * 86_400));
  }

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void isToldOnceInEveryOrderOfAnnouncementAddressAndTrial() {
    List<List<Integer>> orders = new ArrayList<>();
    permute(new ArrayList<>(List.of(0, 1, 2)), 0, orders);
    assertThat(orders).hasSize(6);
    for (int i = 0; i < orders.size(); i++) {
      String mark = "o" + i;
      List<String> bodies =
          List.of(
              subscription(mark, "created", 0, "trialing", END, "null", false),
              subscription(mark, "trial_will_end", 11, "trialing", END, "null", false),
              customer(mark));
      for (int next : orders.get(i)) {
        apply(bodies.get(next));
      }
      assertThat(mails()).as("%s", orders.get(i)).hasSize(i + 1);
      // And not again, whatever else is heard of it.
      apply(subscription(mark, "updated", 12, "trialing", END, "null", false));
      apply(customer(mark));
      assertThat(mails()).hasSize(i + 1);
    }
  }

  @Test
  void isNotToldOnceTheTrialIsKnownToBeOverEvenInTheSameBatch() {
    apply(customer("a"));
    engine.receive(source, subscription("a", "created", 0, "trialing", END, "null", false));
    engine.receive(source, subscription("a", "trial_will_end", 11, "trialing", END, "null", false));
    engine.receive(source, subscription("a", "updated", 11.5, "active", END, "null", false));
    engine.runAll();
    assertThat(mails()).isEmpty();

    apply(customer("b"));
    apply(subscription("b", "updated", 11.5, "active", END, "null", false));
    apply(subscription("b", "trial_will_end", 11, "trialing", END, "null", false));
    assertThat(mails()).isEmpty();
  }

  @Test
  void isNotToldOnceItsTimeHasPassed() {
    apply(subscription("a", "trial_will_end", 11, "trialing", END, "null", false));
    engine.now.set(Instant.ofEpochSecond(END));
    apply(customer("a"));
    assertThat(mails()).isEmpty();
    assertThat(engine.rows("select trial_notice from subscription where trial_notice is not null"))
        .isEmpty();
  }

  @Test
  void isToldOfTheTrialThatIsShownAndNotOfOneThatWasMoved() {
    long later = END + 7 * 86_400;
    apply(customer("a"));
    apply(subscription("a", "updated", 11.5, "trialing", later, "null", false));
    apply(subscription("a", "trial_will_end", 11, "trialing", END, "null", false));
    assertThat(mails()).isEmpty();
    engine.now.set(Instant.ofEpochSecond(later - 3 * 86_400));
    apply(subscription("a", "trial_will_end", 18, "trialing", later, "null", false));
    assertThat(mails())
        .singleElement()
        .satisfies(mail -> assertThat(mail.subject()).contains("11"));
    // The announcement may come before what moved it.
    apply(customer("b"));
    apply(subscription("b", "trial_will_end", 18, "trialing", later, "null", false));
    assertThat(mails()).hasSize(2);
    apply(subscription("b", "updated", 11.5, "trialing", END, "null", false));
    assertThat(mails()).hasSize(2);
  }

  @Test
  void saysThatItEndsForGoodOnlyWhereNothingFollowsTheTrial() {
    String[] cancelAt = {"null", Long.toString(END), Long.toString(END + 86_400 * 90), "null"};
    for (int i = 0; i < cancelAt.length; i++) {
      String mark = "c" + i;
      apply(customer(mark));
      apply(subscription(mark, "trial_will_end", 11, "trialing", END, cancelAt[i], i == 3));
    }
    assertThat(mails().stream().map(mail -> mail.text().contains("29.00 USD")))
        .as("what is to be paid after it")
        .containsExactly(true, false, true, false);
  }

  private static void permute(List<Integer> order, int from, List<List<Integer>> all) {
    if (from == order.size()) {
      all.add(List.copyOf(order));
    }
    IntStream.range(from, order.size())
        .forEach(
            i -> {
              Collections.swap(order, from, i);
              permute(order, from + 1, all);
              Collections.swap(order, from, i);
            });
  }

  private String subscription(
      String mark,
      String kind,
      double day,
      String status,
      long end,
      String cancelAt,
      boolean atPeriodEnd) {
    return event(
        "customer.subscription." + kind,
        day,
        """
        {"id":"sub_%1$s","object":"subscription","customer":"cus_%1$s","status":"%2$s",
         "cancel_at_period_end":%5$b,"cancel_at":%4$s,"canceled_at":null,"ended_at":null,
         "created":%6$d,"currency":"usd","trial_end":%3$d,"metadata":{},"livemode":false,
         "current_period_start":%6$d,"current_period_end":%3$d,
         "items":{"object":"list","data":[{"id":"si_%1$s","object":"subscription_item",
          "quantity":1,"price":{"id":"price_pro","object":"price","unit_amount":2900,
           "currency":"usd","nickname":"Pro","product":"prod_pro",
           "recurring":{"interval":"month","interval_count":1}}}]}}
        """
            .formatted(mark, status, end, cancelAt, atPeriodEnd, BEGIN.getEpochSecond()));
  }

  private String customer(String mark) {
    return event(
        "customer.created",
        0,
        "{\"id\":\"cus_%s\",\"object\":\"customer\",\"email\":\"ada@customer.test\",\"metadata\":{}}"
            .formatted(mark));
  }

  private String event(String type, double day, String object) {
    return """
        {"id":"evt_trial%d","object":"event","type":"%s","created":%d,"livemode":false,
         "data":{"object":%s}}
        """
        .formatted(++events, type, BEGIN.getEpochSecond() + (long) (day * 86_400), object);
  }

  private void apply(String body) {
    engine.receive(source, body);
    engine.runAll();
    assertThat(engine.rows("select last_error from waiting_fact")).isEmpty();
  }

  private List<StoredMail> mails() {
    return engine
        .rows(
            """
            select encode(c.sealed, 'hex') from message m
            join message_content c on c.tenant_id = m.tenant_id and c.message_id = m.id
            where m.template = 'trial-ending' order by m.id
            """)
        .stream()
        .map(row -> (StoredMail) MailContent.read(HexFormat.of().parseHex(row.getFirst())))
        .toList();
  }
}
