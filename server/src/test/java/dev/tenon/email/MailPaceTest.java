package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A connection that may be given so many mails a second, by all nodes together.
class MailPaceTest extends MailBed {
  private static final int RATE = 5;

  @BeforeEach
  void pace() {
    EmailConnections.Ready one = ready.getFirst();
    ready.clear();
    ready.add(
        new EmailConnections.Ready(
            one.owner(), one.connection(), one.provider(), false, one.changedAt(), RATE));
  }

  @Test
  void givesItNoMoreInASecondAndTheRestLater() {
    for (int i = 0; i < 12; i++) {
      queue("u%d@example.org".formatted(i));
    }
    runAll();
    assertThat(first.given).hasSize(5);
    assertThat(
            rows(
                "select count(*)::text from tenon.message where state = 'queued' and next_at > updated_at"))
        .containsExactly("7");
    assertThat(rows("select distinct reason from tenon.message where state = 'queued'"))
        .singleElement()
        .asString()
        .endsWith("is given 5 mails a second at most; this one waits for its turn");
    runAll();
    assertThat(first.given).hasSize(5);

    later(Duration.ofSeconds(10));
    runAll();
    assertThat(first.given).hasSize(10);
    later(Duration.ofSeconds(10));
    runAll();
    assertThat(first.given).hasSize(12);
    assertThat(rows("select distinct state from tenon.message")).containsExactly("sent");
    assertThat(rows("select max(failures)::text from tenon.job")).containsExactly("0");
  }

  @Test
  void nodesShareTheSecond() {
    EmailConnections.Ready one = ready.getFirst();
    var here = new SharedPace(db, clock);
    var there = new SharedPace(db, clock);
    int given = 0;
    for (int i = 0; i < 20; i++) {
      given += here.wait(one, 5).isEmpty() ? 1 : 0;
      given += there.wait(one, 5).isEmpty() ? 1 : 0;
    }
    assertThat(given).isEqualTo(RATE);
    now.set(now.get().plusSeconds(1));
    assertThat(there.wait(one, 5)).isEmpty();
  }

  @Test
  void anUrgentMailComesBackWithTheNextSecondWhateverWaits() {
    EmailConnections.Ready one = ready.getFirst();
    var pace = new SharedPace(db, clock);
    Duration bulk = Duration.ZERO;
    for (int i = 0; i < 2_000; i++) {
      Optional<Duration> wait = pace.wait(one, 8);
      bulk = wait.filter(more -> more.compareTo(Duration.ZERO) > 0).orElse(bulk);
    }
    assertThat(bulk).isBetween(Duration.ofMinutes(6), Duration.ofMinutes(10));
    assertThat(pace.wait(one, 5).orElseThrow()).isEqualTo(Duration.ofMinutes(1));
    assertThat(pace.wait(one, 2).orElseThrow()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void bulkMailThatOnlyWaitedForItsTurnDoesNotGrowOld() {
    queue("news@example.org", null, MailPriority.BULK);
    queue("ada@example.org", null, MailPriority.NORMAL);
    later(MailCourse.AGE_MAX.plusHours(2));
    runAll();
    assertThat(rows("select state from tenon.message order by id"))
        .containsExactly("sent", "failed");

    queue("late@example.org", null, MailPriority.BULK);
    later(MailCourse.PACED_MAX.plusHours(1));
    runAll();
    assertThat(rows("select state from tenon.message order by id desc limit 1"))
        .as("not for ever")
        .containsExactly("failed");
  }

  @Test
  void aTurnThatWasNotUsedIsGivenBack() {
    EmailConnections.Ready one = ready.getFirst();
    var pace = new SharedPace(db, clock);
    for (int i = 0; i < 50; i++) {
      assertThat(pace.wait(one, 5)).isEmpty();
      pace.giveBack(one);
    }
  }

  @Test
  void aClockThatWasSetBackStopsNothing() {
    EmailConnections.Ready one = ready.getFirst();
    assertThat(new SharedPace(db, clock).wait(one, 5)).isEmpty();
    now.set(now.get().minus(Duration.ofHours(1)));
    assertThat(new SharedPace(db, clock).wait(one, 5)).isEmpty();
  }
}
