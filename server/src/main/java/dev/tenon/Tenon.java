package dev.tenon;

import dev.tenon.access.ApiKeyRoutes;
import dev.tenon.access.ApiKeys;
import dev.tenon.access.Caller;
import dev.tenon.config.Config;
import dev.tenon.connection.ConnectionRoutes;
import dev.tenon.connection.Connections;
import dev.tenon.connection.ProviderKind;
import dev.tenon.connector.email.EmailBreakers;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.console.ConsoleRoutes;
import dev.tenon.console.ConsoleSessions;
import dev.tenon.console.DeliveryOpener;
import dev.tenon.console.MessageOpener;
import dev.tenon.db.Database;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.Migrations;
import dev.tenon.db.Partitions;
import dev.tenon.email.ConfiguredEmail;
import dev.tenon.email.EmailSender;
import dev.tenon.email.MailSeal;
import dev.tenon.email.MessageRoutes;
import dev.tenon.email.Messages;
import dev.tenon.event.Events;
import dev.tenon.http.Gate;
import dev.tenon.http.HttpServer;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Delivery;
import dev.tenon.inbox.InboundRoutes;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.lane.LaneRun;
import dev.tenon.lane.LaneWorkers;
import dev.tenon.lane.Replays;
import dev.tenon.payment.PaymentRoutes;
import dev.tenon.payment.StripeApplier;
import dev.tenon.payment.StripeConnections;
import dev.tenon.payment.StripeInbound;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.TenantRoutes;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.work.JobWorkers;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/// The composition root: builds every object in start order and closes them in reverse. Read it
/// from top to bottom to know the program.
public final class Tenon implements AutoCloseable {
  private static final int DELIVERY_BYTES_MAX = 32 << 20;

  private final Database database;
  private final Vault vault;
  private final Tenants tenants;
  private final ApiKeys keys;
  private final Connections connections;
  private final ConsoleSessions sessions;
  private final ApacheProviderHttp http;
  private final Partitions partitions;
  private final InboxWriter writer;
  private final LaneWorkers lanes;
  private final JobWorkers work;
  private final PublicUrl publicUrl;
  private final HttpServer server;

  /// What differs between `serve`, `dev` and tests.
  ///
  /// @param egress where providers may be
  /// @param mailServers which addresses mail servers may have
  public record Surroundings(
      DatabaseAddress database,
      Path keyFile,
      EgressPolicy egress,
      Predicate<InetAddress> mailServers,
      InstantSource clock) {}

  /// Starts everything: returns when requests are answered.
  public static Tenon start(Config config, Surroundings around) {
    int _ = Migrations.run(around.database());
    return new Tenon(config, around);
  }

