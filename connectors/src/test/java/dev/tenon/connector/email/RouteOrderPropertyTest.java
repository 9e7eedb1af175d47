package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Mail is shared out by weight, and each message keeps its way.
class RouteOrderPropertyTest {
  private static final int MESSAGES = 4_000;

  @Property(tries = 40)
  void sharesFollowTheWeightsAlsoForIdsOfOneMoment(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int first,
      @ForAll @IntRange(min = 1, max = 20) int second,
      @ForAll @IntRange(min = 1, max = 20) int third) {
    List<RouteOrder.Place> route =
        List.of(place("a", 0, first), place("b", 0, second), place("c", 0, third));
    double all = first + second + third;
    assertThat(share(route, "a", seed)).isCloseTo(first / all, within(0.05));
    assertThat(share(route, "c", seed)).isCloseTo(third / all, within(0.05));
    // The share of one that is spared goes to the others by their weights.
    assertThat(share(route.subList(0, 2), "a", seed))
        .isCloseTo((double) first / (first + second), within(0.05));
  }

  @Property(tries = 200)
  void aMessageKeepsItsOrderWhateverElseChanges(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int size) {
    var random = new Random(seed);
    List<RouteOrder.Place> route = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      route.add(place("c" + i, random.nextInt(2), 1 + random.nextInt(RouteOrder.WEIGHT_MAX)));
    }
    String message = "msg_" + seed;
    List<String> order = RouteOrder.of(route, message);

    List<RouteOrder.Place> shuffled = new ArrayList<>(route);
    Collections.shuffle(shuffled, random);
    assertThat(RouteOrder.of(shuffled, message)).isEqualTo(order);

    RouteOrder.Place gone = shuffled.removeFirst();
    List<String> rest = new ArrayList<>(order);
    rest.remove(gone.connection());
    assertThat(RouteOrder.of(shuffled, message)).isEqualTo(rest);

    List<Integer> priorities =
        order.stream()
            .map(name -> route.get(Integer.parseInt(name.substring(1))).priority())
            .toList();
    assertThat(priorities).isSorted();
  }

  private static double share(List<RouteOrder.Place> route, String connection, long seed) {
    int count = 0;
    for (int i = 0; i < MESSAGES; i++) {
      // As ids of one moment are: alike but for their last bits.
      String message = "msg_" + new UUID(0x019abcde00007000L, 0x8000000000000000L | (seed + i));
      if (RouteOrder.of(route, message).getFirst().equals(connection)) {
        count++;
      }
    }
    return (double) count / MESSAGES;
  }

  private static RouteOrder.Place place(String connection, int priority, int weight) {
    return new RouteOrder.Place(connection, priority, weight);
  }
}
