package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Attempt;
import dev.tenon.connector.email.Candidate;
import dev.tenon.connector.email.Decision;
import dev.tenon.connector.email.EmailBreakers;
import dev.tenon.connector.email.EmailRoute;
import dev.tenon.connector.email.EmailRouter;
import dev.tenon.connector.email.Sent;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends messages: asks the router what to do next, writes that an attempt begins, makes it, writes
/// how it ended, until the message has an end or must wait.
///
/// A batch goes in rounds, each with one commit before the calls and one after. The commit before
/// is what makes a crash harmless: an attempt without an end is an unknown outcome, and the router
/// knows what each provider allows then.
public final class EmailSender implements JobHandler {
  /// The kind of its jobs; the payload is the message's UUID.
  public static final String KIND = "email.send";

  private static final Logger LOG = LoggerFactory.getLogger(EmailSender.class);
  private static final Duration AGE_MAX = Duration.ofHours(24);

  private final Database database;
  private final MessageStore store = new MessageStore();
  private final EmailConnections connections;
  private final EmailBreakers breakers;
  private final EmailRouter router = new EmailRouter();
  private final MailSeal seal;
  private final Events events;
  private final InstantSource clock;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();

  public EmailSender(
      Database database,
      EmailConnections connections,
      EmailBreakers breakers,
      MailSeal seal,
      Events events,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.breakers = breakers;
    this.seal = seal;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return KIND;
  }

  /// For faults of ours; the faults of providers are the router's.
  @Override
  public RetrySchedule schedule() {
    return RetrySchedule.FACTS;
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    List<EmailConnections.Ready> ready = connections.of(tenant);
    List<Sending> open = load(tenant, batch);
    endWithoutMessage(tenant, batch, open, jobs);
    while (!open.isEmpty()) {
      open = round(tenant, ready, open, jobs);
    }
  }

  /// A job whose message is gone has nothing left to do; kept, it would come back for ever.
  private void endWithoutMessage(TenantId tenant, List<Job> batch, List<Sending> open, Jobs jobs) {
    Map<Job, JobEnd> gone = new HashMap<>();
    batch.forEach(job -> gone.put(job, new JobEnd.Dead("its message is not there any more")));
    open.forEach(sending -> gone.remove(sending.job));
    if (!gone.isEmpty()) {
      database.useEngine(tx -> jobs.end(tx, tenant, gone));
    }
  }

  /// A message under way.
  private static final class Sending {
    final Job job;
    final MessageStore.Row row;
    final StoredMail mail;
    final List<Attempt> attempts = new ArrayList<>();
    int number;

    Sending(Job job, MessageStore.Row row, StoredMail mail) {
      this.job = job;
      this.row = row;
      this.mail = mail;
    }
  }

  private List<Sending> load(TenantId tenant, List<Job> batch) {
    Map<UUID, Job> byMessage = new HashMap<>();
    batch.forEach(job -> byMessage.put(UUID.fromString(job.payload()), job));
    Map<UUID, Sending> open = new HashMap<>();
    database.useTenant(
        tenant,
        tx -> {
          for (MessageStore.Row row : store.toSend(tx, byMessage.keySet())) {
            Job job = byMessage.get(row.id);
            if (job != null) {
              byte[] plain = seal.open(tenant, row.id, row.sealed);
              open.put(row.id, new Sending(job, row, StoredMail.read(plain)));
            }
          }
          for (AttemptRow attempt : store.attempts(tx, byMessage.keySet())) {
            Sending sending = open.get(attempt.message());
            if (sending != null) {
              sending.attempts.add(attempt.toAttempt());
              sending.number = attempt.number();
            }
          }
        });
    return new ArrayList<>(open.values());
  }

  /// One step for every open message; answers those that go on at once.
  private List<Sending> round(
      TenantId tenant, List<EmailConnections.Ready> ready, List<Sending> open, Jobs jobs) {
    Instant now = clock.instant();
    List<Call> toMake = new ArrayList<>();
    Map<Sending, Decision> ended = new HashMap<>();
    for (Sending sending : open) {
      Decision decision = decide(ready, sending, now);
      Call call = call(ready, sending, decision, now);
      if (call == null) {
        ended.put(sending, decision);
      } else {
        toMake.add(call);
      }
    }
    finish(tenant, ended, jobs, now);
    if (toMake.isEmpty()) {
      return List.of();
    }
    database.useTenant(tenant, tx -> store.begin(tx, toMake.stream().map(c -> c.row).toList()));
    List<AttemptRow> rows = make(toMake);
    for (int i = 0; i < rows.size(); i++) {
      toMake.get(i).sending.attempts.add(rows.get(i).toAttempt());
    }
    return afterCalls(tenant, ready, toMake, rows, jobs);
  }

