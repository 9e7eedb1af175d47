package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailBreakers;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.event.Events;
import dev.tenon.event.EventsFit;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The way of a message from its job to its end, on a real database with providers that answer as
/// the test says.
class EmailSenderTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final InstantSource clock = now::get;
  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final ScriptedProvider first = new ScriptedProvider("first");
  private final ScriptedProvider second = new ScriptedProvider("second");
  private final List<EmailConnections.Ready> ready = new ArrayList<>();
  private final OpenSeal seal = new OpenSeal();
  private TestDatabase database;
  private Database db;
  private EmailSender sender;
  private Jobs jobs;
  private Messages messages;

  @BeforeEach
  void start() {
    database = TestDatabase.fresh();
    db = database.open();
    var ids = new Ids(clock);
    ready.add(new EmailConnections.Ready(UUID.randomUUID(), first));
    ready.add(new EmailConnections.Ready(UUID.randomUUID(), second));
    sender =
        new EmailSender(
            db,
            (_, _, _) -> List.copyOf(ready),
            new EmailBreakers(clock),
            seal,
            new Events(ids, clock),
            clock);
    jobs = new Jobs(List.of(sender), ids, clock, new Signal());
    messages = new Messages(EmailTemplates.builtIn(), seal, jobs, ids, clock);
    execute(
        "insert into tenon.tenant values ('%s', 'T', null, 'active', now())"
            .formatted(tenant.uuid()));
    execute(
        "insert into tenon.sender values ('%s', 'hello@acme.test', 'Acme', 'Acme', true, now())"
            .formatted(tenant.uuid()));
  }

  @AfterEach
  void stop() {
    sender.close();
    db.close();
    EventsFit.check(database);
    database.close();
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
        .containsExactly("queued: no email connection is set for this tenant or the platform");
    assertThat(rows("select type from tenon.event")).isEmpty();

    ready.addAll(later);
    now.set(now.get().plus(Duration.ofMinutes(2)));
    expireLeases();
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
    assertThat(first.given).hasSize(1);
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
  void aJobLostDuringTheCallKeepsItsOutcomeAndEndsNothing() {
    queue("ada@customer.test");
    List<Job> slow = claim();
    first.during =
        () -> {
          expireLeases();
          assertThat(claim()).hasSize(1);
        };

    sender.run(tenant, slow, jobs);

    assertThat(rows("select outcome from tenon.attempt")).containsExactly("accepted");
    assertThat(rows("select state from tenon.message")).containsExactly("sending");
    assertThat(rows("select type from tenon.event")).isEmpty();

    first.during = () -> {};
    expireLeases();
    runAll();
    assertThat(first.given).hasSize(1);
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
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

  private UUID queue(String to) {
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
                    Map.of())));
  }

  private void runAll() {
    sender.run(tenant, claim(), jobs);
  }

  private List<Job> claim() {
    return db.asEngine(
        tx ->
            tx.handle()
                .createQuery(
                    """
                    update waiting_job
                    set token = nextval('job_token'), wake_at = :until, starts = starts + 1
                    where wake_at is null
                    returning id, kind, payload, failures, starts, created_at, token
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
                            row.getInt("failures"),
                            row.getInt("starts"),
                            now.get(),
                            row.getLong("token")))
                .list());
  }

  private void expireLeases() {
    execute("update tenon.waiting_job set wake_at = null, token = null");
  }

  private void execute(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> rows(String sql) {
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

  /// Seals nothing; one message can be made unreadable.
  private static final class OpenSeal implements MailSeal {
    private volatile UUID broken = new UUID(0, 0);

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
