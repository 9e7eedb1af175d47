package dev.tenon.email;

import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.event.Events;
import dev.tenon.event.MessageLabels;
import dev.tenon.id.Prefix;
import dev.tenon.number.MailTally;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.FaultText;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends messages: reads a batch at once, then lets each message take its own course ([MailCourse])
/// on a thread of its own, so that a slow provider delays nobody else's outcome. What they write is
/// gathered and committed together ([MailLedger]).
public final class EmailSender implements JobHandler, AutoCloseable {
  /// The kind of its jobs; the payload is the message's UUID.
  public static final String KIND = "email.send";

  private static final Logger LOG = LoggerFactory.getLogger(EmailSender.class);
  private static final Duration LOOK_FOR_SENDER_EVERY = Duration.ofMinutes(1);

  private static final Duration LOOK_AT_MOVED_AFTER = Duration.ofSeconds(1);

  private final Database database;
  private final MessageStore store = new MessageStore();
  private final AttemptStore attempts = new AttemptStore();
  private final EmailConnections connections;
  private final MailCourse course;
  private final MailMaker maker;
  private final MailSeal seal;
  private final Events events;
  private final InstantSource clock;
  private final LongMails room = new LongMails();
  private volatile @Nullable MailLedger ledger;

  public EmailSender(
      Database database,
      EmailConnections connections,
      SharedBreakers breakers,
      MailMaker maker,
      MailSeal seal,
      Events events,
      MailTally tally,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.course = new MailCourse(breakers, new SharedPace(database, clock), seal, tally, clock);
    this.maker = maker;
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
  public Optional<String> subject(String payload) {
    return JobHandler.reference(Prefix.MESSAGE, payload);
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    Map<Job, MessageStore.Row> open;
    try {
      open = load(tenant, batch, jobs);
    } catch (RuntimeException e) {
      LOG.error("{} messages of {} can't be loaded", batch.size(), tenant, e);
      batch.forEach(job -> fail(job, e, jobs));
      return;
    }
    MailLedger writing = ledger(jobs);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      open.forEach((job, row) -> threads.execute(() -> run(job, row, writing, jobs)));
    }
  }

  private void run(Job job, MessageStore.Row row, MailLedger writing, Jobs jobs) {
    byte[] sealed = row.sealed;
    if (sealed != null) {
      run(job, row, sealed, writing, jobs);
      return;
    }
    try {
      room.use(row.bytes, () -> runLong(job, row.id, writing, jobs));
    } catch (InterruptedException e) {
      // The server stops; the job comes back when its lease ends.
      Thread.currentThread().interrupt();
    }
  }

  /// A message that was not read with its batch.
  private void runLong(Job job, UUID message, MailLedger writing, Jobs jobs) {
    try {
      List<MessageStore.Row> rows =
          database.asTenant(
              job.tenant(), tx -> store.toSend(tx, List.of(message), Integer.MAX_VALUE));
      for (MessageStore.Row row : rows) {
        byte[] sealed = row.sealed;
        if (sealed != null) {
          run(job, row, sealed, writing, jobs);
        }
      }
    } catch (RuntimeException e) {
      LOG.error("message {} can't be loaded", message, e);
      fail(job, e, jobs);
    }
  }

  private void run(Job job, MessageStore.Row row, byte[] sealed, MailLedger writing, Jobs jobs) {
    try {
      StoredMail mail =
          switch (MailContent.read(seal.open(job.tenant(), row.id, sealed))) {
            case StoredMail made -> made;
            case UnmadeMail unmade -> make(job, row, unmade, writing);
          };
      if (mail == null) {
        return;
      }
      Sending sending = new Sending(job, row, mail);
      boolean wentOn =
          course.run(
              sending,
              EmailConnections.inOrder(
                  connections.of(job.tenant(), sending.message.stream(), sending.namedConnection),
                  sending.publicId()),
              writing);
      if (!wentOn) {
        putBack(job, jobs);
      }
    } catch (RuntimeException | Error e) {
      LOG.error("message {} could not be brought on", row.id, e);
      fail(job, e, jobs);
    }
  }

