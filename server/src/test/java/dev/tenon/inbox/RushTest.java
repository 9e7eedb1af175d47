package dev.tenon.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// When intake is in a rush, so that lanes rest.
class RushTest {
  private static final long MILLISECOND = 1_000_000;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final Rush rush = new Rush(now::get);

  @Test
  void oneLargeCommitIsNoRush() {
    rush.committed(200);
    assertThat(rush.isOn()).isFalse();
  }

  @Test
  void oneCrowdAfterAnotherIs() {
    crowds(Rush.CROWDS - 1, 3 * MILLISECOND);
    assertThat(rush.isOn()).isFalse();
    rush.committed(Rush.CROWD);
    assertThat(rush.isOn()).isTrue();
  }

  @Test
  void smallCommitsBetweenCrowdsEndNothing() {
    for (int i = 0; i < Rush.CROWDS; i++) {
      rush.committed(Rush.CROWD);
      rush.committed(1);
      now.addAndGet(50 * MILLISECOND);
    }
    assertThat(rush.isOn()).isTrue();
  }

  @Test
  void crowdsFarApartNeverMakeOne() {
    crowds(5 * Rush.CROWDS, Rush.GAP_NANOS);
    assertThat(rush.isOn()).isFalse();
  }

  @Test
  void itIsOverWhenNoCrowdFollows() {
    crowds(Rush.CROWDS, MILLISECOND);
    now.addAndGet(Rush.GAP_NANOS);
    assertThat(rush.isOn()).isFalse();
  }

  @Test
  void nothingWaitsForTheEndOfOneThatLasts() {
    long step = 50 * MILLISECOND;
    crowds((int) (Rush.LONGEST_NANOS / step), step);
    assertThat(rush.isOn()).isFalse();
  }

  @Test
  void afterAPauseTheNextOneCountsAnew() {
    crowds((int) (Rush.LONGEST_NANOS / (50 * MILLISECOND)), 50 * MILLISECOND);
    now.addAndGet(Rush.GAP_NANOS);
    crowds(Rush.CROWDS, MILLISECOND);
    assertThat(rush.isOn()).isTrue();
  }

  private void crowds(int count, long nanosBetween) {
    for (int i = 0; i < count; i++) {
      rush.committed(Rush.CROWD);
      now.addAndGet(nanosBetween);
    }
  }
}