  /// Writes how the calls ended, together with the ends of messages that follow from it.
  private List<Sending> afterCalls(
      TenantId tenant,
      List<EmailConnections.Ready> ready,
      List<Call> made,
      List<AttemptRow> rows,
      Jobs jobs) {
    Instant now = clock.instant();
    Map<Sending, Decision> ended = new HashMap<>();
    List<Sending> open = new ArrayList<>();
    for (Call call : made) {
      Decision decision = decide(ready, call.sending, now);
      if (call(ready, call.sending, decision, now) == null) {
        ended.put(call.sending, decision);
      } else {
        call.sending.number--;
        open.add(call.sending);
      }
    }
    for (Call call : made) {
      call.sending.number = Math.max(call.sending.number, call.row.number());
    }
    database.useEngine(
        tx -> {
          int _ =
              tx.asTenant(
                  tenant,
                  inTenant -> {
                    store.end(inTenant, rows, now);
                    return writeEnds(inTenant, ended, now);
                  });
          jobs.end(tx, tenant, jobEnds(ended));
        });
    return open;
  }

  private void finish(TenantId tenant, Map<Sending, Decision> ended, Jobs jobs, Instant now) {
    if (ended.isEmpty()) {
      return;
    }
    database.useEngine(
        tx -> {
          int _ = tx.asTenant(tenant, inTenant -> writeEnds(inTenant, ended, now));
          jobs.end(tx, tenant, jobEnds(ended));
        });
  }

