package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.work.Job;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What is shown of a mail agrees with what may have happened to it.
class MailCertaintyTest extends MailBed {

  @Test
  void waitsAsUncertainWhileItsProviderIsAskedAndCantBeCancelled() {
    first.settling = new Settling.LookUp();
    first.answer = ScriptedProvider.unknown();
    UUID id = queue("ada@customer.test");
    runAll();

    assertThat(rows("select state || ' ' || (next_at is not null) from tenon.message"))
        .containsExactly("uncertain true");
    assertThat(rows("select type from tenon.event")).as("nobody gave up yet").isEmpty();
    assertThat(cancel(id)).isFalse();

    first.lookedUp = new LookedUp.Found(new Sent("found-id"), Outcome.Detail.none(""));
    later(Duration.ofSeconds(7));
    runAll();
    assertThat(rows("select state || ' ' || provider_message_id from tenon.message"))
        .containsExactly("sent found-id");
    assertThat(rows("select type from tenon.event")).containsExactly("message.sent");
    assertThat(first.given).hasSize(1);
  }

  @Test
  void aMessageThatCertainlyWasNotSentWaitsAsQueuedAndCanBeCancelled() {
    first.answer = ScriptedProvider.passing();
    second.answer = ScriptedProvider.passing();
    UUID id = queue("ada@customer.test");
    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("queued");
    assertThat(cancel(id)).isTrue();
    assertThat(rows("select state || ' ' || (next_at is null) from tenon.message"))
        .containsExactly("cancelled true");
  }

  /// Rows from before `uncertain` was shown while asking are `queued`.
  @Test
  void noMessageWithAnUnsettledAttemptCanBeCancelled() {
    first.answer = ScriptedProvider.unknown();
    UUID id = queue("ada@customer.test");
    runAll();
    execute("update tenon.message set state = 'queued'");

    assertThat(cancel(id)).isFalse();
  }

  @Test
  void repeatsTheVeryBytesThatTheFirstSendingHad() {
    first.settling = new Settling.RepeatWithSameKey(Duration.ofHours(24));
    first.answer = ScriptedProvider.unknown();
    queue("ada@customer.test");
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("uncertain");

    first.version = "2";
    first.answer = ScriptedProvider.accepted();
    later(Duration.ofSeconds(7));
    runAll();

    assertThat(first.requests).hasSize(2);
    assertThat(first.requests.getLast()).isEqualTo(first.requests.getFirst()).startsWith("1 ");
    assertThat(rows("select (request is not null)::text from tenon.attempt order by number"))
        .as("once is enough")
        .containsExactly("true", "false");
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
  }

  /// The same key is a new mail at another account.
  @Test
  void repeatsNothingAtAConnectionThatWasChangedSince() {
    first.settling = new Settling.RepeatWithSameKey(Duration.ofHours(24));
    first.answer = ScriptedProvider.unknown();
    queue("ada@customer.test");
    // Changed while the call was under way, or known to this node only afterwards: before it ended.
    first.during = () -> now.set(now.get().plusSeconds(20));
    EmailConnections.Ready before = ready.getFirst();
    runAll();
    ready.set(
        0,
        new EmailConnections.Ready(
            tenant, before.connection(), first, false, before.changedAt().plusSeconds(1)));
    later(Duration.ofSeconds(7));
    runAll();

    assertThat(first.requests).hasSize(1);
    assertThat(second.given).isEmpty();
    assertThat(rows("select state from tenon.message")).containsExactly("uncertain");
    assertThat(rows("select type from tenon.event")).containsExactly("message.uncertain");
  }

  @Test
  void aRefusedRepeatLeavesItUncertain() {
    first.settling = new Settling.RepeatWithSameKey(Duration.ofHours(24));
    first.answer = ScriptedProvider.unknown();
    queue("ada@customer.test");
    runAll();
    first.answer =
        new Outcome.RefusedRequest<>(
            new Outcome.Detail(409, "invalid_idempotent_request", "other bytes", ""));
    later(Duration.ofSeconds(7));
    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("uncertain");
    assertThat(rows("select type from tenon.event")).containsExactly("message.uncertain");
    assertThat(second.given).isEmpty();
  }

