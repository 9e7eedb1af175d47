package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.work.Job;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// The way of a message from its job to its end.
class EmailSenderTest extends MailBed {

  /// Each message has its way by its id, so a second run of it chooses the same.
  @Test
  void connectionsOfOnePriorityShareTheMail() {
    ready.set(0, ready.get(0).at(0, 1));
    ready.set(1, ready.get(1).at(0, 1));
    for (int i = 0; i < 40; i++) {
      queue("a%d@example.org".formatted(i));
    }
    runAll();
    assertThat(first.given.size() + second.given.size()).isEqualTo(40);
    assertThat(first.given.size()).isBetween(5, 35);
  }

  @Test
  void writesTheAttemptBeforeTheCallAndTheEndWithTheJob() {
    UUID message = queue("ada@customer.test");
    List<String> during = new ArrayList<>();
    first.during =
        () -> {
          during.addAll(rows("select outcome from tenon.attempt"));
          during.addAll(rows("select state from tenon.message"));
        };

    runAll();

    assertThat(during).containsExactly("started", "sending");
    assertThat(
            rows("select state || ' ' || sent_by || ' ' || provider_message_id from tenon.message"))
        .containsExactly("sent first provider-id");
    assertThat(rows("select number || ' ' || outcome from tenon.attempt"))
        .containsExactly("1 accepted");
    assertThat(rows("select state from tenon.job where payload = '" + message + "'"))
        .containsExactly("done");
    assertThat(rows("select type from tenon.event")).containsExactly("message.sent");
    assertThat(rows("select id::text from tenon.waiting_job")).isEmpty();
  }

  @Test
  void goesOnToTheFallbackAndKeepsBothAttempts() {
    first.answer = ScriptedProvider.passing();
    queue("ada@customer.test");

    runAll();

    assertThat(rows("select provider || ' ' || outcome from tenon.attempt order by number"))
        .containsExactly("first passing", "second accepted");
    assertThat(rows("select sent_by from tenon.message")).containsExactly("second");
  }

  @Test
  void anAnswerThatWasLostIsNeverFollowedByASecondMail() {
    first.answer = ScriptedProvider.unknown();
    queue("ada@customer.test");

    runAll();

    assertThat(second.given).isEmpty();
    assertThat(rows("select state from tenon.message")).containsExactly("uncertain");
    assertThat(rows("select type from tenon.event")).containsExactly("message.uncertain");
  }

  @Test
  void aCrashAfterTheCallIsReadAsUnknownAndNotSentAgain() {
    queue("ada@customer.test");
    List<Job> lost = claim();
    execute(
        """
        insert into tenon.attempt (tenant_id, message_id, number, connection_id, provider, kind,
          started_at)
        values ('%s', '%s', 1, '%s', 'first', 'sending', now())
        """
            .formatted(tenant.uuid(), lost.getFirst().payload(), ready.getFirst().connection()));
    expireLeases();

    runAll();

    assertThat(first.given).isEmpty();
    assertThat(second.given).isEmpty();
    assertThat(rows("select state from tenon.message")).containsExactly("uncertain");
  }

  @Test
  void waitsVisiblyForAConnectionAndSendsOnceThereIsOne() {
    List<EmailConnections.Ready> later = List.copyOf(ready);
    ready.clear();
    queue("ada@customer.test");

    runAll();
    assertThat(rows("select state || ': ' || reason from tenon.message"))
        .containsExactly(
            "queued: no email connection is set, or none is switched on, for this tenant");
    assertThat(rows("select type from tenon.event")).isEmpty();

    ready.addAll(later);
    now.set(now.get().plus(Duration.ofMinutes(2)));
    expireLeases();
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
    assertThat(first.given).hasSize(1);
  }

  @Test
  void goesThroughTheConnectionThatCarriesItsStream() {
    first.streams = Set.of("broadcast");
    queue("ada@customer.test");

    runAll();

    assertThat(first.given).isEmpty();
    assertThat(rows("select sent_by from tenon.message")).containsExactly("second");
  }

  @Test
  void waitsForSomebodyWhoMapsItsStreamAgain() {
    first.streams = Set.of("broadcast");
    second.streams = Set.of("broadcast");
    queue("ada@customer.test");
    runAll();
    assertThat(rows("select state || ': ' || reason from tenon.message"))
        .containsExactly(
            "queued: no connection on its route carries the stream 'outbound': map it in the"
                + " settings of one");

    second.streams = Set.of("outbound");
    later(Duration.ofMinutes(2));
    runAll();
    assertThat(rows("select sent_by from tenon.message")).containsExactly("second");
  }

