package dev.tenon.email;

import dev.tenon.SealedMails;
import dev.tenon.connection.Connection;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.db.Database;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.Migrations;
import dev.tenon.db.TestDatabase;
import dev.tenon.db.embedded.EmbeddedPostgres;
import dev.tenon.db.embedded.EmbeddedPostgresConfig;
import dev.tenon.event.Events;
import dev.tenon.id.Ids;
import dev.tenon.number.MailTally;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.work.JobWorkers;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Measures how many mails a second leave, and what each costs the database: a durable embedded
/// PostgreSQL, the real sender, and a Postmark that only answers, all on this machine.
///
/// Run it by hand: `MailSpeed MAILS TENANTS`. A first tenth of the mails warms up.
public final class MailSpeed {
  private MailSpeed() {}

  public static void main(String[] args) throws Exception {
    int mails = Integer.parseInt(args[0]);
    int tenants = Integer.parseInt(args[1]);
    Path folder = TestDatabase.TestFolders.make("tenon-mail-speed");
    try (var postgres =
        EmbeddedPostgres.start(
            new EmbeddedPostgresConfig(
                folder,
                0,
                true,
                folder.resolve("postgres.log"),
                TestDatabase.TestFolders.programs()))) {
      measure(postgres.address(), folder, mails, tenants);
    } finally {
      TestDatabase.TestFolders.delete(folder);
    }
    System.exit(0);
  }

  private static void measure(DatabaseAddress plain, Path folder, int mails, int tenantCount)
      throws Exception {
    int _ = Migrations.run(plain);
    var address =
        new DatabaseAddress(
            plain.jdbcUrl() + "?socketFactory=" + CountingSockets.class.getName(),
            plain.user(),
            plain.password());
    InstantSource clock = InstantSource.system();
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    var ids = new Ids(clock);
    var made = new Signal();
    try (var stub = new PostmarkStub();
        Database database = Database.open(address, new Database.PoolSizes(12, 12));
        var http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(stub.url())))) {
      Vault vault = Vault.open(keyFile, database, clock);
      var connections = new Connections(database, vault, ids, clock);
      MailSeal seal = SealedMails.in(vault);
      var sender =
          new EmailSender(
              database,
              new ConfiguredEmail(
                  database,
                  connections,
                  http,
                  InetAddress::isLoopbackAddress,
                  Duration.ofSeconds(90),
                  clock),
              new SharedBreakers(database, connections, clock),
              new MailMaker(EmailTemplates.builtIn(), MailDefaults.NONE, clock),
              seal,
              new Events(ids, clock),
              MailTally.NONE,
              clock);
      var jobs = new Jobs(List.of(sender), ids, clock, made);
      var messages = new Messages(EmailTemplates.builtIn(), seal, jobs, ids, clock);
      List<TenantId> tenants =
          prepare(
              database, new Tenants(database, vault, ids, clock), connections, stub, tenantCount);
      round("warm-up", database, messages, jobs, made, tenants, mails / 10, stub, address);
      round("measured", database, messages, jobs, made, tenants, mails, stub, address);
    }
  }

  private static List<TenantId> prepare(
      Database database, Tenants all, Connections connections, PostmarkStub stub, int count) {
    List<TenantId> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (all.create("Tenant " + i, Optional.empty()) instanceof Tenants.Creation.Created created) {
        made.add(created.tenant().id());
      }
    }
    database.useTenant(
        TenantId.PLATFORM,
        tx -> {
          var connection =
              connections.create(
                  tx,
                  "postmark",
                  "Stub",
                  Connection.Environment.DEVELOPMENT,
                  Map.of("base_url", stub.url().toString()),
                  Map.of("api_key", Secret.of("token")));
          tx.handle()
              .execute(
                  "insert into email_route (tenant_id, connection_id, priority) values (?, ?, 0)",
                  TenantId.PLATFORM.uuid(),
                  connection.id().uuid());
          tx.handle()
              .execute(
                  "insert into sender (tenant_id, address, name, product, is_default, created_at)"
                      + " values (?, 'hello@acme.test', 'Acme', 'Acme', true, now())",
                  TenantId.PLATFORM.uuid());
        });
    return made;
  }

  private static void round(
      String name,
      Database database,
      Messages messages,
      Jobs jobs,
      Signal made,
      List<TenantId> tenants,
      int mails,
      PostmarkStub stub,
      DatabaseAddress address)
      throws Exception {
    int each = Math.max(1, mails / tenants.size());
    for (TenantId tenant : tenants) {
      for (int from = 0; from < each; from += 500) {
        List<TemplateMail> batch = new ArrayList<>();
        for (int i = from; i < Math.min(each, from + 500); i++) {
          batch.add(mail(i));
        }
        database.useTenant(tenant, tx -> messages.queue(tx, batch));
      }
    }
    long before = stub.taken();
    long trips = CountingSockets.TRIPS.get();
    long commits = commits(address);
    long cpu = cpuNanos();
    long start = System.nanoTime();
    var workers =
        new JobWorkers(
            database,
            jobs,
            made,
            InstantSource.system(),
            new JobWorkers.Limits(16, 8, 32, Duration.ofMinutes(2), Duration.ofSeconds(1)));
    workers.start();
    int total = each * tenants.size();
    while (waiting(address) > 0) {
      Thread.sleep(20);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    workers.close();
    System.out.printf(
        Locale.ROOT,
        "%s: %d mails of %d tenants in %.2f s = %.0f/s; a mail: %.2f round trips, %.3f commits,"
            + " %.0f us of our CPU; the stub took %d%n",
        name,
        total,
        tenants.size(),
        seconds,
        total / seconds,
        (CountingSockets.TRIPS.get() - trips) / (double) total,
        (commits(address) - commits) / (double) total,
        (cpuNanos() - cpu) / 1e3 / total,
        stub.taken() - before);
  }

  private static TemplateMail mail(int number) {
    return new TemplateMail(
        null,
        "welcome",
        "Ada",
        "ada%d@customer.test".formatted(number),
        Map.of(
            "customer_name", "Ada",
            "dashboard_url", "https://acme.test/start",
            "help_url", "https://acme.test/help"),
        null,
        null);
  }

  private static long waiting(DatabaseAddress address) throws SQLException {
    return number(address, "select count(*) from tenon.waiting_job");
  }

  private static long commits(DatabaseAddress address) throws SQLException {
    return number(
        address, "select xact_commit from pg_stat_database where datname = current_database()");
  }

  private static long number(DatabaseAddress address, String sql) throws SQLException {
    String url = address.jdbcUrl().replaceAll("\\?.*", "");
    try (var connection =
            DriverManager.getConnection(url, address.user(), address.password().reveal());
        var statement = connection.createStatement()) {
      statement.execute("set role tenon_owner");
      try (var rows = statement.executeQuery(sql)) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
