package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Candidate;
import dev.tenon.connector.email.Decision;
import dev.tenon.connector.email.EmailRoute;
import dev.tenon.connector.email.EmailRouter;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.number.Figures;
import dev.tenon.number.MailTally;
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
/// without an end is an unknown outcome, and the router knows what each provider allows then. Where
/// it allows to repeat the same bytes, those are in the same commit, so that a repeat by a newer
/// version of this program still sends them.
final class MailCourse {
  private static final Logger LOG = LoggerFactory.getLogger(MailCourse.class);

  /// How long a message is worth sending, from when it could be sent first.
  static final Duration AGE_MAX = Duration.ofHours(24);

  private static final Duration LOOK_FOR_CONNECTIONS_EVERY = Duration.ofMinutes(1);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  /// A connection after its rest takes one call at a time, so a decision may come too late. No more
  /// connections than this are on a route.
  private static final int TOO_LATE_MAX = 20;

  private final SharedBreakers breakers;
  private final SharedPace pace;
  private final EmailRouter router = new EmailRouter();
  private final MailSeal seal;
  private final MailTally tally;
  private final InstantSource clock;

  MailCourse(
      SharedBreakers breakers,
      SharedPace pace,
      MailSeal seal,
      MailTally tally,
      InstantSource clock) {
    this.breakers = breakers;
    this.pace = pace;
    this.seal = seal;
    this.tally = tally;
    this.clock = clock;
  }

  /// Runs until the message is over, waits, or is no longer ours; false where it could not go on,
  /// since the job is another worker's or somebody else has moved the message.
  ///
  /// @param ready the connections it may go through, the default first
  boolean run(Sending sending, List<EmailConnections.Ready> ready, MailLedger ledger) {
    @Nullable AttemptRow ended = null;
    int tooLate = 0;
    while (true) {
      Instant now = clock.instant();
      Decision decision = decide(sending, ready, now);
      Optional<Call> call = call(sending, ready, decision, now);
      if (call.isPresent() && call.get().sends()) {
        Optional<Duration> wait = pace.wait(call.get().connection(), sending.job.priority());
        if (wait.isPresent()) {
          decision = new Decision.RetryLater(wait.get(), paced(call.get().connection()));
          call = Optional.empty();
        }
      }
      if (call.isPresent() && call.get().sends() && !breakers.enter(call.get().connection())) {
        if (++tooLate < TOO_LATE_MAX) {
          continue;
        }
        decision = new Decision.RetryLater(LOOK_AGAIN, decision.reason());
        call = Optional.empty();
      }
      if (call.isEmpty()) {
        MailEnd end = end(sending, ready, decision);
        if (ledger.write(Step.last(sending.job, ended, end))) {
          count(sending, ready, decision, end, now);
        }
        return true;
      }
      if (call.get().sends() && !(decision instanceof Decision.RepeatSame)) {
        sending.beginsAnew(router.isUnsettled(sending.attempts()));
      }
      if (!ledger.write(Step.next(sending.job, ended, call.get().row(), sending.gotNone()))) {
        LOG.info("message {} is no longer this worker's to send", sending.publicId());
        return false;
      }
      ended = make(sending, call.get());
      sending.tried(ended);
    }
  }

  private static String paced(EmailConnections.Ready connection) {
    return "'%s' is given %d mails a second at most; this one waits for its turn"
        .formatted(connection.name(), connection.ratePerSecond());
  }

  private void count(
      Sending sending,
      List<EmailConnections.Ready> ready,
      Decision decision,
      MailEnd end,
      Instant now) {
    String stream = sending.message.stream();
    if (!(decision instanceof Decision.Done done)) {
      if (end.event().isPresent()) {
        tally.add(sending.job.tenant(), stream, "", Figures.ofUnsent(end.state()));
      }
      return;
    }
    Optional<EmailConnections.Ready> took = named(ready, done.connection());
    EmailConnections.Ready first = ready.isEmpty() ? null : ready.getFirst();
    boolean byFallback =
        took.isPresent() && first != null && !took.get().connection().equals(first.connection());
    tally.add(
        sending.job.tenant(),
        stream,
        took.map(one -> one.provider().name()).orElse(""),
        Figures.ofSent(Duration.between(sending.dueAt, now), byFallback));
    if (byFallback && first != null) {
      tally.standsIn(
          first.owner(),
          first.connection(),
          stream,
          first.provider().name(),
          took.get().provider().name());
    }
  }

  /// What the router decides, unless the suppression list forbids it: it leaves nobody to send it
  /// to, or somebody who stands in the bytes that would have to be repeated. Asking what became of
  /// an earlier try goes on all the same.
  private Decision decide(Sending sending, List<EmailConnections.Ready> ready, Instant now) {
    Decision decision = route(sending, ready, now);
    List<String> since = sending.suppressedSince();
    if (decision instanceof Decision.RepeatSame same && !since.isEmpty()) {
      return new Decision.HoldUncertain(
          same.connection(),
          "it may have been sent before, and the same bytes would go to who is on the suppression"
              + " list by now: "
              + String.join(", ", since));
    }
    if (!sending.isNobodyLeft() || !(decision instanceof Decision.Send send)) {
      return decision;
    }
    String why = "its recipients are on the suppression list" + sending.leftOutWords();
    return router.isUnsettled(sending.attempts())
        ? new Decision.HoldUncertain(send.connection(), "it may have been sent before; now " + why)
        : new Decision.Suppress(send.connection(), why);
  }

