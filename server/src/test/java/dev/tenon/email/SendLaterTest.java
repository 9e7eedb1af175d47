package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Messages that are to be sent later: they wait in the database alone, so a restart is nothing to
/// them.
class SendLaterTest extends MailBed {

  @Test
  void waitsForItsTimeAndIsSentThen() {
    Instant at = now.get().plus(Duration.ofDays(29));
    UUID message = queue("ada@example.org", at);
    assertThat(
            rows("select state || ' ' || (next_at = send_at) || ' ' || reason from tenon.message"))
        .containsExactly("queued true it is to be sent from %s on".formatted(at));

    runAll();
    later(Duration.ofDays(29).minusSeconds(1));
    runAll();
    assertThat(first.given).isEmpty();

    later(Duration.ofSeconds(1));
    runAll();
    assertThat(first.given).hasSize(1);
    assertThat(rows("select state || ' ' || (next_at is null) from tenon.message"))
        .containsExactly("sent true");
    assertThat(rows("select state from tenon.job where payload = '" + message + "'"))
        .containsExactly("done");
  }

  @Test
  void itsAgeCountsFromTheTimeForWhichItWasAsked() {
    queue("ada@example.org", now.get().plus(Duration.ofDays(10)));
    first.answer = ScriptedProvider.passing();
    second.answer = ScriptedProvider.passing();

    later(Duration.ofDays(10));
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("queued");

    later(MailCourse.AGE_MAX);
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("failed");
  }

  @Test
  void goesFromNoSenderThatIsTheTenantsNoMoreWhenItsTimeComes() {
    execute(
        "insert into tenon.sender values ('%s', 'news@acme.test', 'News', 'Acme', false, now())"
            .formatted(tenant.uuid()));
    UUID message = queueFrom("news@acme.test", now.get().plus(Duration.ofDays(1)));
    UUID kept = queueFrom("hello@acme.test", now.get().plus(Duration.ofDays(1)));
    execute("delete from tenon.sender where address = 'news@acme.test'");

    later(Duration.ofDays(1));
    runAll();

    assertThat(first.given)
        .extracting(one -> one.from().address())
        .containsExactly("hello@acme.test");
    assertThat(
            rows(
                "select state || ': ' || reason from tenon.message where id = '%s'"
                    .formatted(message)))
        .containsExactly("failed: 'news@acme.test' is not a sender of this tenant any more");
    assertThat(rows("select state from tenon.message where id = '%s'".formatted(kept)))
        .containsExactly("sent");
    assertThat(tally.counted)
        .contains("outbound/ sent 0 failed 1 uncertain 0 possible_duplicates 0");
    assertThatThrownBy(() -> resend(message)).isInstanceOf(Messages.NotOwnedException.class);
  }

  /// Nobody chose it: it goes from whoever is the default by then.
  @Test
  void whatTheServerWroteItselfGoesFromTheDefaultSenderOfToday() {
    queue("ada@example.org", now.get().plus(Duration.ofDays(1)));
    execute("update tenon.message set once_key = 'trial/1'");
    execute("update tenon.sender set address = 'new@acme.test'");

    later(Duration.ofDays(1));
    runAll();

    assertThat(first.given)
        .extracting(one -> one.from().address())
        .containsExactly("new@acme.test");
    assertThat(rows("select sender from tenon.message")).containsExactly("new@acme.test");
  }

  @Test
  void oneThatWasToGoThroughOneConnectionAloneDoesSoWhenResent() {
    UUID message = queue("ada@example.org", (Instant) null);
    UUID named = ready.getLast().connection();
    execute("update tenon.message set named_connection_id = '%s'".formatted(named));
    runAll();
    UUID again = resend(message).orElseThrow();

    assertThat(
            rows("select named_connection_id from tenon.message where id = '%s'".formatted(again)))
        .containsExactly(named.toString());
  }

  @Test
  void cancelledBeforeItsTimeItIsNotSent() {
    UUID message = queue("ada@example.org", now.get().plus(Duration.ofDays(1)));

    assertThat(cancel(message)).isTrue();
    later(Duration.ofDays(1));
    runAll();

    assertThat(first.given).isEmpty();
    assertThat(rows("select state || ' ' || (next_at is null) from tenon.message"))
        .containsExactly("cancelled true");
    assertThat(rows("select id from tenon.waiting_job")).isEmpty();
  }

  @Test
  void whoIsSuppressedInTheMeantimeGetsNothing() {
    queue("ada@example.org", now.get().plus(Duration.ofDays(1)));
    execute(
        """
        insert into tenon.suppression (tenant_id, address, stream, id, reason, detail, occurred_at,
          created_at)
        values ('%s', 'ada@example.org', '', '%s', 'manual', '', now(), now())
        """
            .formatted(tenant.uuid(), UUID.randomUUID()));

    later(Duration.ofDays(1));
    runAll();

    assertThat(first.given).isEmpty();
    assertThat(rows("select state from tenon.message")).containsExactly("suppressed");
  }
}
