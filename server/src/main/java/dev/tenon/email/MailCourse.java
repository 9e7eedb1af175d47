package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Attempt;
import dev.tenon.connector.email.Candidate;
import dev.tenon.connector.email.Decision;
import dev.tenon.connector.email.EmailBreakers;
import dev.tenon.connector.email.EmailRoute;
import dev.tenon.connector.email.EmailRouter;
import dev.tenon.connector.email.Sent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes one message as far as it goes now: asks the router what to do, writes that an attempt
/// begins, makes it, writes how it ended together with what follows, until the message is over or
/// has to wait.
///
/// Nothing is sent before the commit that says so. That is what makes a crash harmless: an attempt
/// without an end is an unknown outcome, and the router knows what each provider allows then.
final class MailCourse {
  private static final Logger LOG = LoggerFactory.getLogger(MailCourse.class);
  private static final Duration AGE_MAX = Duration.ofHours(24);
  private static final Duration LOOK_FOR_CONNECTIONS_EVERY = Duration.ofMinutes(1);

  private final EmailBreakers breakers;
  private final EmailRouter router = new EmailRouter();
  private final InstantSource clock;

  MailCourse(EmailBreakers breakers, InstantSource clock) {
    this.breakers = breakers;
    this.clock = clock;
  }

  /// Runs until the message is over, waits, or is no longer ours.
  ///
  /// @param ready the connections it may go through, the default first
  void run(Sending sending, List<EmailConnections.Ready> ready, MailLedger ledger) {
    @Nullable AttemptRow ended = null;
    while (true) {
      Instant now = clock.instant();
      Decision decision = decide(sending, ready, now);
      Optional<Call> call = call(sending, ready, decision, now);
      if (call.isEmpty()) {
        boolean _ = ledger.write(Step.last(sending.job, ended, end(sending, ready, decision)));
        return;
      }
      if (!ledger.write(Step.next(sending.job, ended, call.get().row()))) {
        LOG.info("message {} is no longer this worker's to send", sending.publicId());
        return;
      }
      ended = make(sending, call.get());
      sending.tried(ended);
    }
  }

  private Decision decide(Sending sending, List<EmailConnections.Ready> ready, Instant now) {
    if (ready.isEmpty()) {
      return withoutConnections(sending, now);
    }
    List<Candidate> candidates =
        ready.stream()
            .map(
                one ->
                    new Candidate(
                        one.name(), one.provider().settling(), breakers.state(one.name())))
            .toList();
    var route =
        new EmailRoute(
            candidates,
            EmailRoute.WhenUnknown.valueOf(sending.policy.toUpperCase(Locale.ROOT)),
            sending.createdAt,
            AGE_MAX);
    return router.next(route, sending.attempts(), now);
  }

  /// Nothing to send through: wait for somebody to set a connection, and never call a message
  /// failed that an earlier attempt may have sent.
  private static Decision withoutConnections(Sending sending, Instant now) {
    String why = "no email connection is set for this tenant or the platform";
    if (now.isBefore(sending.createdAt.plus(AGE_MAX))) {
      return new Decision.RetryLater(LOOK_FOR_CONNECTIONS_EVERY, why);
    }
    return sending.attempts().stream()
        .filter(
            attempt ->
                attempt instanceof Attempt.Sending sent
                    && sent.outcome() instanceof Outcome.Unknown<Sent>)
        .findFirst()
        .<Decision>map(
            attempt ->
                new Decision.HoldUncertain(
                    attempt.connection(), "it may have been sent before; since then " + why))
        .orElseGet(() -> new Decision.Fail(why));
  }

  /// A call about to be made; whether it sends or only asks stands in its row.
  private record Call(EmailConnections.Ready connection, AttemptRow row) {}

  /// The call that a decision asks for now; none when it asks for an end or a wait.
  private static Optional<Call> call(
      Sending sending, List<EmailConnections.Ready> ready, Decision decision, Instant now) {
    return switch (decision) {
      case Decision.Send send ->
          Optional.of(call(sending, ready, send.connection(), "sending", send, now));
      case Decision.RepeatSame same when !same.after().isPositive() ->
          Optional.of(call(sending, ready, same.connection(), "sending", same, now));
      case Decision.LookUp look when !look.after().isPositive() ->
          Optional.of(call(sending, ready, look.connection(), "looking", look, now));
      case Decision.RepeatSame _,
          Decision.LookUp _,
          Decision.RetryLater _,
          Decision.Done _,
          Decision.Suppress _,
          Decision.Fail _,
          Decision.HoldUncertain _ ->
          Optional.empty();
    };
  }

  private static Call call(
      Sending sending,
      List<EmailConnections.Ready> ready,
      String connection,
      String kind,
      Decision decision,
      Instant now) {
    EmailConnections.Ready chosen = named(ready, connection).orElseThrow();
    return new Call(
        chosen,
        AttemptRow.started(
            sending.job.tenant(),
            sending.id,
            sending.nextNumber(),
            chosen.connection(),
            chosen.provider().name(),
            kind,
            decision.reason(),
            now));
  }

  private AttemptRow make(Sending sending, Call call) {
    EmailConnections.Ready connection = call.connection();
    if (call.row().kind().equals("looking")) {
      return call.row().ended(connection.provider().lookUp(sending.message));
    }
    Outcome<Sent> outcome = connection.provider().send(sending.message, sending.publicId());
    breakers.record(connection.name(), outcome);
    router
        .alert(new Attempt.Sending(connection.name(), outcome, clock.instant()))
        .ifPresent(LOG::error);
    return call.row().ended(outcome);
  }

  private static MailEnd end(
      Sending sending, List<EmailConnections.Ready> ready, Decision decision) {
    String provider =
        decision instanceof Decision.Done done
            ? named(ready, done.connection()).map(one -> one.provider().name()).orElse("")
            : "";
    return MailEnd.of(sending, decision, provider);
  }

  private static Optional<EmailConnections.Ready> named(
      List<EmailConnections.Ready> ready, String name) {
    return ready.stream().filter(one -> one.name().equals(name)).findFirst();
  }
}
