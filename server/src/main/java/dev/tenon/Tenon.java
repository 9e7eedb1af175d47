package dev.tenon;

import dev.tenon.access.ApiKeys;
import dev.tenon.config.Config;
import dev.tenon.connection.ConnectedAccounts;
import dev.tenon.connection.Connections;
import dev.tenon.connector.email.ses.SnsCertificates;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.console.ConsoleSessions;
import dev.tenon.db.Database;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.Migrations;
import dev.tenon.delivery.DeliveryBacklog;
import dev.tenon.delivery.DeliveryReplayWork;
import dev.tenon.email.BreakerGauge;
import dev.tenon.email.EmailRegistrar;
import dev.tenon.email.Messages;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.Events;
import dev.tenon.feedback.MailApplier;
import dev.tenon.feedback.MailInbound;
import dev.tenon.feedback.MailWebhooks;
import dev.tenon.feedback.SnsConfirmation;
import dev.tenon.generic.GenericApplier;
import dev.tenon.generic.GenericInbound;
import dev.tenon.http.HttpServer;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Routes;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Refusals;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.FactBacklog;
import dev.tenon.lane.ReplayWork;
import dev.tenon.metric.Sampler;
import dev.tenon.number.EmailNumbers;
import dev.tenon.payment.StripeApplier;
import dev.tenon.payment.StripeConnections;
import dev.tenon.payment.StripeEventSource;
import dev.tenon.payment.StripeFetchWork;
import dev.tenon.payment.StripeInbound;
import dev.tenon.payment.StripeKnownWork;
import dev.tenon.payment.StripeRegistrar;
import dev.tenon.reconciliation.EventSource;
import dev.tenon.reconciliation.Reconciliations;
import dev.tenon.registration.EndpointRegistrar;
import dev.tenon.registration.Registrations;
import dev.tenon.registration.RetireWork;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.VaultKey;
import dev.tenon.work.JobBacklog;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/// The composition root: builds every object in start order and closes them in reverse. Read it
/// from top to bottom to know the program; each `…Wiring` beside it builds one feature.
public final class Tenon implements AutoCloseable {
  private final Duration stopMax;
  private final Foundation base;
  private final Signals signals;
  private final EmailNumbers numbers;
  private final MailWiring mail;
  private final JobWiring work;
  private final DeliveryWiring outgoing;
  private final IntakeWiring intake;
  private final LaneWiring lanes;
  private final Reconciliations reconciliations;
  private final Registrations registrations;
  private final UpkeepWiring upkeep;
  private final ConsoleSessions sessions;
  private final PublicUrl publicUrl;
  private final HttpServer server;
  private final Sampler sampler;

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
    stopMax = Duration.ofSeconds(config.server().stopSecondsMax());
    signals = Signals.of(around.database());
    base = Foundation.of(config, around, signals);
    Database database = base.database();
    InstantSource clock = base.clock();

    // Intake: what comes, and what was to be fetched.
    var sealed = new SealedDelivery(base.vault());
    var mailWebhooks = new MailWebhooks(new SnsCertificates(base.http(), clock));
    List<InboundProvider> providers = new ArrayList<>(MailInbound.all(mailWebhooks));
    providers.addAll(GenericInbound.all(clock));
    providers.add(new StripeInbound(new ConnectedAccounts(database, clock, "stripe")::find));
    intake = IntakeWiring.of(config.inbox(), base, signals, sealed, providers);
    var stripe = new StripeConnections(database, base.connections(), base.http());
    List<EventSource> sources = List.of(new StripeEventSource(stripe));
    List<EndpointRegistrar> registrars =
        new ArrayList<>(EmailRegistrar.all(base.connections(), base.http()));
    registrars.add(new StripeRegistrar(stripe, config.payments().source()));

    // Follow-up work, and events on their way out.
    var events = new Events(base.ids(), clock, signals.eventsTold()::raise);
    publicUrl = EdgeWiring.publicUrl(config.server());
    numbers = new EmailNumbers(database, events, base.meters(), clock);
    mail =
        MailWiring.of(
            config,
            base,
            around.mailServers(),
            publicUrl,
            events,
            numbers,
            signals.templatesChanged());
    work =
        JobWiring.of(
            config.jobs(),
            base,
            signals,
            List.of(
                mail.sender(),
                new SnsConfirmation(database, base.connections(), base.http()),
                new ReplayWork(database, signals.factsStored(), clock),
                new DeliveryReplayWork(database, signals.eventsTold(), clock),
                ReconciliationWiring.work(base, intake.inbox(), sources),
                new StripeKnownWork(database, clock),
                new StripeFetchWork(database, stripe, intake.inbox(), base.ids(), clock),
                new RetireWork(database, base.connections(), registrars, clock)));
    Messages messages = mail.messages(base, work.jobs(), numbers);
    outgoing =
        DeliveryWiring.of(config.deliveries(), base, around.egress(), signals, events, work.jobs());

