package dev.tenon.email;

import dev.tenon.connector.email.EmailBreakers;
import dev.tenon.db.Database;
import dev.tenon.event.Events;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.FaultText;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
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

  private final Database database;
  private final MessageStore store = new MessageStore();
  private final EmailConnections connections;
  private final MailCourse course;
  private final MailSeal seal;
  private final Events events;
  private final InstantSource clock;
  private volatile @Nullable MailLedger ledger;

  public EmailSender(
      Database database,
      EmailConnections connections,
      EmailBreakers breakers,
      MailSeal seal,
      Events events,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.course = new MailCourse(breakers, clock);
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
    List<Sending> open = load(tenant, batch, jobs);
    MailLedger writing = ledger(jobs);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      open.forEach(sending -> threads.execute(() -> run(sending, writing, jobs)));
    }
  }

  private void run(Sending sending, MailLedger writing, Jobs jobs) {
    try {
      course.run(
          sending,
          connections.of(sending.job.tenant(), sending.message.stream(), sending.namedConnection),
          writing);
    } catch (RuntimeException | Error e) {
      LOG.error("message {} could not be brought on", sending.publicId(), e);
      fail(sending.job, e, jobs);
    }
  }

  /// Reads the messages and what was tried for them. A job whose message is gone has nothing left
  /// to do (kept, it would come back for ever), and one whose mail can't be read concerns no other.
  private List<Sending> load(TenantId tenant, List<Job> batch, Jobs jobs) {
    Map<UUID, Job> byMessage = new HashMap<>();
    batch.forEach(job -> byMessage.put(UUID.fromString(job.payload()), job));
    List<MessageStore.Row> rows =
        database.asTenant(tenant, tx -> store.toSend(tx, byMessage.keySet()));
    List<Sending> open = new ArrayList<>(rows.size());
    Map<Job, JobEnd> needless = new HashMap<>();
    for (MessageStore.Row row : rows) {
      Job job = byMessage.remove(row.id);
      if (job == null) {
        continue;
      }
      if (row.isOver()) {
        needless.put(job, new JobEnd.Done("its message is " + row.state + " already"));
        continue;
      }
      try {
        open.add(new Sending(job, row, StoredMail.read(seal.open(tenant, row.id, row.sealed))));
      } catch (RuntimeException | Error e) {
        LOG.error("message {} can't be read", row.id, e);
        fail(job, e, jobs);
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

  /// Counts a fault of ours, so that one that stays ends in a dead job and not in an endless loop.
  /// Where even that can't be written, the job comes back when its lease ends.
  private void fail(Job job, Throwable e, Jobs jobs) {
    String error = FaultText.of(e);
    try {
      database.useEngine(tx -> jobs.endHeld(tx, Map.of(job, new JobEnd.Failed(error, null))));
    } catch (RuntimeException again) {
      LOG.error("job {} comes back when its lease ends: {}", job.id(), again.toString());
    }
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

  /// Call it when no batch is under way any more.
  @Override
  public void close() {
    MailLedger known = ledger;
    if (known != null) {
      known.close();
    }
  }
}
