package dev.tenon;

import dev.tenon.access.ApiKeyRoutes;
import dev.tenon.access.ApiKeys;
import dev.tenon.access.Caller;
import dev.tenon.config.Config;
import dev.tenon.connection.ConnectionRoutes;
import dev.tenon.connection.ProviderKind;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.console.ConsoleRoutes;
import dev.tenon.console.ConsoleSessions;
import dev.tenon.db.Database;
import dev.tenon.delivery.DeliveryReplayRoutes;
import dev.tenon.delivery.DeliveryRoutes;
import dev.tenon.email.EmailRoutingRoutes;
import dev.tenon.email.MailHealth;
import dev.tenon.email.MessageActs;
import dev.tenon.email.MessageRoutes;
import dev.tenon.email.Messages;
import dev.tenon.email.SenderRoutes;
import dev.tenon.email.TestMailRoutes;
import dev.tenon.endpoint.EndpointRoutes;
import dev.tenon.event.EventRoutes;
import dev.tenon.event.Events;
import dev.tenon.http.Gate;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Routes;
import dev.tenon.inbox.InboundRoutes;
import dev.tenon.inbox.ReceivedEventRoutes;
import dev.tenon.inbox.RefusalRoutes;
import dev.tenon.inbox.ReplayRoutes;
import dev.tenon.number.EmailNumberRoutes;
import dev.tenon.number.EmailNumbers;
import dev.tenon.payment.PaymentRoutes;
import dev.tenon.payment.StripeConnections;
import dev.tenon.reconciliation.ReconciliationRoutes;
import dev.tenon.reconciliation.Reconciliations;
import dev.tenon.registration.RegistrationRoutes;
import dev.tenon.registration.Registrations;
import dev.tenon.suppression.SuppressionRoutes;
import dev.tenon.suppression.UnsubscribeRoutes;
import dev.tenon.suppression.Unsubscriptions;
import dev.tenon.template.TemplateRoutes;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.TenantRoutes;
import dev.tenon.tenant.Tenants;
import dev.tenon.work.JobRoutes;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/// Where requests come in: every feature's routes, and who may call them.
record EdgeWiring(
    Foundation base,
    IntakeWiring intake,
    LaneWiring lanes,
    JobWiring work,
    MailWiring mail,
    Messages messages,
    Events events,
    EmailNumbers numbers,
    DeliveryWiring outgoing,
    UpkeepWiring upkeep,
    StripeConnections stripe,
    Reconciliations reconciliations,
    Registrations registrations) {

  static PublicUrl publicUrl(Config.Server settings) {
    return settings.publicUrl().isEmpty()
        ? PublicUrl.late()
        : PublicUrl.of(URI.create(settings.publicUrl()));
  }

  /// The routes of the API and of intake. A new `*Routes` gets its line here.
  Routes routes(Config config, PublicUrl publicUrl, EgressPolicy egress) {
    Database database = base.database();
    InstantSource clock = base.clock();
    var routes = new Routes(config.server().bodyBytesMax(), upkeep.repeats());
    TenantRoutes.declare(routes, base.tenants());
    ApiKeyRoutes.declare(routes, database, base.keys(), clock);
    ConnectionRoutes.declare(routes, database, base.connections(), publicUrl, ProviderKind.known());
    InboundRoutes.declare(
        routes,
        intake.inbox(),
        base.connections(),
        intake.refusals(),
        config.inbox().bodyBytesMax(),
        clock);
    RefusalRoutes.declare(routes, database, base.connections(), intake.refusals());
    PaymentRoutes.declare(
        routes, database, stripe, config.payments().source(), base.ids(), work.jobs(), clock);
    MessageRoutes.declare(
        routes,
        database,
        messages,
        mail.providers(),
        work.jobs(),
        // What is around the words and files of the longest message.
        Math.max(config.server().bodyBytesMax(), config.email().messageBytesMax() + (1 << 20)));
    EmailRoutingRoutes.declare(routes, database, base.connections(), mail.breakers());
    SenderRoutes.declare(routes, database, clock);
    TemplateRoutes.declare(routes, database, mail.templates(), mail.previews());
    TestMailRoutes.declare(routes, database, mail.tests(messages), work.jobs());
    EmailNumberRoutes.declare(routes, database, numbers, clock);
    SuppressionRoutes.declare(routes, database, base.ids(), clock);
    UnsubscribeRoutes.declare(
        routes,
        database,
        base.vault(),
        new Unsubscriptions(
            Set.copyOf(config.email().broadcastStreams()), events, base.ids(), clock),
        base.tenants()::exists,
        mail.maker()::product,
        clock);
    ReceivedEventRoutes.declare(routes, database, lanes.replays(), clock);
    EventRoutes.declare(routes, database);
    EndpointRoutes.declare(routes, database, outgoing.endpoints(), egress, clock);
    DeliveryRoutes.declare(routes, database, outgoing.deliveries());
    DeliveryReplayRoutes.declare(
        routes, database, outgoing.endpoints(), outgoing.deliveries(), clock);
    ReplayRoutes.declare(routes, database, base.connections(), lanes.replays(), clock);
    ReconciliationRoutes.declare(routes, database, base.connections(), reconciliations, clock);
    RegistrationRoutes.declare(routes, registrations);
    JobRoutes.declare(routes, database, work.jobs(), clock);
    return routes;
  }

  /// The pages for people.
  void declareConsole(
      Routes routes, ConsoleSessions sessions, PublicUrl publicUrl, SealedDelivery sealed) {
    ConsoleRoutes.declare(
        routes,
        sessions,
        new ConsoleRoutes.Needs(
            base.database(),
            base.clock(),
            publicUrl,
            sealed::show,
            mail.opener(),
            lanes.replays()::replay,
            outgoing.deliveries()::replay,
            mail.templates(),
            mail.previews(),
            mail.testMailer(messages, work.jobs()),
            new MessageActs(base.database(), messages, mail.providers(), work.jobs()),
            new MailHealth(base.database(), base.connections(), mail.breakers())));
  }

  Gate gate() {
    ApiKeys keys = base.keys();
    Tenants tenants = base.tenants();
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
}