    // Lanes, which give way to intake.
    List<FactApplier> appliers =
        new ArrayList<>(
            MailApplier.all(mailWebhooks, events, numbers, work.jobs(), base.ids(), clock));
    appliers.addAll(GenericApplier.all(events));
    appliers.add(new StripeApplier(base.ids(), clock, events, messages, work.jobs()));
    lanes =
        LaneWiring.of(
            config.lanes(), base, signals, sealed, appliers, work.jobs(), intake.writer()::isBusy);

    reconciliations = ReconciliationWiring.of(config.reconciliation(), base, sources, work.jobs());
    registrations =
        new Registrations(
            database, base.connections(), registrars, publicUrl, work.jobs(), base.ids(), clock);
    upkeep = UpkeepWiring.of(config, base, reconciliations, stopMax);

    // The edge.
    sessions =
        new ConsoleSessions(
            database,
            clock,
            ConsoleSessions.Limits.lasting(Duration.ofHours(config.console().sessionHours())));
    var edge =
        new EdgeWiring(
            base,
            intake,
            lanes,
            work,
            mail,
            messages,
            events,
            numbers,
            outgoing,
            upkeep,
            stripe,
            reconciliations,
            registrations);
    Routes routes = edge.routes(config, publicUrl, around.egress());
    if (config.console().enabled()) {
      edge.declareConsole(routes, sessions, publicUrl, sealed);
    }
    server =
        HttpServer.create(
            FromSettings.http(config, around.tls(), clock),
            publicUrl,
            edge.gate(),
            base.ids(),
            routes,
            Map.of(
                "database",
                () -> database.answers(Duration.ofSeconds(2)),
                "intake",
                intake.writer()::isRunning,
                "lanes",
                lanes.workers()::isAlive,
                "jobs",
                work.workers()::isAlive,
                "mail",
                mail.sender()::isAlive,
                "deliveries",
                outgoing.workers()::isAlive),
            base.registry());
    sampler =
        new Sampler(
            List.of(
                new FactBacklog(database, base.meters(), clock),
                new JobBacklog(database, work.jobs(), base.meters(), clock),
                new DeliveryBacklog(database, base.meters(), clock),
                new BreakerGauge(mail.breakers(), base.meters()),
                reconciliations));
  }

  private void begin(Consumer<Tenon> beforeWork) {
    int _ = upkeep.partitions().make();
    beforeWork.accept(this);
    sampler.start();
    intake.refusals().start();
    numbers.start();
    intake.writer().start();
    lanes.workers().start();
    work.workers().start();
    outgoing.workers().start();
    upkeep.schedule().start();
    signals.bell().start();
    server.start();
  }

  public Database database() {
    return base.database();
  }

  public Tenants tenants() {
    return base.tenants();
  }

  public ApiKeys keys() {
    return base.keys();
  }

  public Connections connections() {
    return base.connections();
  }

  public ConsoleSessions sessions() {
    return sessions;
  }

  public Endpoints endpoints() {
    return outgoing.endpoints();
  }

  public Refusals refusals() {
    return intake.refusals();
  }

  public EmailNumbers numbers() {
    return numbers;
  }

  /// Where the outside reaches it.
  public PublicUrl publicUrl() {
    return publicUrl;
  }

  /// Stops: not ready, then requests, intake, lanes, jobs, and the pools last.
  @Override
  public void close() {
    server.close();
    upkeep.schedule().close();
    intake.writer().close(stopMax);
    lanes.workers().close(stopMax);
    work.workers().close(stopMax);
    mail.sender().close();
    mail.providers().close();
    outgoing.workers().close(stopMax);
    outgoing.http().close();
    signals.bell().close();
    base.http().close();
    intake.refusals().close();
    numbers.close();
    sampler.close();
    base.database().close();
    base.machine().close();
  }
}