  /// Makes a mail that waited for its sender, and stores what was made before anything is sent of
  /// it. Null when it waits on or can't be made, which is written then.
  private @Nullable StoredMail make(
      Job job, MessageStore.Row row, UnmadeMail unmade, MailLedger writing) {
    try {
      Optional<StoredMail> made =
          database.asTenant(
              job.tenant(),
              tx ->
                  maker
                      .sender(tx)
                      .map(
                          sender -> {
                            StoredMail mail = maker.make(tx, row.id, sender, unmade);
                            store.made(
                                tx,
                                row.id,
                                mail.from().address(),
                                mail.subject(),
                                seal.seal(job.tenant(), row.id, mail.write()),
                                clock.instant());
                            return mail;
                          }));
      if (made.isPresent()) {
        return made.get();
      }
    } catch (InvalidEmailException | TemplateException e) {
      end(
          writing,
          job,
          MailEnd.failed(job, row.about, "the mail can't be made: " + e.getMessage()));
      return null;
    }
    boolean old = !clock.instant().isBefore(row.dueAt.plus(MailCourse.AGE_MAX));
    end(
        writing,
        job,
        old
            ? MailEnd.failed(job, row.about, MailMaker.NO_SENDER)
            : MailEnd.waits(job, row.about, MailMaker.NO_SENDER, LOOK_FOR_SENDER_EVERY, false));
    return null;
  }

  private static void end(MailLedger writing, Job job, MailEnd end) {
    boolean _ = writing.write(Step.last(job, null, end));
  }

  /// Reads the messages and what was tried for them. A job whose message is gone has nothing left
  /// to do (kept, it would come back for ever).
  private Map<Job, MessageStore.Row> load(TenantId tenant, List<Job> batch, Jobs jobs) {
    Map<UUID, Job> byMessage = new HashMap<>();
    batch.forEach(job -> byMessage.put(UUID.fromString(job.payload()), job));
    List<MessageStore.Row> rows =
        database.asTenant(tenant, tx -> store.toSend(tx, byMessage.keySet(), LongMails.BYTES_MIN));
    Map<Job, MessageStore.Row> open = new LinkedHashMap<>();
    Map<Job, JobEnd> needless = new HashMap<>();
    for (MessageStore.Row row : rows) {
      Job job = byMessage.remove(row.id);
      if (job == null) {
        continue;
      }
      if (row.isOver()) {
        needless.put(job, new JobEnd.Done("its message is " + row.state + " already"));
      } else {
        open.put(job, row);
      }
    }
    byMessage
        .values()
        .forEach(job -> needless.put(job, new JobEnd.Dead("its message is not there any more")));
    if (!needless.isEmpty()) {
      database.useEngine(tx -> jobs.endHeld(tx, needless));
    }
    return open;
  }

  /// Somebody moved the message meanwhile: a report of a provider, or a person. It is looked at
  /// anew, and not left to the end of its lease, which would count as the death of a worker. A job
  /// that is another worker's by now stays with him.
  private void putBack(Job job, Jobs jobs) {
    var later = new JobEnd.Later("its message was moved meanwhile", LOOK_AT_MOVED_AFTER);
    database.useEngine(tx -> jobs.endHeld(tx, Map.of(job, later)));
  }

  /// Counts a fault of ours, so that one that stays ends in a dead job and not in an endless loop.
  /// Where even that can't be written, the job comes back when its lease ends.
  private void fail(Job job, Throwable e, Jobs jobs) {
    try {
      database.useEngine(
          tx -> jobs.endHeld(tx, Map.of(job, new JobEnd.Failed(FaultText.of(e), null))));
    } catch (RuntimeException again) {
      LOG.error("job {} comes back when its lease ends: {}", job.id(), again.toString());
    }
  }

  /// With its job the message ends too, in a state from which it can be sent again.
  @Override
  public void died(EngineTx tx, Job job, int failures) {
    UUID message;
    try {
      message = UUID.fromString(job.payload());
    } catch (IllegalArgumentException e) {
      LOG.error("job {} names no message", job.id(), e);
      return;
    }
    // The text of the fault is for the log: it is ours, and may say more than a tenant should read.
    String reason =
        "a fault of the server, %d times; its log says which. Resend the message when that is mended"
            .formatted(failures);
    attempts
        .giveUp(tx, job.tenant(), message, reason, clock.instant())
        .ifPresent(
            state ->
                tx.asTenant(job.tenant(), own -> MessageLabels.find(own, message))
                    .map(labels -> new MailEnd.About(message, labels))
                    .ifPresent(
                        about ->
                            events.tellAll(
                                tx,
                                List.of(
                                    new Events.Told(
                                        job.tenant(),
                                        MailEnd.told(about, state, null, reason, job.cause()))))));
  }

  /// Made at the first batch, since the jobs are made from their handlers.
  private synchronized MailLedger ledger(Jobs jobs) {
    MailLedger known = ledger;
    if (known == null) {
      known = new MailLedger(database, jobs, events, clock);
      ledger = known;
    }
    return known;
  }

  /// Whether what it writes with lives; so it is before the first mail.
  public boolean isAlive() {
    MailLedger known = ledger;
    return known == null || known.isAlive();
  }

  /// Call it when no batch is under way any more.
  @Override
  public void close() {
    MailLedger known = ledger;
    if (known != null) {
      known.close();
    }
  }
}
