package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.Outcome.Detail;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EmailBreakersTest {
  private static final Detail DETAIL = new Detail(503, "", "down", "");
  private static final Outcome<Sent> DOWN = new Outcome.Passing<>(Duration.ZERO, DETAIL);
  private static final Outcome<Sent> TAKEN = new Outcome.Accepted<>(new Sent("id"), DETAIL);

  private Instant now = Instant.parse("2026-11-24T02:00:00Z");
  private final EmailBreakers breakers = new EmailBreakers(() -> now);

  private boolean isOpen() {
    return breakers.state("smtp") instanceof Candidate.Breaker.Open;
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breakers.record("smtp", DOWN);
    }
  }

  @Test
  void allowsOneTryAtATimeAfterTheRest() {
    fail(5);
    assertThat(isOpen()).isTrue();
    assertThat(breakers.enter("smtp")).isFalse();

    now = now.plusSeconds(61);
    assertThat(isOpen()).isFalse();
    assertThat(breakers.enter("smtp")).isTrue();
    assertThat(breakers.enter("smtp")).as("the second, while the first is under way").isFalse();
    assertThat(isOpen()).isTrue();

    breakers.record("smtp", DOWN);
    assertThat(breakers.enter("smtp")).as("it rests again").isFalse();
    now = now.plusSeconds(61);
    assertThat(breakers.enter("smtp")).isTrue();
    breakers.record("smtp", TAKEN);
    assertThat(breakers.enter("smtp")).isTrue();
    assertThat(breakers.enter("smtp")).isTrue();
  }

  @Test
  void aTryThatNeverCameBackStandsInNobodysWay() {
    fail(5);
    now = now.plusSeconds(61);
    assertThat(breakers.enter("smtp")).isTrue();
    now = now.plus(Duration.ofMinutes(3));
    assertThat(breakers.enter("smtp")).isTrue();
  }

  @Test
  void aRefusedKeyTripsAtOnceAndSaysWhy() {
    breakers.record("smtp", new Outcome.ConnectionBroken<>(new Detail(401, "10", "bad token", "")));
    assertThat(breakers.state("smtp"))
        .isEqualTo(
            new Candidate.Breaker.Open(now.plus(Duration.ofMinutes(5)), true, "401 10: bad token"));
  }

  /// A connection that many tenants share must not rest because one of them has no right sender.
  @Test
  void aRefusedSenderSaysNothingOfTheConnection() {
    for (int i = 0; i < 10; i++) {
      breakers.record("smtp", new Outcome.ConnectionBroken<>(DETAIL, Reach.SENDER));
    }
    assertThat(isOpen()).isFalse();
  }

  @Test
  void ourOwnBusyPoolIsNoFailureOfTheProvider() {
    Detail busy = new Detail(0, EmailProvider.BUSY_HERE, "busy", "");
    for (int i = 0; i < 10; i++) {
      breakers.record("smtp", new Outcome.Passing<>(Duration.ZERO, busy));
    }
    assertThat(isOpen()).isFalse();
  }

  @Test
  void aMailboxThatPutsOffSaysThatTheServerWorks() {
    Outcome<Sent> greylisted =
        new Outcome.Passing<>(
            Duration.ZERO, new Detail(450, "4.2.0", "later", ""), Outcome.Passing.Of.REQUEST);
    for (int i = 0; i < 20; i++) {
      breakers.record("smtp", greylisted);
    }
    assertThat(isOpen()).isFalse();
    fail(4);
    breakers.record("smtp", greylisted);
    fail(4);
    assertThat(isOpen()).as("it answered in between").isFalse();
  }

  /// SES says so with 400.
  @Test
  void aLimitIsNoFailureWhateverItsStatus() {
    breakers.record(
        "smtp",
        new Outcome.Passing<>(
            Duration.ofSeconds(7),
            new Detail(400, "ThrottlingException", "slow down", ""),
            Outcome.Passing.Of.LIMIT));
    assertThat(isOpen()).isTrue();
    now = now.plusSeconds(8);
    assertThat(isOpen()).isFalse();
  }

  /// A stream that isn't mapped is refused without a call: that must not end the rest of a provider
  /// that is down.
  @Test
  void aMailThatWasRefusedWithoutAskingSaysNothingOfTheProvider() {
    Outcome<Sent> unmapped = EmailProvider.notCarried("news", "SMTP");
    fail(5);
    breakers.record("smtp", unmapped);
    assertThat(isOpen()).isTrue();
    now = now.plusSeconds(61);
    assertThat(breakers.enter("smtp")).isTrue();
    breakers.record("smtp", unmapped);
    assertThat(breakers.enter("smtp")).as("the try was not used up").isTrue();
    assertThat(breakers.enter("smtp")).as("still one at a time").isFalse();
    breakers.record("smtp", new Outcome.RefusedRequest<>(new Detail(400, "", "no", "")));
    assertThat(breakers.enter("smtp")).isTrue();
    assertThat(breakers.enter("smtp")).as("an answer of its own makes it well").isTrue();
  }

  @Test
  void keepsThePauseThatTheProviderAskedForWhateverElseArrives() {
    Detail limit = new Detail(429, "", "slow down", "");
    breakers.record("smtp", new Outcome.Passing<>(Duration.ofSeconds(30), limit));
    breakers.record("smtp", TAKEN);
    assertThat(isOpen()).isTrue();
    now = now.plusSeconds(31);
    assertThat(breakers.enter("smtp")).isTrue();
    breakers.record("smtp", TAKEN);
    assertThat(isOpen()).isFalse();
  }

  @Test
  void aChangeOfABrokenConnectionEndsItsRest() {
    BreakerState broken = BreakerState.WELL.after(new Outcome.ConnectionBroken<>(DETAIL), now);
    assertThat(broken.knowing(now.minusSeconds(1)).isResting(now)).isTrue();
    BreakerState mended = broken.knowing(now.plusSeconds(1));
    assertThat(mended.isResting(now.plusSeconds(2))).isFalse();
    assertThat(mended.isTripped()).as("one try tells").isTrue();
  }
}