  @Test
  void aLateAcceptanceSettlesWhatAnotherWorkerCalledUncertain() {
    queue("ada@customer.test");
    List<Job> slow = claim();
    first.during =
        () -> {
          first.during = () -> {};
          expireLeases();
          // The other worker reads the attempt as begun and never ended.
          runAll();
          assertThat(rows("select state from tenon.message")).containsExactly("uncertain");
          assertThat(rows("select state from tenon.job")).containsExactly("done");
        };

    sender.run(tenant, slow, jobs);

    assertThat(rows("select state || ' ' || sent_by from tenon.message"))
        .containsExactly("sent first");
    assertThat(rows("select type from tenon.event order by id"))
        .containsExactly("message.uncertain", "message.sent");
    assertThat(tally.counted)
        .containsExactly(
            "outbound/ sent 0 failed 0 uncertain 1 possible_duplicates 0",
            "outbound/first sent 1 failed 0 uncertain 0 possible_duplicates 0");
  }

  @Test
  void aMessageEndsWithItsJobAndCanBeSentAgain() {
    UUID id = queue("ada@customer.test");
    seal.broken = id;
    execute("update tenon.waiting_job set failures = 12");
    runAll();

    assertThat(rows("select state from tenon.job")).containsExactly("dead");
    assertThat(rows("select state from tenon.message")).containsExactly("failed");
    assertThat(rows("select type from tenon.event")).containsExactly("message.failed");
    assertThat(rows("select reason from tenon.message").getFirst())
        .contains("fault of the server")
        .doesNotContain("does not open");
    assertThat(tally.counted)
        .containsExactly("outbound/ sent 0 failed 1 uncertain 0 possible_duplicates 0");

    seal.broken = new UUID(0, 0);
    assertThat(resend(id)).isPresent();
    runAll();
    assertThat(first.given).hasSize(1);
  }

  @Test
  void aMessageThatMayHaveBeenSentEndsUncertainWithItsJob() {
    UUID id = queue("ada@customer.test");
    List<Job> lost = claim();
    execute(
        """
        insert into tenon.attempt (tenant_id, message_id, number, connection_id, provider, kind,
          started_at)
        values ('%s', '%s', 1, '%s', 'first', 'sending', now())
        """
            .formatted(tenant.uuid(), lost.getFirst().payload(), ready.getFirst().connection()));
    execute("update tenon.waiting_job set failures = 12");
    expireLeases();
    seal.broken = id;
    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("uncertain");
    assertThat(rows("select type from tenon.event")).containsExactly("message.uncertain");
  }

  @Test
  void aBatchThatCantBeLoadedCountsAgainstEachOfItsJobs() {
    queue("ada@customer.test");
    execute("update tenon.waiting_job set failures = 12, payload = 'no id'");
    runAll();

    assertThat(rows("select state from tenon.job")).containsExactly("dead");
  }

  @Test
  void keepsWhomTheProviderWillNotDeliverTo() {
    first.answer =
        new Outcome.Accepted<>(
            new Sent("provider-id", List.of("gone@b.test", "away@b.test")),
            Outcome.Detail.none("OK"));
    UUID id = queue("ada@customer.test");
    runAll();

    assertThat(rows("select array_to_string(refused_recipients, ' ') from tenon.attempt"))
        .containsExactly("gone@b.test away@b.test");
    MessageViews.MessageView view =
        db.asTenant(tenant, tx -> new MessageQueries().find(tx, id)).orElseThrow();
    assertThat(Objects.requireNonNull(view.attempts()).getFirst().refusedRecipients())
        .containsExactly("gone@b.test", "away@b.test");
    assertThat(view.reason()).contains("will not deliver to gone@b.test, away@b.test");
  }

  @Test
  void theOthersGetTheMailOfWhichOneRecipientIsRefused() {
    first.script.add(
        new Outcome.RefusedRecipient<>(
            new Outcome.Detail(300, "300", "Invalid 'Cc' address: 'bad@b.test'.", "")));
    UUID id = queueWithCopies("ada@customer.test", List.of("bad@b.test", "cy@b.test"));
    runAll();

    assertThat(first.given).hasSize(2);
    assertThat(first.given.getLast().cc()).containsExactly(EmailAddress.of("cy@b.test"));
    assertThat(outcomes(id))
        .containsExactly("ada@customer.test null", "bad@b.test refused", "cy@b.test null");
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
    assertThat(rows("select address from tenon.suppression")).as("only malformed").isEmpty();
  }