  /// What became of the first sending is asked where that went, whatever it carries now.
  @Test
  void asksTheConnectionThatMayHaveItAlthoughItNoLongerCarriesTheStream() {
    first.settling = new Settling.LookUp();
    first.answer = ScriptedProvider.unknown();
    queue("ada@customer.test");
    runAll();

    first.streams = Set.of("broadcast");
    first.lookedUp = new LookedUp.Found(new Sent("found-id"), Outcome.Detail.none(""));
    later(Duration.ofSeconds(7));
    runAll();
    assertThat(rows("select sent_by || ' ' || provider_message_id from tenon.message"))
        .containsExactly("first found-id");
    assertThat(second.given).isEmpty();
  }

  @Test
  void failsAfterADayWithoutAConnection() {
    ready.clear();
    queue("ada@customer.test");
    now.set(now.get().plus(Duration.ofHours(25)));

    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("failed");
    assertThat(rows("select type from tenon.event")).containsExactly("message.failed");
  }

  @Test
  void endsAJobWhoseMessageIsGone() {
    queue("ada@customer.test");
    execute("delete from tenon.message");

    runAll();

    assertThat(rows("select state || ': ' || result from tenon.job"))
        .containsExactly("dead: its message is not there any more");
    assertThat(first.given).isEmpty();
  }

  @Test
  void sendsNothingForAMessageThatIsOver() {
    queue("ada@customer.test");
    execute("update tenon.message set state = 'cancelled'");

    runAll();

    assertThat(first.given).isEmpty();
    assertThat(rows("select state || ': ' || result from tenon.job"))
        .containsExactly("done: its message is cancelled already");
    assertThat(rows("select state from tenon.message")).containsExactly("cancelled");
  }

  @Test
  void aWorkerThatLostItsJobSendsNothing() {
    queue("ada@customer.test");
    List<Job> stale = claim();
    expireLeases();
    List<Job> taken = claim();

    sender.run(tenant, stale, jobs);
    assertThat(first.given).isEmpty();
    assertThat(rows("select outcome from tenon.attempt")).isEmpty();

    sender.run(tenant, taken, jobs);
    assertThat(first.given).hasSize(1);
  }

  @Test
  void aJobLostDuringTheCallEndsNothingButTellsThatItWasSent() {
    queue("ada@customer.test");
    List<Job> slow = claim();
    first.during =
        () -> {
          expireLeases();
          assertThat(claim()).hasSize(1);
        };

    sender.run(tenant, slow, jobs);

    assertThat(rows("select outcome from tenon.attempt")).containsExactly("accepted");
    // The job is another worker's to end, but that the provider has the mail is true at once.
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
    assertThat(rows("select type from tenon.event")).containsExactly("message.sent");
    assertThat(rows("select id::text from tenon.waiting_job")).hasSize(1);

    first.during = () -> {};
    expireLeases();
    runAll();
    assertThat(first.given).hasSize(1);
    assertThat(rows("select type from tenon.event")).containsExactly("message.sent");
    assertThat(rows("select state || ': ' || result from tenon.job"))
        .containsExactly("done: its message is sent already");
  }

  @Test
  void aMailThatCantBeReadConcernsNoOther() {
    UUID broken = queue("broken@customer.test");
    queue("ada@customer.test");
    seal.broken = broken;

    runAll();

    assertThat(first.given).hasSize(1);
    assertThat(rows("select state from tenon.message order by id"))
        .containsExactly("queued", "sent");
    assertThat(rows("select failures from tenon.waiting_job")).containsExactly("1");
  }

  @Test
  void anOutcomeWithALetterThatTheDatabaseRefusesIsWrittenWithoutIt() {
    first.answer =
        new dev.tenon.connector.Outcome.RefusedRequest<>(
            new dev.tenon.connector.Outcome.Detail(422, "300", "bad\0byte", ""));
    queue("ada@customer.test");

    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("failed");
    assertThat(rows("select detail from tenon.attempt")).containsExactly("bad byte");
  }

  @Test
  void manyMessagesShareCommits() throws SQLException {
    for (int i = 0; i < 32; i++) {
      queue("ada%d@customer.test".formatted(i));
    }
    List<Job> all = claim();

    sender.run(tenant, all, jobs);

    // Rows of one transaction carry the same xmin.
    assertThat(
            Integer.parseInt(rows("select count(distinct xmin::text) from tenon.job").getFirst()))
        .isLessThan(32);
    assertThat(rows("select state from tenon.message")).hasSize(32).containsOnly("sent");
  }
}
