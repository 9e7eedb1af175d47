package dev.tenon.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The arithmetic and the books of the benchmarks: what they say would be wrong must be found.
class BooksTest {
  @Test
  void countsADeliveryThatCameAfterALaterOne() {
    var order = new Order();
    order.note("evt_1", "in_1", 1);
    order.note("evt_3", "in_1", 3);
    order.note("evt_2", "in_1", 2);
    order.note("evt_9", "in_2", 1);
    assertThat(order.inversions()).isEqualTo(1);
    assertThat(order.received()).isEqualTo(4);
  }

  @Test
  void aRepeatIsNoInversion() {
    var order = new Order();
    order.note("evt_1", "in_1", 1);
    order.note("evt_2", "in_1", 2);
    order.note("evt_1", "in_1", 1);
    assertThat(order.inversions()).isZero();
    assertThat(order.received() - order.distinct()).isEqualTo(1);
  }

  @Test
  void expectsNoOrderWhereNoneIsPromised() {
    var order = new Order();
    order.note("evt_2", "", 2);
    order.note("evt_1", "", 1);
    assertThat(order.inversions()).isZero();
  }

  @Test
  void keepsHowFarAnObjectIsOverAReset() {
    var order = new Order();
    order.note("evt_5", "in_1", 5);
    order.reset();
    order.note("evt_4", "in_1", 4);
    assertThat(order.inversions()).isEqualTo(1);
  }

  @Test
  void theSlopeIsThatOfTheLaterHalf() {
    List<Trend.Point> points =
        List.of(
            new Trend.Point(0, 100),
            new Trend.Point(1, 300),
            new Trend.Point(2, 500),
            new Trend.Point(3, 500),
            new Trend.Point(4, 501),
            new Trend.Point(5, 502));
    assertThat(Trend.perMinute(points)).isCloseTo(60, within(0.001));
    assertThat(Trend.perMinute(points.subList(0, 1))).isZero();
  }

  @Test
  void sumsTheSeriesOfAFigure() {
    String exposition =
        """
        # TYPE jvm_memory_used_bytes gauge
        jvm_memory_used_bytes{area="heap",id="Eden"} 10.0
        jvm_memory_used_bytes{area="heap",id="Tenured"} 5.0
        jvm_memory_used_bytes{area="nonheap",id="Code"} 100.0
        jvm_memory_used_bytes_more 7.0
        tenon_lanes_held 3.0
        """;
    assertThat(Figures.sum(exposition, "jvm_memory_used_bytes", "area=\"heap\"")).isEqualTo(15);
    assertThat(Figures.sum(exposition, "tenon_lanes_held")).isEqualTo(3);
    assertThat(Figures.sum(exposition, "absent")).isZero();
  }

  @Test
  void knowsWhoIsEntitled() {
    // 80 customers: number 17 has an ended one only, number 0 an active one and one of another
    // price.
    var seed = new SubscriptionSeed(100);
    assertThat(seed.customers()).isEqualTo(80);
    assertThat(seed.isEntitled(0, null)).isTrue();
    assertThat(seed.isEntitled(0, "price_0")).isTrue();
    assertThat(seed.isEntitled(0, "price_1")).isFalse();
    assertThat(seed.isEntitled(0, "price_2")).isTrue();
    assertThat(seed.isEntitled(17, null)).isFalse();
    assertThat(seed.isEntitled(57, null)).isFalse();
  }

  @Test
  void oneLookIsIntoOneIndexAndReadsFewRows() {
    assertThat(IndexLooks.isOneLook(looks("held", 100, 120), 100, 20)).isTrue();
    assertThat(IndexLooks.isOneLook(looks("held", 100, 170_000), 100, 20)).isFalse();
    assertThat(IndexLooks.isOneLook(looks("seq", 100, 120), 100, 20)).isFalse();
    assertThat(IndexLooks.isOneLook(looks("held", 200, 240), 100, 20)).isFalse();
    assertThat(IndexLooks.isOneLook(Map.of(), 100, 20)).isFalse();
  }

  private static Map<String, IndexLooks.Looks> looks(String name, long scans, long rows) {
    return Map.of(name, new IndexLooks.Looks(scans, rows));
  }

  @Test
  void findsTheScansOfAPlan() {
    assertThat(
            IndexLooks.scans(
                List.of(
                    "Limit",
                    "  ->  Sort",
                    "        Sort Key: s.id DESC",
                    "        ->  Index Scan using subscription_held on subscription s",
                    "              Index Cond: (tenant_id = $1)")))
        .containsExactly("Index Scan using subscription_held on subscription s");
  }
}
