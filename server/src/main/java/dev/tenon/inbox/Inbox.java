package dev.tenon.inbox;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Takes deliveries in: verified first, stored before they are acknowledged, each fact once.
public final class Inbox {
  private final Map<String, InboundProvider> providers = new HashMap<>();
  private final InboxWriter writer;
  private final DeliverySeal seal;
  private final Ids ids;
  private final InstantSource clock;

  /// Seals a packed delivery for its tenant; what it answers can only be opened for the same tenant
  /// and received event.
  public interface DeliverySeal {
    byte[] seal(TenantId tenant, UUID receivedEvent, byte[] packed);
  }

  public Inbox(
      List<InboundProvider> providers,
      InboxWriter writer,
      DeliverySeal seal,
      Ids ids,
      InstantSource clock) {
    providers.forEach(provider -> this.providers.put(provider.provider(), provider));
    this.writer = writer;
    this.seal = seal;
    this.ids = ids;
    this.clock = clock;
  }

  /// The connection that a delivery came through, as far as taking it in needs it.
  ///
  /// @param secrets all that are valid now: two while one is being replaced, none if none is stored
  /// @param settings what is not secret
  public record Source(
      TenantId tenant,
      UUID connection,
      String provider,
      List<Secret> secrets,
      Map<String, String> settings) {
    public Source {
      secrets = List.copyOf(secrets);
      settings = Map.copyOf(settings);
    }

    /// Of a connection without settings.
    public Source(TenantId tenant, UUID connection, String provider, List<Secret> secrets) {
      this(tenant, connection, provider, secrets, Map.of());
    }

    /// One setting; empty when it is not set.
    public String setting(String name) {
      return settings.getOrDefault(name, "");
    }
  }

  /// Takes one delivery in and returns when it is committed or certainly not accepted. Empty when
  /// the connection's provider sends no webhooks that this version knows.
  public Optional<Received> receive(Source source, InboundHeaders headers, Delivery delivery) {
    InboundProvider provider = providers.get(source.provider());
    if (provider == null) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Verdict verdict = provider.verify(delivery.body(), headers, source, now);
    if (!(verdict instanceof Verdict.Valid)) {
      return Optional.of(new Received.Refused(verdict));
    }
    return Optional.of(
        switch (provider.read(delivery.body(), headers, source)) {
          case Reading.Malformed malformed -> new Received.Malformed(malformed.reason());
          case Reading.Facts facts ->
              FactBounds.fault(facts.facts())
                  .<Received>map(Received.Malformed::new)
                  .orElseGet(
                      () ->
                          store(
                              provider.belongsTo(source, facts),
                              ReceivedFrom.WEBHOOK,
                              ids.next(),
                              delivery,
                              facts,
                              now));
        });
  }

  /// What this server fetched, as far as intake must know it: its facts, and whether it can be kept
  /// at all. Nothing is stored yet.
  public Reading read(Source source, byte[] body) {
    InboundProvider provider = providers.get(source.provider());
    if (provider == null) {
      return new Reading.Malformed("this provider sends no webhooks");
    }
    return switch (provider.read(body, _ -> Optional.empty(), source)) {
      case Reading.Malformed malformed -> malformed;
      case Reading.Facts facts ->
          FactBounds.fault(facts.facts()).<Reading>map(Reading.Malformed::new).orElse(facts);
    };
  }

  /// By what a fact is known again on its connection.
  public static UUID key(UUID connection, ReadFact fact) {
    return Digest.of(connection, fact.key());
  }

  /// Takes in what this server fetched from the provider over a call of its own, which stands for
  /// the signature; else it goes the way of a webhook.
  ///
  /// @param origin not [ReceivedFrom#WEBHOOK]
  /// @param receivedEvent the id that it gets, made just now
  public Received takeFetched(Source source, ReceivedFrom origin, UUID receivedEvent, byte[] body) {
    return switch (read(source, body)) {
      case Reading.Malformed malformed -> new Received.Malformed(malformed.reason());
      case Reading.Facts facts ->
          store(
              source,
              origin,
              receivedEvent,
              new Delivery(Map.of("tenon-origin", origin.text()), body),
              facts,
              clock.instant());
    };
  }

  private Received store(
      Source source,
      ReceivedFrom origin,
      UUID receivedEvent,
      Delivery delivery,
      Reading.Facts facts,
      Instant now) {
    var intake =
        new Intake(
            source.tenant(),
            source.connection(),
            source.provider(),
            origin,
            receivedEvent,
            now,
            seal.seal(source.tenant(), receivedEvent, delivery.pack()),
            delivery.body().length,
            queued(source.connection(), facts.facts()));
    return switch (writer.store(intake)) {
      case FRESH -> new Received.Accepted(true);
      case REPEATED -> new Received.Accepted(false);
      case BUSY -> new Received.Busy();
    };
  }

  /// Gives facts their ids, in the order of the body. A fact that stands twice in one body counts
  /// once.
  private List<Intake.QueuedFact> queued(UUID connection, List<ReadFact> facts) {
    List<Intake.QueuedFact> queued = new ArrayList<>(facts.size());
    Set<UUID> keys = HashSet.newHashSet(facts.size());
    for (ReadFact fact : facts) {
      UUID key = Digest.of(connection, fact.key());
      if (keys.add(key)) {
        queued.add(
            new Intake.QueuedFact(
                ids.next(),
                key,
                Digest.of(connection, fact.lane()),
                fact.kind(),
                fact.object(),
                fact.occurredAt()));
      }
    }
    return queued;
  }
}