  private Decision decide(List<EmailConnections.Ready> ready, Sending sending, Instant now) {
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
            EmailRoute.WhenUnknown.valueOf(sending.row.policy.toUpperCase(java.util.Locale.ROOT)),
            sending.row.createdAt,
            AGE_MAX);
    return router.next(route, sending.attempts, now);
  }

  /// Nothing to send through: wait for somebody to set a connection, and never call a message
  /// failed that an earlier attempt may have sent.
  private static Decision withoutConnections(Sending sending, Instant now) {
    String why = "no email connection is set for this tenant or the platform";
    if (now.isBefore(sending.row.createdAt.plus(AGE_MAX))) {
      return new Decision.RetryLater(Duration.ofMinutes(1), why);
    }
    return sending.attempts.stream()
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

  /// A call about to be made.
  private record Call(
      Sending sending, EmailConnections.Ready connection, boolean looking, AttemptRow row) {}

  /// The call that a decision asks for now, or null when it asks for none or for a wait.
  private static @org.jspecify.annotations.Nullable Call call(
      List<EmailConnections.Ready> ready, Sending sending, Decision decision, Instant now) {
    return switch (decision) {
      case Decision.Send send -> call(ready, sending, send.connection(), false, send, now);
      case Decision.RepeatSame same ->
          same.after().isPositive()
              ? null
              : call(ready, sending, same.connection(), false, same, now);
      case Decision.LookUp look ->
          look.after().isPositive()
              ? null
              : call(ready, sending, look.connection(), true, look, now);
      case Decision.RetryLater _,
          Decision.Done _,
          Decision.Suppress _,
          Decision.Fail _,
          Decision.HoldUncertain _ ->
          null;
    };
  }

  private static Call call(
      List<EmailConnections.Ready> ready,
      Sending sending,
      String connection,
      boolean looking,
      Decision decision,
      Instant now) {
    EmailConnections.Ready chosen =
        ready.stream().filter(one -> one.name().equals(connection)).findFirst().orElseThrow();
    sending.number++;
    return new Call(
        sending,
        chosen,
        looking,
        AttemptRow.started(
            sending.row.id,
            sending.number,
            chosen.connection(),
            chosen.provider().name(),
            looking ? "looking" : "sending",
            decision.reason(),
            now));
  }

  private List<AttemptRow> make(List<Call> toMake) {
    List<Future<AttemptRow>> futures =
        toMake.stream().map(c -> calls.submit(() -> make(c))).toList();
    List<AttemptRow> rows = new ArrayList<>(toMake.size());
    for (Future<AttemptRow> future : futures) {
      try {
        rows.add(future.get());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped while sending", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a connector threw", e.getCause());
      }
    }
    return rows;
  }

  private AttemptRow make(Call call) {
    String id = Ids.write(Prefix.MESSAGE, call.sending.row.id);
    var message = call.sending.mail.toMessage(id);
    if (call.looking) {
      return call.row.ended(call.connection.provider().lookUp(message));
    }
    var outcome = call.connection.provider().send(message, id);
    String name = call.connection.name();
    breakers.record(name, outcome);
    router
        .alert(new Attempt.Sending(name, outcome, clock.instant()))
        .ifPresent(text -> LOG.error("{} ({})", text, call.connection.provider().name()));
    return call.row.ended(outcome);
  }

  private int writeEnds(TenantTx tx, Map<Sending, Decision> ended, Instant now) {
    List<MessageStore.End> ends = new ArrayList<>();
    List<NewEvent> told = new ArrayList<>();
    ended.forEach(
        (sending, decision) -> {
          MessageStore.End end = end(tx, sending, decision);
          ends.add(end);
          eventOf(end.state())
              .ifPresent(
                  type ->
                      told.add(
                          new NewEvent(
                              type,
                              Ids.write(Prefix.MESSAGE, sending.row.id),
                              eventData(end),
                              sending.job.cause())));
        });
    store.finish(tx, ends, now);
    events.tell(tx, told);
    return ends.size();
  }

  private static Map<String, @org.jspecify.annotations.Nullable Object> eventData(
      MessageStore.End end) {
    Map<String, @org.jspecify.annotations.Nullable Object> data = new HashMap<>();
    data.put("state", end.state());
    data.put("provider", end.sentBy());
    data.put("reason", end.reason());
    return data;
  }

  private static java.util.Optional<EventType> eventOf(String state) {
    return switch (state) {
      case "sent" -> java.util.Optional.of(EventType.MESSAGE_SENT);
      case "failed", "suppressed" -> java.util.Optional.of(EventType.MESSAGE_FAILED);
      case "uncertain" -> java.util.Optional.of(EventType.MESSAGE_UNCERTAIN);
      default -> java.util.Optional.empty();
    };
  }

  private MessageStore.End end(TenantTx tx, Sending sending, Decision decision) {
    UUID id = sending.row.id;
    return switch (decision) {
      case Decision.Done done ->
          new MessageStore.End(
              id,
              "sent",
              providerOf(tx.tenant(), done.connection()),
              done.sent().providerMessageId(),
              done.reason());
      case Decision.Suppress suppress ->
          new MessageStore.End(id, "suppressed", null, null, suppress.reason());
      case Decision.Fail fail -> new MessageStore.End(id, "failed", null, null, fail.reason());
      case Decision.HoldUncertain hold ->
          new MessageStore.End(id, "uncertain", null, null, hold.reason());
      case Decision.RetryLater _, Decision.Send _, Decision.RepeatSame _, Decision.LookUp _ ->
          new MessageStore.End(id, "queued", null, null, decision.reason());
    };
  }

  private @org.jspecify.annotations.Nullable String providerOf(TenantId tenant, String connection) {
    return connections.of(tenant).stream()
        .filter(one -> one.name().equals(connection))
        .map(one -> one.provider().name())
        .findFirst()
        .orElse(null);
  }

  private static Map<Job, JobEnd> jobEnds(Map<Sending, Decision> ended) {
    Map<Job, JobEnd> ends = new HashMap<>();
    ended.forEach(
        (sending, decision) ->
            ends.put(
                sending.job,
                switch (decision) {
                  case Decision.RetryLater later -> new JobEnd.Later(later.reason(), later.after());
                  case Decision.RepeatSame same -> new JobEnd.Later(same.reason(), same.after());
                  case Decision.LookUp look -> new JobEnd.Later(look.reason(), look.after());
                  case Decision.Send _,
                      Decision.Done _,
                      Decision.Suppress _,
                      Decision.Fail _,
                      Decision.HoldUncertain _ ->
                      new JobEnd.Done(decision.reason());
                }));
    return ends;
  }
}
