package dev.tenon;

import dev.tenon.access.ApiKeyRoutes;
import dev.tenon.access.ApiKeys;
import dev.tenon.access.Caller;
import dev.tenon.config.Config;
import dev.tenon.connection.ConnectionRoutes;
import dev.tenon.connection.Connections;
import dev.tenon.connection.ProviderKind;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.CallObserver;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.console.ConsoleRoutes;
import dev.tenon.console.ConsoleSessions;
import dev.tenon.console.DeliveryOpener;
import dev.tenon.console.MessageOpener;
import dev.tenon.db.Database;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.Migrations;
import dev.tenon.db.Partitions;
import dev.tenon.delivery.Deliveries;
import dev.tenon.delivery.DeliveryBacklog;
import dev.tenon.delivery.DeliveryReplayRoutes;
import dev.tenon.delivery.DeliveryReplayWork;
import dev.tenon.delivery.DeliveryRoutes;
import dev.tenon.delivery.DeliveryWorkers;
import dev.tenon.email.BreakerGauge;
import dev.tenon.email.ConfiguredEmail;
import dev.tenon.email.EmailRoutingRoutes;
import dev.tenon.email.EmailSender;
import dev.tenon.email.MailContent;
import dev.tenon.email.MailMaker;
import dev.tenon.email.MailSeal;
import dev.tenon.email.MessageRoutes;
import dev.tenon.email.Messages;
import dev.tenon.email.MeteredEmail;
import dev.tenon.email.SenderRoutes;
import dev.tenon.email.SharedBreakers;
import dev.tenon.email.StoredMail;
import dev.tenon.email.UnmadeMail;
import dev.tenon.endpoint.EndpointRoutes;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.EventRoutes;
import dev.tenon.event.Events;
import dev.tenon.http.Gate;
import dev.tenon.http.HttpServer;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.idempotency.IdempotencyKeys;
import dev.tenon.inbox.Delivery;
import dev.tenon.inbox.InboundRoutes;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxMeters;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.ReceivedEventRoutes;
import dev.tenon.inbox.RefusalRoutes;
import dev.tenon.inbox.Refusals;
import dev.tenon.inbox.ReplayRoutes;
import dev.tenon.lane.FactBacklog;
import dev.tenon.lane.LaneRun;
import dev.tenon.lane.LaneWorkers;
import dev.tenon.lane.ReplayWork;
import dev.tenon.lane.Replays;
import dev.tenon.metric.Machine;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Sampler;
import dev.tenon.payment.PaymentRoutes;
import dev.tenon.payment.StripeApplier;
import dev.tenon.payment.StripeConnections;
import dev.tenon.payment.StripeInbound;
import dev.tenon.retention.Retention;
import dev.tenon.schedule.ClockWork;
import dev.tenon.schedule.Schedule;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.TenantRoutes;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import dev.tenon.work.JobBacklog;
import dev.tenon.work.JobRoutes;
import dev.tenon.work.JobWorkers;
import dev.tenon.work.Jobs;
import dev.tenon.work.NodeBell;
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
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/// The composition root: builds every object in start order and closes them in reverse. Read it
/// from top to bottom to know the program.
public final class Tenon implements AutoCloseable {
  private static final int DELIVERY_BYTES_MAX = 32 << 20;

  private final Machine machine;
  private final Database database;
  private final Vault vault;
  private final Tenants tenants;
  private final ApiKeys keys;
  private final Connections connections;
  private final ConsoleSessions sessions;
  private final ApacheProviderHttp http;
  private final Duration stopMax;
  private final Partitions partitions;
  private final Schedule schedule;
  private final NodeBell bell;
  private final InboxWriter writer;
  private final Refusals refusals;
  private final LaneWorkers lanes;
  private final JobWorkers work;
  private final ConfiguredEmail emailConnections;
  private final EmailSender sender;
  private final ApacheProviderHttp webhooks;
  private final Endpoints endpoints;
  private final DeliveryWorkers deliveries;
  private final PublicUrl publicUrl;
  private final Sampler sampler;
  private final HttpServer server;

  /// What differs between `serve`, `dev` and tests.
  ///
  /// @param tls the certificate to show; without one it speaks plain HTTP
  /// @param egress where providers may be
  /// @param mailServers which addresses mail servers may have
  public record Surroundings(
      DatabaseAddress database,
      VaultKey vaultKey,
      Optional<SSLContext> tls,
      EgressPolicy egress,
      Predicate<InetAddress> mailServers,
      InstantSource clock) {

    /// Plain HTTP, and the vault's key in a file.
    public Surroundings(
        DatabaseAddress database,
        Path keyFile,
        EgressPolicy egress,
        Predicate<InetAddress> mailServers,
        InstantSource clock) {
      this(database, new VaultKey.InFile(keyFile), Optional.empty(), egress, mailServers, clock);
    }
  }

  /// Starts everything: returns when requests are answered.
  public static Tenon start(Config config, Surroundings around) {
    return start(config, around, _ -> {});
  }