  @Test
  void callsNobodyRefusedWhereTheProviderDoesNotSayWho() {
    first.answer =
        new Outcome.RefusedRecipient<>(new Outcome.Detail(400, "", "Illegal address", ""));
    UUID id = queueWithCopies("ada@customer.test", List.of("cy@b.test"));
    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("failed");
    assertThat(outcomes(id)).containsExactly("ada@customer.test null", "cy@b.test null");
  }

  @Test
  void aLastingRefusalGoesOnTheSuppressionList() {
    first.answer =
        new Outcome.RefusedRecipient<>(
            new Outcome.Detail(550, "5.1.1", "no such user", ""), List.of(), true);
    UUID id = queueWithCopies("Ada@Customer.test", List.of());
    runAll();

    assertThat(rows("select state from tenon.message")).containsExactly("suppressed");
    assertThat(outcomes(id)).containsExactly("ada@customer.test refused");
    assertThat(
            rows(
                "select address || ' ' || stream || '/' || reason || '/' || provider || '/' || detail"
                    + " from tenon.suppression"))
        .containsExactly(
            "ada@customer.test /bounced/first/first refused the address: no such user");

    queue("ada@customer.test");
    runAll();
    assertThat(first.given).as("nobody asks again").hasSize(1);
  }

  @Test
  void whoIsGoneAmongOthersGoesOnTheListAsWell() {
    first.answer =
        new Outcome.Accepted<>(
            new Sent("id", List.of("gone@b.test", "bad@b.test"), List.of("gone@b.test")),
            Outcome.Detail.none("OK"));
    queueWithCopies("ada@customer.test", List.of("gone@b.test", "bad@b.test"));
    runAll();

    assertThat(rows("select address from tenon.suppression")).containsExactly("gone@b.test");
  }

  private List<String> outcomes(UUID message) {
    return Objects.requireNonNull(
            db.asTenant(tenant, tx -> new MessageQueries().find(tx, message))
                .orElseThrow()
                .recipients())
        .stream()
        .map(one -> one.address() + " " + one.outcome())
        .toList();
  }

  @Test
  void aPossibleSecondMailIsCountedAndShown() {
    first.answer = ScriptedProvider.unknown();
    UUID id = queue("ada@customer.test");
    execute("update tenon.message set policy = 'at_least_once'");
    runAll();

    assertThat(second.given).hasSize(1);
    assertThat(rows("select may_be_second::text from tenon.attempt order by number"))
        .containsExactly("false", "true");
    assertThat(rows("select payload->>'possible_duplicate' from tenon.event"))
        .containsExactly("true");
    MessageViews.MessageView view =
        db.asTenant(tenant, tx -> new MessageQueries().find(tx, id)).orElseThrow();
    assertThat(view.possibleDuplicate()).isTrue();
    assertThat(Objects.requireNonNull(view.attempts()).getLast().mayBeSecond()).isTrue();
    assertThat(tally.counted)
        .containsExactly(
            "outbound/second sent 0 failed 0 uncertain 0 possible_duplicates 1",
            "outbound/second sent 1 failed 0 uncertain 0 possible_duplicates 0");
  }

  @Test
  void pausesCountFromTheEndOfTheCall() {
    first.settling = new Settling.LookUp();
    first.answer = ScriptedProvider.unknown();
    first.during = () -> now.set(now.get().plusSeconds(20));
    queue("ada@customer.test");
    runAll();

    assertThat(rows("select kind from tenon.attempt")).containsExactly("sending");
    later(Duration.ofSeconds(3));
    runAll();
    assertThat(rows("select kind from tenon.attempt")).containsExactly("sending");
    later(Duration.ofSeconds(4));
    runAll();
    assertThat(rows("select kind from tenon.attempt order by number"))
        .containsExactly("sending", "looking");
    assertThat(
            rows(
                "select extract(epoch from ended_at - started_at)::int::text from tenon.attempt"
                    + " where number = 1"))
        .containsExactly("20");
  }

  @Test
  void mailsThatOneOutageHeldBackReturnApart() {
    first.answer = ScriptedProvider.passing();
    second.answer = ScriptedProvider.passing();
    for (int i = 0; i < 20; i++) {
      queue("ada%d@customer.test".formatted(i));
    }
    runAll();

    assertThat(rows("select distinct wake_at::text from tenon.waiting_job")).hasSizeGreaterThan(10);
    assertThat(rows("select 1 from tenon.waiting_job where wake_at <= '%s'".formatted(now.get())))
        .isEmpty();
  }
}