  private Decision route(Sending sending, List<EmailConnections.Ready> ready, Instant now) {
    if (ready.isEmpty()) {
      return withoutConnections(sending, now);
    }
    List<Candidate> candidates =
        ready.stream()
            .map(
                one ->
                    new Candidate(
                        one.name(),
                        one.provider().settling(),
                        breakers.state(one),
                        one.changedAt()))
            .toList();
    var route =
        new EmailRoute(
            candidates,
            EmailRoute.WhenUnknown.valueOf(sending.policy.toUpperCase(Locale.ROOT)),
            sending.dueAt,
            AGE_MAX);
    return router.next(route, sending.attempts(), now);
  }

  /// Nothing to send through: wait for somebody to set a connection, and never call a message
  /// failed that an earlier attempt may have sent.
  private Decision withoutConnections(Sending sending, Instant now) {
    String why = "no email connection is set, or none is switched on, for this tenant";
    if (now.isBefore(sending.dueAt.plus(AGE_MAX))) {
      return new Decision.RetryLater(LOOK_FOR_CONNECTIONS_EVERY, why);
    }
    return router.isUnsettled(sending.attempts())
        ? new Decision.HoldUncertain(
            sending.attempts().getLast().connection(),
            "it may have been sent before; since then " + why)
        : new Decision.Fail(why);
  }

  /// A call about to be made; whether it sends or only asks stands in its row.
  ///
  /// @param request the bytes to send, where the provider settles by their repeat. Never changed
  @SuppressWarnings("ArrayRecordComponent")
  private record Call(
      EmailConnections.Ready connection, AttemptRow row, byte @Nullable [] request) {
    boolean sends() {
      return row.kind().equals("sending");
    }
  }

  /// The call that a decision asks for now; none when it asks for an end or a wait.
  private Optional<Call> call(
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

  private Call call(
      Sending sending,
      List<EmailConnections.Ready> ready,
      String connection,
      String kind,
      Decision decision,
      Instant now) {
    EmailConnections.Ready chosen = named(ready, connection).orElseThrow();
    AttemptRow row =
        AttemptRow.started(
            sending.job.tenant(),
            sending.id,
            sending.nextNumber(),
            chosen.connection(),
            chosen.provider().name(),
            kind,
            decision.reason() + sending.leftOutWords(),
            now);
    if (!kind.equals("sending")
        || !(chosen.provider().settling() instanceof Settling.RepeatWithSameKey)) {
      return new Call(chosen, row, null);
    }
    Optional<byte[]> before = sending.request(chosen.connection());
    if (before.isPresent()) {
      return new Call(
          chosen, row, seal.openRequest(sending.job.tenant(), sending.id, before.get()));
    }
    return chosen
        .provider()
        .request(sending.message)
        .map(
            bytes ->
                new Call(
                    chosen,
                    row.with(seal.sealRequest(sending.job.tenant(), sending.id, bytes)),
                    bytes))
        .orElseGet(() -> new Call(chosen, row, null));
  }

  private AttemptRow make(Sending sending, Call call) {
    EmailConnections.Ready connection = call.connection();
    if (!call.sends()) {
      return call.row().ended(connection.provider().lookUp(sending.message), clock.instant());
    }
    byte[] request = call.request();
    Outcome<Sent> outcome =
        request == null
            ? connection.provider().send(sending.message, sending.publicId())
            : connection.provider().sendRequest(request, sending.publicId());
    breakers.record(connection, outcome);
    return call.row().ended(outcome, clock.instant());
  }

  private MailEnd end(Sending sending, List<EmailConnections.Ready> ready, Decision decision) {
    String provider =
        decision instanceof Decision.Done done
            ? named(ready, done.connection()).map(one -> one.provider().name()).orElse("")
            : "";
    MailEnd end =
        MailEnd.of(
            sending.job, sending.about, decision, provider, router.isUnsettled(sending.attempts()));
    return switch (decision) {
      case Decision.Done _ -> end.leavingOut(sending.gotNone(), sending.gotNoneWords());
      case Decision.Suppress _ -> end.leavingOut(sending.leftOut(), sending.leftOutWords());
      case Decision.Send _,
          Decision.RepeatSame _,
          Decision.LookUp _,
          Decision.RetryLater _,
          Decision.Fail _,
          Decision.HoldUncertain _ ->
          end.leavingOut(sending.gotNone(), "");
    };
  }

  private static Optional<EmailConnections.Ready> named(
      List<EmailConnections.Ready> ready, String name) {
    return ready.stream().filter(one -> one.name().equals(name)).findFirst();
  }
}