  /// As [#start(Config, Surroundings)], and does `beforeWork` when everything is built and nothing
  /// is applied, sent or answered yet. The public address may not be known then.
  public static Tenon start(Config config, Surroundings around, Consumer<Tenon> beforeWork) {
    int _ = Migrations.run(around.database());
    var tenon = new Tenon(config, around);
    try {
      tenon.begin(beforeWork);
      return tenon;
    } catch (RuntimeException e) {
      tenon.close();
      throw e;
    }
  }

  private Tenon(Config config, Surroundings around) {
    InstantSource clock = around.clock();
    stopMax = Duration.ofSeconds(config.server().stopSecondsMax());
    var ids = new Ids(clock);
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var meters = new Meters(registry);
    machine = Machine.watch(registry);
    database =
        Database.open(
            around.database(),
            new Database.PoolSizes(
                config.database().enginePoolSize(),
                config.database().tenantPoolSize(),
                config.inbox().writers()),
            registry);
    vault = Vault.open(around.vaultKey(), database, clock);
    tenants = new Tenants(database, vault, ids, clock);
    keys = new ApiKeys(database, ids, clock);
    connections = new Connections(database, vault, ids, clock);
    sessions =
        new ConsoleSessions(
            database,
            clock,
            ConsoleSessions.Limits.lasting(Duration.ofHours(config.console().sessionHours())));
    http =
        new ApacheProviderHttp(
            around.egress(),
            ApacheProviderHttp.Limits.DEFAULT.within(
                Duration.ofSeconds(config.egress().connectSecondsMax()),
                Duration.ofSeconds(config.egress().callSecondsMax())),
            CallObserver.NONE);

    // Follow-up work.
    var factsStored = new Signal();
    var jobsMade = new Signal();
    var eventsTold = new Signal();
    bell =
        new NodeBell(
            around.database(),
            Map.of("facts", factsStored, "jobs", jobsMade, "deliveries", eventsTold),
            NodeBell.Pace.DEFAULT);
    var events = new Events(ids, clock, eventsTold::raise);
    MailSeal mailSeal = new SealedMail(vault);
    // Shorter than the lease, so that a mail's outcome is still its worker's to write.
    Duration mailCallMax =
        Duration.ofSeconds(config.jobs().leaseSeconds()).multipliedBy(3).dividedBy(4);
    emailConnections =
        new ConfiguredEmail(database, connections, http, around.mailServers(), mailCallMax, clock);
    var breakers = new SharedBreakers(database, connections, clock);
    var mailMaker =
        new MailMaker(
            FromSettings.templates(config.email()),
            FromSettings.mailDefaults(config.email()),
            clock);
    sender =
        new EmailSender(
            database,
            new MeteredEmail(emailConnections, meters),
            breakers,
            mailMaker,
            mailSeal,
            events,
            clock);
    var replaying = new ReplayWork(database, factsStored, clock);
    var redelivering = new DeliveryReplayWork(database, eventsTold, clock);
    var jobs = new Jobs(List.of(sender, replaying, redelivering), ids, clock, jobsMade, meters);
    var messages = new Messages(mailMaker, mailSeal, jobs, ids, clock);
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

    // Events on their way out.
    webhooks =
        new ApacheProviderHttp(
            around.egress(),
            ApacheProviderHttp.Limits.webhooks(config.deliveries().calls()),
            CallObserver.NONE);
    endpoints = new Endpoints(database, vault, events, ids, clock, eventsTold::raise);
    deliveries =
        new DeliveryWorkers(
            database,
            endpoints,
            webhooks,
            events,
            eventsTold,
            clock,
            FromSettings.deliveries(config.deliveries()),
            meters);

    // Intake, which lanes give way to.
    writer =
        new InboxWriter(
            database.intakeSource(),
            factsStored,
            new InboxWriter.Limits(
                config.inbox().writers(),
                config.inbox().batchSizeMax(),
                InboxWriter.Limits.DEFAULT.batchBytes(),
                config.inbox().waitingMax(),
                config.inbox().waitingBytesMax(),
                InboxWriter.Limits.DEFAULT.waitMillis()),
            new InboxMeters(meters));

    // Lanes.
    var run =
        new LaneRun(
            database,
            List.of(new StripeApplier(ids, clock, events, messages)),
            (tenant, event, stored) -> open(tenant, event, stored).body(),
            RetrySchedule.FACTS,
            clock,
            config.lanes().batchSizeMax(),
            meters);
    lanes =
        new LaneWorkers(
            database,
            run,
            factsStored,
            writer::isBusy,
            clock,
            new LaneWorkers.Limits(
                config.lanes().workers(),
                config.lanes().batchSizeMax(),
                16,
                config.lanes().batchSizeMax(),
                Duration.ofSeconds(config.lanes().leaseSeconds()),
                Duration.ofMillis(config.lanes().pollMilliseconds())));
    var replays = new Replays(database, factsStored, jobs, ids, clock);

    refusals = new Refusals(database, meters, clock);
    var inbox =
        new Inbox(
            List.of(new StripeInbound()),
            writer,
            (tenant, event, packed) ->
                vault.sealPayload(tenant, event.toString(), "delivery", packed),
            ids,
            clock);

    // What the clock starts.
    var repeats = new IdempotencyKeys(database, vault, ids, clock);
    partitions = new Partitions(database, clock);
    var retention =
        new Retention(database, FromSettings.kept(config), clock, Retention.Limits.DEFAULT);
    schedule =
        new Schedule(
            database.engineSource(),
            List.of(
                new ClockWork("partitions", Duration.ofHours(1), partitions::make),
                new ClockWork("retention", Duration.ofHours(1), retention::run),
                new ClockWork("idempotency-keys", Duration.ofMinutes(10), repeats::clean)),
            clock,
            new Schedule.Limits(Duration.ofSeconds(10), Duration.ofSeconds(15), stopMax));

    // The edge.
    publicUrl =
        config.server().publicUrl().isEmpty()
            ? PublicUrl.late()
            : PublicUrl.of(URI.create(config.server().publicUrl()));
    var routes = new Routes(config.server().bodyBytesMax(), repeats);
    TenantRoutes.declare(routes, tenants);
    ApiKeyRoutes.declare(routes, database, keys, clock);
    ConnectionRoutes.declare(routes, database, connections, publicUrl, ProviderKind.known());
    InboundRoutes.declare(
        routes, inbox, connections, refusals, config.inbox().bodyBytesMax(), clock);
    RefusalRoutes.declare(routes, database, connections, refusals);
    PaymentRoutes.declare(
        routes,
        database,
        new StripeConnections(database, connections, http),
        config.payments().source(),
        ids,
        clock);
    MessageRoutes.declare(routes, database, messages, emailConnections, jobs);
    EmailRoutingRoutes.declare(routes, database, connections, breakers);
    SenderRoutes.declare(routes, database, clock);
    ReceivedEventRoutes.declare(routes, database, replays, clock);
    EventRoutes.declare(routes, database);
    EndpointRoutes.declare(routes, database, endpoints, around.egress(), clock);
    var replayed = new Deliveries(database, eventsTold, jobs, ids, clock);
    DeliveryRoutes.declare(routes, database, replayed);
    DeliveryReplayRoutes.declare(routes, database, endpoints, replayed, clock);
    ReplayRoutes.declare(routes, database, connections, replays, clock);
    JobRoutes.declare(routes, database, jobs, clock);
    if (config.console().enabled()) {
      ConsoleRoutes.declare(
          routes,
          sessions,
          new ConsoleRoutes.Needs(
              database,
              clock,
              publicUrl,
              receivedBodies(),
              contents(mailSeal),
              replays::replay,
              replayed::replay));
    }
    server =
        HttpServer.create(
            FromSettings.http(config, around.tls(), clock),
            publicUrl,
            gate(),
            ids,
            routes,
            Map.of(
                "database",
                () -> database.answers(Duration.ofSeconds(2)),
                "intake",
                writer::isRunning,
                "lanes",
                lanes::isAlive,
                "jobs",
                work::isAlive,
                "deliveries",
                deliveries::isAlive),
            registry);
    sampler =
        new Sampler(
            List.of(
                new FactBacklog(database, meters, clock),
                new JobBacklog(database, jobs, meters, clock),
                new DeliveryBacklog(database, meters, clock),
                new BreakerGauge(breakers, meters)));
  }

