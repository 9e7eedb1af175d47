package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import dev.tenon.connector.email.EmailRoute.WhenUnknown;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmailRouterTest {
  private static final Instant NOW = Instant.parse("2026-11-24T02:00:00Z");
  private static final Candidate RESEND =
      new Candidate("resend", new Settling.RepeatWithSameKey(Duration.ofHours(24)));
  private static final Candidate POSTMARK = new Candidate("postmark", new Settling.LookUp());
  private static final Candidate SMTP = new Candidate("smtp", new Settling.None());
  private static final Detail DETAIL = new Detail(500, "x", "words", "");

  private final EmailRouter router = new EmailRouter();

  private static EmailRoute route(WhenUnknown unknown, Candidate... candidates) {
    return new EmailRoute(List.of(candidates), unknown, NOW, Duration.ofHours(24));
  }

  private Decision next(EmailRoute route, Attempt... attempts) {
    return router.next(route, List.of(attempts), NOW);
  }

  private static Attempt sending(String connection, Outcome<Sent> outcome) {
    return new Attempt.Sending(connection, outcome, NOW);
  }

  private static Outcome<Sent> passing() {
    return new Outcome.Passing<>(Duration.ZERO, DETAIL);
  }

  @Test
  void startsWithTheFirstChoice() {
    assertThat(next(route(WhenUnknown.AT_MOST_ONCE, POSTMARK, SMTP)))
        .isInstanceOfSatisfying(
            Decision.Send.class, send -> assertThat(send.connection()).isEqualTo("postmark"));
  }

  @Test
  void sparesAConnectionWhoseBreakerIsOpen() {
    Candidate resting =
        new Candidate(
            "postmark", new Settling.LookUp(), new Candidate.Breaker.Open(NOW.plusSeconds(30)));
    assertThat(next(route(WhenUnknown.AT_MOST_ONCE, resting, SMTP)))
        .isInstanceOfSatisfying(
            Decision.Send.class, send -> assertThat(send.connection()).isEqualTo("smtp"));
    assertThat(next(route(WhenUnknown.AT_MOST_ONCE, resting)))
        .isInstanceOfSatisfying(
            Decision.RetryLater.class,
            later -> assertThat(later.after()).isEqualTo(Duration.ofSeconds(30)));
  }

  @Test
  void fallsBackAfterAPassingFaultAndAfterABrokenConnection() {
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, POSTMARK, SMTP);
    assertThat(next(route, sending("postmark", passing())))
        .isInstanceOfSatisfying(
            Decision.Send.class, send -> assertThat(send.connection()).isEqualTo("smtp"));
    Attempt broken = sending("postmark", new Outcome.ConnectionBroken<>(DETAIL));
    assertThat(next(route, broken))
        .isInstanceOfSatisfying(
            Decision.Send.class, send -> assertThat(send.connection()).isEqualTo("smtp"));
    assertThat(router.alert(broken)).hasValueSatisfying(a -> assertThat(a).contains("postmark"));
  }

  @Test
  void doesNotFallBackAfterARefusal() {
    EmailRoute route = route(WhenUnknown.AT_LEAST_ONCE, POSTMARK, SMTP);
    assertThat(next(route, sending("postmark", new Outcome.RefusedRecipient<>(DETAIL))))
        .isInstanceOf(Decision.Suppress.class);
    assertThat(next(route, sending("postmark", new Outcome.RefusedRequest<>(DETAIL))))
        .isInstanceOf(Decision.Fail.class);
  }

  @Test
  void waitsWhenAllFailedByPassingFaultsAndEndsWithAge() {
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, POSTMARK, SMTP);
    List<Attempt> all = List.of(sending("postmark", passing()), sending("smtp", passing()));
    assertThat(router.next(route, all, NOW)).isInstanceOf(Decision.RetryLater.class);
    assertThat(router.next(route, all, NOW.plusSeconds(6)))
        .isInstanceOfSatisfying(
            Decision.Send.class, send -> assertThat(send.connection()).isEqualTo("postmark"));
    assertThat(router.next(route, all, NOW.plus(Duration.ofHours(25))))
        .isInstanceOf(Decision.Fail.class);
  }

  @Test
  void repeatsWhereTheProviderReplaysAndKeepsRepeatingThroughPassingFaults() {
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, RESEND, SMTP);
    Attempt lost = sending("resend", new Outcome.Unknown<>(DETAIL));
    assertThat(next(route, lost)).isInstanceOf(Decision.RepeatSame.class);
    assertThat(next(route, lost, sending("resend", passing())))
        .isInstanceOf(Decision.RepeatSame.class);
    assertThat(next(route, lost, sending("resend", new Outcome.ConnectionBroken<>(DETAIL))))
        .as("a key that is replaced within the window still settles it")
        .isInstanceOfSatisfying(
            Decision.RepeatSame.class,
            same -> assertThat(same.after()).isEqualTo(Duration.ofMinutes(5)));
    assertThat(router.next(route, List.of(lost), NOW.plus(Duration.ofHours(25))))
        .isInstanceOf(Decision.HoldUncertain.class);
  }

  @Test
  void asksWhereTheProviderCanBeAskedAndHoldsWhenItDoesNotKnow() {
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, POSTMARK, SMTP);
    Attempt lost = sending("postmark", new Outcome.Unknown<>(DETAIL));
    Attempt missing = new Attempt.Looking("postmark", new LookedUp.Missing(DETAIL), NOW);
    assertThat(next(route, lost)).isInstanceOf(Decision.LookUp.class);
    assertThat(next(route, lost, missing, missing, missing, missing, missing))
        .isInstanceOf(Decision.HoldUncertain.class);
    assertThat(
            next(
                route,
                lost,
                new Attempt.Looking("postmark", new LookedUp.Found(new Sent("id"), DETAIL), NOW)))
        .isInstanceOf(Decision.Done.class);
  }

  @Test
  void followsThePolicyWhereNothingCanBeAsked() {
    Attempt lost = sending("smtp", new Outcome.Unknown<>(DETAIL));
    assertThat(next(route(WhenUnknown.AT_MOST_ONCE, SMTP, POSTMARK), lost))
        .isInstanceOf(Decision.HoldUncertain.class);
    assertThat(next(route(WhenUnknown.AT_LEAST_ONCE, SMTP, POSTMARK), lost))
        .isInstanceOfSatisfying(
            Decision.Send.class, send -> assertThat(send.connection()).isEqualTo("postmark"));
  }

  @Test
  void waitsForSomebodyToMendTheOnlyConnectionAndNoticesThatTheyDid() {
    Attempt broken = sending("smtp", new Outcome.ConnectionBroken<>(DETAIL));
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, SMTP);
    assertThat(next(route, broken))
        .isInstanceOfSatisfying(
            Decision.RetryLater.class,
            later -> {
              assertThat(later.after()).isEqualTo(Duration.ofMinutes(5));
              assertThat(later.reason()).contains("until someone mends one", "500 x: words");
            });
    Candidate changed =
        new Candidate(
            "smtp", new Settling.None(), new Candidate.Breaker.Closed(), NOW.plusSeconds(30));
    assertThat(
            router.next(
                route(WhenUnknown.AT_MOST_ONCE, changed), List.of(broken), NOW.plusSeconds(31)))
        .isInstanceOf(Decision.Send.class);
    assertThat(router.next(route, List.of(broken), NOW.plus(Duration.ofMinutes(5))))
        .as("a quota fills up without anybody changing anything")
        .isInstanceOf(Decision.Send.class);
    assertThat(router.next(route, List.of(broken), NOW.plus(Duration.ofHours(24))))
        .isInstanceOfSatisfying(
            Decision.Fail.class, fail -> assertThat(fail.reason()).contains("older than 24 h"));
  }

  @Test
  void looksAgainSoonWhileABrokenConnectionRestsForLong() {
    Candidate resting =
        new Candidate(
            "smtp",
            new Settling.None(),
            new Candidate.Breaker.Open(NOW.plus(Duration.ofHours(2)), true, "401 10: bad token"));
    assertThat(next(route(WhenUnknown.AT_MOST_ONCE, resting)))
        .isInstanceOfSatisfying(
            Decision.RetryLater.class,
            later -> {
              assertThat(later.after()).isEqualTo(Duration.ofMinutes(5));
              assertThat(later.reason()).contains("401 10: bad token");
            });
  }

  /// Resend refuses the repeat of a key with other bytes: so the first one arrived.
  @Test
  void aRefusalOfTheRepeatDoesNotSettleTheUnknown() {
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, RESEND, SMTP);
    Attempt lost = sending("resend", new Outcome.Unknown<>(DETAIL));
    Detail conflict = new Detail(409, "invalid_idempotent_request", "other bytes", "");
    assertThat(next(route, lost, sending("resend", new Outcome.RefusedRequest<>(conflict))))
        .isInstanceOfSatisfying(
            Decision.HoldUncertain.class,
            hold -> assertThat(hold.reason()).contains("invalid_idempotent_request"));
  }

  @Test
  void aRefusalByTheFallbackDoesNotSettleTheUnknown() {
    EmailRoute route = route(WhenUnknown.AT_LEAST_ONCE, POSTMARK, SMTP);
    Attempt lost = sending("postmark", new Outcome.Unknown<>(DETAIL));
    Attempt missing = new Attempt.Looking("postmark", new LookedUp.Missing(DETAIL), NOW);
    for (Outcome<Sent> refusal :
        List.<Outcome<Sent>>of(
            new Outcome.RefusedRecipient<>(DETAIL), new Outcome.RefusedRequest<>(DETAIL))) {
      assertThat(next(route, lost, missing, missing, sending("smtp", refusal)))
          .isInstanceOfSatisfying(
              Decision.HoldUncertain.class,
              hold -> assertThat(hold.connection()).isEqualTo("postmark"));
    }
  }

  @Test
  void saysWhichRecipientsWillGetNothing() {
    Sent partly = new Sent("id", List.of("gone@example.net"));
    assertThat(
            next(
                    route(WhenUnknown.AT_MOST_ONCE, SMTP),
                    sending("smtp", new Outcome.Accepted<>(partly, DETAIL)))
                .reason())
        .contains("will not deliver to gone@example.net");
  }

  @Test
  void usesANamedConnectionAloneAndRefusesAnUnknownName() {
    EmailRoute route = route(WhenUnknown.AT_MOST_ONCE, POSTMARK, SMTP);
    assertThat(next(route.named("smtp"), sending("smtp", passing())))
        .isInstanceOf(Decision.RetryLater.class);
    assertThatThrownBy(() -> route.named("sendgrid"))
        .isInstanceOf(NoSuchEmailProviderException.class)
        .hasMessage(
            "the email provider 'sendgrid' is not configured; configured are: postmark, smtp");
  }
}
