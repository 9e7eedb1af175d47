package dev.tenon.email;

import dev.tenon.connection.Connections;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.event.Events;
import dev.tenon.event.EventsFit;
import dev.tenon.id.Ids;
import dev.tenon.number.Figures;
import dev.tenon.number.MailTally;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.work.Job;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// The way of a message from its job to its end, on a real database with providers that answer as
/// the test says, two of them on the tenant's route.
@SuppressWarnings("NullAway.Init")
abstract class MailBed {
  @TempDir private static Path folder;
  final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.now().truncatedTo(ChronoUnit.MICROS));
  final InstantSource clock = now::get;
  final TenantId tenant = new TenantId(UUID.randomUUID());
  final ScriptedProvider first = new ScriptedProvider("first");
  final ScriptedProvider second = new ScriptedProvider("second");
  final List<EmailConnections.Ready> ready = new ArrayList<>();
  final OpenSeal seal = new OpenSeal();
  final Tally tally = new Tally();
  private TestDatabase database;
  Database db;
  Connections connections;
  SharedBreakers breakers;
  EmailSender sender;
  Jobs jobs;
  Messages messages;

  @BeforeEach
  final void start() {
    database = TestDatabase.fresh();
    db = database.open();
    var ids = new Ids(clock);
    Path keyFile = folder.resolve(UUID.randomUUID() + ".key");
    Vault.createKeyFile(keyFile);
    connections = new Connections(db, Vault.open(keyFile, db, clock), ids, clock);
    execute(
        "insert into tenon.tenant values ('%s', 'T', null, 'active', now())"
            .formatted(tenant.uuid()));
    execute(
        "insert into tenon.sender values ('%s', 'hello@acme.test', 'Acme', 'Acme', true, now())"
            .formatted(tenant.uuid()));
    ready.add(connection(first));
    ready.add(connection(second).at(1, 1));
    breakers = new SharedBreakers(db, connections, clock);
    sender =
        new EmailSender(
            db,
            (_, _, _) -> List.copyOf(ready),
            breakers,
            new MailMaker(EmailTemplates.builtIn(), MailDefaults.NONE, clock),
            seal,
            new Events(ids, clock),
            tally,
            clock);
    jobs = new Jobs(List.of(sender), ids, clock, new Signal());
    messages = new Messages(EmailTemplates.builtIn(), seal, jobs, ids, clock);
  }

  @AfterEach
  final void stop() {
    sender.close();
    db.close();
    EventsFit.check(database);
    database.close();
  }

  private EmailConnections.Ready connection(ScriptedProvider provider) {
    UUID id = UUID.randomUUID();
    execute(
        """
        insert into tenon.connection (tenant_id, id, provider, name, environment, state, settings,
          created_at, updated_at)
        values ('%s', '%s', '%s', 'c', 'development', 'active', '{}', '%s', '%s')
        """
            .formatted(tenant.uuid(), id, provider.name(), now.get(), now.get()));
    return new EmailConnections.Ready(tenant, id, provider, false, now.get());
  }

  /// Time passes, and whatever waited for it is ready.
  final void later(Duration time) {
    now.set(now.get().plus(time));
    execute(
        "update tenon.waiting_job set wake_at = null, token = null where wake_at <= '%s'"
            .formatted(now.get()));
  }

  final UUID queue(String to) {
    return queue(to, (Instant) null);
  }

  final UUID queue(String to, @Nullable Instant sendAt) {
    return queue(to, sendAt, MailPriority.NORMAL);
  }

  final UUID queue(String to, @Nullable Instant sendAt, MailPriority priority) {
    return db.asTenant(
        tenant,
        tx ->
            messages.send(
                tx,
                new MailRequest(
                    null,
                    null,
                    List.of(EmailAddress.of(to)),
                    List.of(),
                    List.of(),
                    List.of(),
                    new MailRequest.Content.Template("welcome", Map.of("customer_name", "Ada")),
                    "outbound",
                    "at_most_once",
                    null,
                    Map.of(),
                    priority,
                    sendAt)));
  }

  final UUID queueFrom(String from, Instant sendAt) {
    return db.asTenant(
        tenant,
        tx ->
            messages.send(
                tx,
                new MailRequest(
                    null,
                    EmailAddress.of(from),
                    List.of(EmailAddress.of("ada@customer.test")),
                    List.of(),
                    List.of(),
                    List.of(),
                    new MailRequest.Content.Parts("Hi", "", "Hello"),
                    "outbound",
                    "at_most_once",
                    null,
                    Map.of(),
                    MailPriority.NORMAL,
                    sendAt)));
  }

  /// With copies, of words of its own.
  final UUID queueWithCopies(String to, List<String> cc) {
    return db.asTenant(
        tenant,
        tx ->
            messages.send(
                tx,
                new MailRequest(
                    null,
                    null,
                    List.of(EmailAddress.of(to)),
                    cc.stream().map(EmailAddress::of).toList(),
                    List.of(),
                    List.of(),
                    new MailRequest.Content.Parts("Hi", "", "Hello"),
                    "outbound",
                    "at_most_once",
                    null,
                    Map.of(),
                    MailPriority.NORMAL,
                    null)));
  }

  final boolean cancel(UUID message) {
    return db.asTenant(tenant, tx -> messages.cancel(tx, message));
  }

  final Optional<UUID> resend(UUID message) {
    return db.asTenant(
        tenant, tx -> messages.resend(tx, message, null, "at_most_once", MailPriority.NORMAL));
  }

  final void runAll() {
    sender.run(tenant, claim(), jobs);
  }

  final List<Job> claim() {
    return db.asEngine(
        tx ->
            tx.handle()
                .createQuery(
                    """
                    update waiting_job
                    set token = nextval('job_token'), wake_at = :until, starts = starts + 1
                    where wake_at is null
                    returning id, kind, payload, priority, failures, starts, created_at, token
                    """)
                .bind("until", now.get().plusSeconds(60))
                .map(
                    (row, _) ->
                        new Job(
                            tenant,
                            row.getObject("id", UUID.class),
                            row.getString("kind"),
                            1,
                            row.getString("payload"),
                            null,
                            row.getInt("priority"),
                            row.getInt("failures"),
                            row.getInt("starts"),
                            0,
                            now.get(),
                            row.getLong("token")))
                .list());
  }

  final void expireLeases() {
    execute("update tenon.waiting_job set wake_at = null, token = null");
  }

  final void execute(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  final List<String> rows(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      List<String> out = new ArrayList<>();
      while (rows.next()) {
        out.add(rows.getString(1));
      }
      return out;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// What was counted, by stream and provider.
  static final class Tally implements MailTally {
    final List<String> counted = new CopyOnWriteArrayList<>();

    @Override
    public void add(TenantId tenant, String stream, String provider, Figures figures) {
      counted.add(
          "%s/%s sent %d failed %d uncertain %d possible_duplicates %d"
              .formatted(
                  stream,
                  provider,
                  figures.sent(),
                  figures.failed(),
                  figures.uncertain(),
                  figures.possibleDuplicates()));
    }

    @Override
    public void standsIn(
        TenantId owner, UUID connection, String stream, String insteadOf, String provider) {}
  }

  /// Seals nothing; one message can be made unreadable.
  static final class OpenSeal implements MailSeal {
    volatile UUID broken = new UUID(0, 0);

    @Override
    public byte[] seal(TenantId owner, UUID message, byte[] plain) {
      return plain;
    }

    @Override
    public byte[] open(TenantId owner, UUID message, byte[] stored) {
      if (message.equals(broken)) {
        throw new IllegalStateException("does not open");
      }
      return stored;
    }
  }
}