  private void begin(Consumer<Tenon> beforeWork) {
    int _ = partitions.make();
    beforeWork.accept(this);
    sampler.start();
    refusals.start();
    writer.start();
    lanes.start();
    work.start();
    deliveries.start();
    schedule.start();
    bell.start();
    server.start();
  }

  private Delivery open(TenantId tenant, UUID event, byte[] stored) {
    return Delivery.unpack(
        vault.openPayload(tenant, event.toString(), "delivery", stored, DELIVERY_BYTES_MAX));
  }

  private DeliveryOpener receivedBodies() {
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
      return switch (MailContent.read(seal.open(tenant, message, stored))) {
        case StoredMail mail -> new MessageOpener.OpenedMessage(mail.html(), mail.text());
        case UnmadeMail _ -> new MessageOpener.OpenedMessage("", "");
      };
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

  public Endpoints endpoints() {
    return endpoints;
  }

  public Refusals refusals() {
    return refusals;
  }

  /// Where the outside reaches it.
  public PublicUrl publicUrl() {
    return publicUrl;
  }

  /// Stops: not ready, then requests, intake, lanes, jobs, and the pools last.
  @Override
  public void close() {
    server.close();
    schedule.close();
    writer.close(stopMax);
    lanes.close(stopMax);
    work.close(stopMax);
    sender.close();
    emailConnections.close();
    deliveries.close(stopMax);
    webhooks.close();
    bell.close();
    http.close();
    refusals.close();
    sampler.close();
    database.close();
    machine.close();
  }
}