  private Tenon(Config config, Surroundings around) {
    InstantSource clock = around.clock();
    var ids = new Ids(clock);
    var meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    database =
        Database.open(
            around.database(),
            new Database.PoolSizes(
                config.database().enginePoolSize(), config.database().tenantPoolSize()));
    partitions = new Partitions(database, clock);
    vault = Vault.open(around.keyFile(), database, clock);
    tenants = new Tenants(database, vault, ids, clock);
    keys = new ApiKeys(database, ids, clock);
    connections = new Connections(database, vault, ids, clock);
    sessions = new ConsoleSessions(database, clock, ConsoleSessions.Limits.DEFAULT);
    http = new ApacheProviderHttp(around.egress());

    // Follow-up work.
    var factsStored = new Signal();
    var jobsMade = new Signal();
    var events = new Events(ids, clock);
    MailSeal mailSeal = new SealedMail(vault);
    var sender =
        new EmailSender(
            database,
            new ConfiguredEmail(database, connections, http, around.mailServers(), clock),
            new EmailBreakers(clock),
            mailSeal,
            events,
            clock);
    var jobs = new Jobs(List.of(sender), ids, clock, jobsMade);
    var messages = new Messages(EmailTemplates.builtIn(), mailSeal, jobs, ids, clock);
    work =
        new JobWorkers(
            database,
            jobs,
            jobsMade,
            clock,
            new JobWorkers.Limits(
                config.jobs().workers(),
                8,
                config.jobs().batchSizeMax(),
                Duration.ofSeconds(config.jobs().leaseSeconds()),
                Duration.ofMillis(config.jobs().pollMilliseconds())));

    // Lanes.
    var run =
        new LaneRun(
            database,
            List.of(new StripeApplier(ids, clock, events, messages)),
            (tenant, event, stored) -> open(tenant, event, stored).body(),
            RetrySchedule.FACTS,
            jobsMade,
            clock,
            config.lanes().batchSizeMax());
    lanes =
        new LaneWorkers(
            database,
            run,
            factsStored,
            clock,
            new LaneWorkers.Limits(
                config.lanes().workers(),
                config.lanes().batchSizeMax(),
                16,
                config.lanes().batchSizeMax(),
                Duration.ofSeconds(config.lanes().leaseSeconds()),
                Duration.ofMillis(config.lanes().pollMilliseconds())));
    var replays = new Replays(database, factsStored);

    // Intake.
    writer =
        new InboxWriter(
            database.engineSource(),
            factsStored,
            new InboxWriter.Limits(
                config.inbox().writers(),
                config.inbox().batchSizeMax(),
                config.inbox().waitingMax(),
                10_000));
    var inbox =
        new Inbox(
            List.of(new StripeInbound()),
            writer,
            (tenant, event, packed) ->
                vault.sealPayload(tenant, event.toString(), "delivery", packed),
            ids,
            clock);

    // The edge.
    publicUrl =
        config.server().publicUrl().isEmpty()
            ? PublicUrl.late()
            : PublicUrl.of(URI.create(config.server().publicUrl()));
    var routes = new Routes();
    TenantRoutes.declare(routes, tenants);
    ApiKeyRoutes.declare(routes, database, keys, clock);
    ConnectionRoutes.declare(routes, database, connections, publicUrl, ProviderKind.known());
    InboundRoutes.declare(routes, inbox, connections, clock);
    PaymentRoutes.declare(routes, database, new StripeConnections(connections, http), ids);
    MessageRoutes.declare(routes, database, messages, jobs);
    dev.tenon.inbox.ReceivedEventRoutes.declare(routes, database, replays);
    ConsoleRoutes.declare(
        routes,
        sessions,
        new ConsoleRoutes.Needs(
            database, clock, publicUrl, deliveries(), contents(mailSeal), replays::replay));
    server =
        HttpServer.create(
            new HttpServer.Settings(
                config.server().host(),
                config.server().port(),
                Duration.ofSeconds(config.server().stopSecondsMax())),
            publicUrl,
            gate(),
            ids,
            routes,
            Map.of("database", () -> database.answers(Duration.ofSeconds(2))),
            meters);

    partitions.start();
    writer.start();
    lanes.start();
    work.start();
    server.start();
  }

  private Delivery open(TenantId tenant, UUID event, byte[] stored) {
    return Delivery.unpack(
        vault.openPayload(tenant, event.toString(), "delivery", stored, DELIVERY_BYTES_MAX));
  }

  private DeliveryOpener deliveries() {
    return (tenant, event, stored) -> {
      Delivery delivery = open(tenant, event, stored);
      return new DeliveryOpener.OpenedDelivery(
          delivery.headers().entrySet().stream()
              .map(header -> new DeliveryOpener.Header(header.getKey(), header.getValue()))
              .toList(),
          delivery.body());
    };
  }

  private static MessageOpener contents(MailSeal seal) {
    return (tenant, message, stored) -> {
      var mail = dev.tenon.email.StoredMail.read(seal.open(tenant, message, stored));
      return new MessageOpener.OpenedMessage(mail.html(), mail.text());
    };
  }

  private Gate gate() {
    return new Gate() {
      @Override
      public Optional<Caller> authenticate(String key) {
        return keys.authenticate(key);
      }

      @Override
      public boolean exists(TenantId tenant) {
        return tenants.exists(tenant);
      }
    };
  }

  public Database database() {
    return database;
  }

  public Tenants tenants() {
    return tenants;
  }

  public ApiKeys keys() {
    return keys;
  }

  public Connections connections() {
    return connections;
  }

  public ConsoleSessions sessions() {
    return sessions;
  }

  /// Where the outside reaches it.
  public PublicUrl publicUrl() {
    return publicUrl;
  }

  /// Stops: not ready, then requests, intake, lanes, jobs, and the pools last.
  @Override
  public void close() {
    server.close();
    writer.close();
    lanes.close();
    work.close();
    http.close();
    partitions.close();
    database.close();
  }
}
