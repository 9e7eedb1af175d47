package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Goal: the facts of a subscription's life end in one state in whatever order and however often
/// they arrive, also when several happened within one second. Method: every permutation of short
/// lives, many random ones with repeats of a long one.
class NewestFactTest {
  private static final long SECOND = 1_800_000_000L;

  @Test
  void everyOrderOfALifeWithinOneSecondEndsActive() {
    List<SubscriptionFact> life =
        List.of(
            fact("evt_9", 0, true, "incomplete", null),
            fact("evt_1", 0, false, "active", "incomplete"));
    for (List<SubscriptionFact> order : permutations(life)) {
      assertThat(fold(order).state()).isEqualTo(SubscriptionState.ACTIVE);
    }
  }

  @Test
  void previousAttributesOrderThreeFactsOfOneSecondAgainstTheirIds() {
    List<SubscriptionFact> life =
        List.of(
            fact("evt_3", 0, true, "trialing", null),
            fact("evt_2", 0, false, "past_due", "trialing"),
            fact("evt_1", 0, false, "active", "past_due"));
    for (List<SubscriptionFact> order : permutations(life)) {
      assertThat(fold(order).state()).isEqualTo(SubscriptionState.ACTIVE);
    }
  }

  @Test
  void anEndedSubscriptionStaysEndedWhateverComesLater() {
    List<SubscriptionFact> life =
        List.of(
            fact("evt_1", 0, true, "incomplete", null),
            fact("evt_2", 1, false, "active", "incomplete"),
            fact("evt_3", 5, false, "canceled", null),
            fact("evt_4", 5, false, "active", null));
    for (List<SubscriptionFact> order : permutations(life)) {
      SubscriptionRow row = fold(order);
      assertThat(row.state()).isEqualTo(SubscriptionState.ENDED);
      assertThat(row.wasActive).isTrue();
    }
  }

  /// The older fact says from where the circle started, whatever the ids say.
  @Test
  void aChangeAndItsReversalInOneSecondEndWhereTheyBegan() {
    for (String[] ids : new String[][] {{"evt_1", "evt_2"}, {"evt_2", "evt_1"}}) {
      List<SubscriptionFact> life =
          List.of(
              fact("evt_0", 0, false, "active", "past_due"),
              fact(ids[0], 3, false, "past_due", "active"),
              fact(ids[1], 3, false, "active", "past_due"));
      for (List<SubscriptionFact> order : permutations(life)) {
        assertThat(fold(order).shown()).extracting("event").isEqualTo(ids[1]);
      }
    }
  }

  @Test
  void aChangeThatIsMadeTwiceWithItsReversalBetweenStays() {
    List<SubscriptionFact> life =
        List.of(
            fact("evt_0", 0, true, "trialing", null),
            fact("evt_5", 3, false, "active", "trialing"),
            fact("evt_9", 3, false, "trialing", "active"),
            fact("evt_1", 3, false, "active", "trialing"));
    for (List<SubscriptionFact> order : permutations(life)) {
      assertThat(fold(order).state()).isEqualTo(SubscriptionState.ACTIVE);
    }
  }

  @Test
  void anAnchorThatIsNotTheLastOneBeforeDoesNoHarm() {
    List<SubscriptionFact> life =
        List.of(
            fact("evt_9", 0, false, "paused", "active"),
            fact("evt_8", 3, false, "active", "trialing"),
            fact("evt_1", 3, false, "past_due", "active"));
    for (List<SubscriptionFact> order : permutations(life)) {
      assertThat(fold(order).state()).isEqualTo(SubscriptionState.PAST_DUE);
    }
  }

  @Test
  void factsThatRunInACircleStillEndInOneState() {
    List<SubscriptionFact> circle =
        List.of(
            fact("evt_1", 0, false, "active", "past_due"),
            fact("evt_2", 0, false, "past_due", "active"));
    assertThat(permutations(circle).stream().map(order -> fold(order).state()).distinct())
        .hasSize(1);
  }

  @Test
  void aLongLifeWithRepeatsEndsTheSameInAnyOrder() {
    List<SubscriptionFact> life = new ArrayList<>();
    String[] states = {"incomplete", "active", "past_due", "active", "paused", "active", "unpaid"};
    for (int i = 0; i < states.length; i++) {
      life.add(fact("evt_" + (9 - i), i / 3, i == 0, states[i], i == 0 ? null : states[i - 1]));
    }
    SubscriptionFact expected = fold(life).shown();
    var random = new Random(20261124);
    for (int round = 0; round < 2_000; round++) {
      List<SubscriptionFact> order = new ArrayList<>(life);
      order.addAll(life.subList(0, random.nextInt(life.size())));
      Collections.shuffle(order, random);
      assertThat(fold(order).shown()).as("round %d", round).isEqualTo(expected);
    }
  }

  private static SubscriptionRow fold(List<SubscriptionFact> facts) {
    var row = new SubscriptionRow(UUID.randomUUID(), "sub_1", List.of());
    facts.forEach(row::add);
    return row;
  }

  private static SubscriptionFact fact(
      String event, long second, boolean first, String status, @Nullable String previousStatus) {
    return new SubscriptionFact(
        event,
        SECOND + second,
        first,
        previousStatus == null ? Map.of() : Map.of("status", previousStatus),
        Map.of("status", status),
        status,
        "cus_1",
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        false,
        null,
        null,
        null,
        null,
        List.of(),
        null,
        null);
  }

  private static <T> List<List<T>> permutations(List<T> all) {
    if (all.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> out = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      List<T> rest = new ArrayList<>(all);
      T first = rest.remove(i);
      for (List<T> tail : permutations(rest)) {
        List<T> one = new ArrayList<>(List.of(first));
        one.addAll(tail);
        out.add(one);
      }
    }
    return out;
  }
}
