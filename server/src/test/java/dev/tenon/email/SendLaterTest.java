package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

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
