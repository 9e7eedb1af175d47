package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.email.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A connection that fails or that its provider refuses, as all nodes and people see it.
class BrokenConnectionTest extends MailBed {
  private SharedBreakers otherNode() {
    return new SharedBreakers(db, connections, clock);
  }

  private EmailConnections.Ready one() {
    return ready.getFirst();
  }

  private static boolean isOpen(SharedBreakers breakers, EmailConnections.Ready one) {
    return breakers.state(one) instanceof Candidate.Breaker.Open;
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breakers.record(one(), ScriptedProvider.passing());
    }
  }

  @Test
  void mailWaitsForARefusedKeyAndGoesOutOnceItWasReplaced() {
    ready.removeLast();
    first.answer = ScriptedProvider.broken();
    queue("ada@customer.test");
    queue("bob@customer.test");
    runAll();
    runAll();

    assertThat(rows("select distinct state from tenon.message")).containsExactly("queued");
    assertThat(rows("select reason from tenon.message").getFirst())
        .contains("until someone mends one", "bad token");
    assertThat(
            rows(
                "select state || ': ' || state_reason from tenon.connection where id = '%s'"
                    .formatted(one().connection())))
        .containsExactly("broken: 401 10: bad token");
    assertThat(rows("select type from tenon.event")).isEmpty();

    // Somebody replaces the key.
    now.set(now.get().plusSeconds(60));
    first.answer = ScriptedProvider.accepted();
    ready.set(0, new EmailConnections.Ready(tenant, one().connection(), first, true, now.get()));
    for (int i = 0; i < 3; i++) {
      later(Duration.ofMinutes(6));
      runAll();
    }

    assertThat(rows("select distinct state from tenon.message")).containsExactly("sent");
    assertThat(
            rows(
                "select state || state_reason from tenon.connection where id = '%s'"
                    .formatted(one().connection())))
        .containsExactly("active");
    assertThat(rows("select why from tenon.email_breaker")).isEmpty();
  }

  @Test
  void failsOnlyWhenItIsTooOld() {
    ready.removeLast();
    first.answer = ScriptedProvider.broken();
    queue("ada@customer.test");
    for (int hour = 0; hour < 23; hour++) {
      runAll();
      later(Duration.ofHours(1));
    }
    assertThat(rows("select state from tenon.message")).containsExactly("queued");
    later(Duration.ofHours(2));
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("failed");
    assertThat(first.given).as("long pauses").hasSizeBetween(2, 30);
  }

  @Test
  void theFallbackTakesOverAtOnceWhateverTheReason() {
    first.answer = ScriptedProvider.broken();
    queue("ada@customer.test");
    runAll();
    assertThat(rows("select sent_by from tenon.message")).containsExactly("second");
    assertThat(rows("select state from tenon.connection order by state"))
        .containsExactly("active", "broken");
  }

  @Test
  void whatOneNodeLearntTheOthersKnow() {
    SharedBreakers other = otherNode();
    assertThat(isOpen(other, one())).isFalse();
    fail(5);
    now.set(now.get().plusSeconds(3));
    assertThat(isOpen(other, one())).isTrue();
    assertThat(other.tripped()).hasSize(1);

    now.set(now.get().plusSeconds(60));
    assertThat(isOpen(other, one())).isFalse();
    assertThat(other.enter(one())).isTrue();
    other.record(one(), ScriptedProvider.accepted());
    now.set(now.get().plusSeconds(3));
    assertThat(breakers.state(one())).isInstanceOf(Candidate.Breaker.Closed.class);
    assertThat(rows("select 1 from tenon.email_breaker")).isEmpty();
  }

  @Test
  void afterTheRestOneOverAllNodesTries() {
    SharedBreakers other = otherNode();
    fail(5);
    now.set(now.get().plusSeconds(61));
    assertThat(isOpen(other, one())).isFalse();
    assertThat(breakers.enter(one())).isTrue();
    assertThat(breakers.enter(one())).isFalse();
    assertThat(other.enter(one())).isFalse();
    assertThat(isOpen(other, one())).as("it looks again later").isTrue();
  }

  @Test
  void oneOfManyMailsTriesAfterTheRest() {
    ready.removeLast();
    first.answer = ScriptedProvider.passing();
    for (int i = 0; i < 30; i++) {
      queue("ada%d@customer.test".formatted(i));
    }
    fail(5);
    runAll();
    assertThat(first.given).isEmpty();

    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    first.during =
        () -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          atOnce.decrementAndGet();
        };
    later(Duration.ofSeconds(90));
    runAll();

    assertThat(first.given).as("the rest begins anew after the one").hasSize(1);
    assertThat(most).hasValue(1);
    assertThat(rows("select count(*)::text from tenon.message where state = 'queued'"))
        .containsExactly("30");
  }

  @Test
  void aMailCostsNoStatementAndAFloodOfFailuresFew() {
    for (int i = 0; i < 100; i++) {
      breakers.record(one(), ScriptedProvider.accepted());
    }
    assertThat(rows("select 1 from tenon.email_breaker")).isEmpty();

    fail(5);
    List<String> written = rows("select xmin::text from tenon.email_breaker");
    fail(500);
    assertThat(rows("select xmin::text from tenon.email_breaker")).isEqualTo(written);
    now.set(now.get().plusSeconds(2));
    fail(1);
    assertThat(rows("select xmin::text from tenon.email_breaker")).isNotEqualTo(written);
  }
}
