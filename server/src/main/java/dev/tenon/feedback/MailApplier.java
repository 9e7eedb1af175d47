package dev.tenon.feedback;

import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.db.EngineTx;
import dev.tenon.event.Events;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Applied;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.WaitingFact;
import dev.tenon.number.MailTally;
import dev.tenon.suppression.Suppressions;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Applies what one email provider reports about mails.
///
/// A report counts for the message whose id it brings back, if that message went through the very
/// connection that the report came by. On a tenant's own connection the message is the tenant's; on
/// the platform's it is whose it is. A report about no message of ours still tells that an address
/// takes no mail, where the connection is the tenant's own.
public final class MailApplier implements FactApplier {
  private final String provider;
  private final MailWebhook webhook;
  private final ReportStore store = new ReportStore();
  private final Suppressions suppressions = new Suppressions();
  private final Events events;
  private final MailTally tally;
  private final Jobs jobs;
  private final Ids ids;
  private final InstantSource clock;

  private MailApplier(
      String provider,
      MailWebhook webhook,
      Events events,
      MailTally tally,
      Jobs jobs,
      Ids ids,
      InstantSource clock) {
    this.provider = provider;
    this.webhook = webhook;
    this.events = events;
    this.tally = tally;
    this.jobs = jobs;
    this.ids = ids;
    this.clock = clock;
  }

  /// One for each provider that reports about mail.
  public static List<FactApplier> all(
      MailWebhooks webhooks,
      Events events,
      MailTally tally,
      Jobs jobs,
      Ids ids,
      InstantSource clock) {
    return MailWebhooks.NAMES.stream()
        .<FactApplier>map(
            name ->
                new MailApplier(name, webhooks.of(name, Map.of()), events, tally, jobs, ids, clock))
        .toList();
  }

  @Override
  public String provider() {
    return provider;
  }

  /// A fact with the event that it is, and the message that this names.
  record Told(WaitingFact fact, MailEvent event, Optional<UUID> message) {}

  @Override
  public List<Applied> apply(
      EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
    return apply(tx, owner, connection, facts, false);
  }

  @Override
  public Applied applyAlone(EngineTx tx, TenantId owner, UUID connection, WaitingFact fact) {
    return apply(tx, owner, connection, List.of(fact), true).getFirst();
  }

  /// @param wait whether to wait for messages that somebody else has
  private List<Applied> apply(
      EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts, boolean wait) {
    Map<UUID, Applied> results = new HashMap<>();
    List<Told> told = new ArrayList<>(facts.size());
    Map<UUID, List<MailEvent>> bodies = new HashMap<>();
    for (WaitingFact fact : facts) {
      if (fact.kind().equals(MailInbound.CONFIRMATION) && provider.equals("ses")) {
        results.put(fact.id(), confirm(tx, owner, connection, fact));
        continue;
      }
      List<MailEvent> read = bodies.computeIfAbsent(fact.receivedEvent(), _ -> read(fact));
      if (fact.ordinal() < read.size()) {
        MailEvent event = read.get(fact.ordinal());
        told.add(new Told(fact, event, Ids.read(Prefix.MESSAGE, event.messageId())));
      } else {
        results.put(
            fact.id(), new Applied.Ignored("this version finds no such event in the webhook"));
      }
    }
    byTenant(tx, owner, told, results)
        .forEach(
            (tenant, own) ->
                results.putAll(
                    tx.asTenant(
                        tenant,
                        inTenant -> {
                          var batch =
                              new ReportBatch(
                                  inTenant,
                                  connection,
                                  webhook,
                                  tenant.equals(owner),
                                  store,
                                  ids,
                                  clock.instant());
                          batch.load(own, wait);
                          Map<UUID, Applied> applied = batch.apply(own);
                          batch.save(events, suppressions, tally);
                          return applied;
                        })));
    return facts.stream().map(fact -> results.get(fact.id())).toList();
  }

  private List<MailEvent> read(WaitingFact fact) {
    return switch (webhook.read(fact.body(), MailWebhook.NO_HEADERS)) {
      case MailWebhook.Reading.Events(List<MailEvent> read) -> read;
      case MailWebhook.Reading.Malformed _ -> List.of();
    };
  }

  private Map<TenantId, List<Told>> byTenant(
      EngineTx tx, TenantId owner, List<Told> told, Map<UUID, Applied> results) {
    Map<TenantId, List<Told>> byTenant = new LinkedHashMap<>();
    if (!owner.equals(TenantId.PLATFORM)) {
      if (!told.isEmpty()) {
        byTenant.put(owner, told);
      }
      return byTenant;
    }
    List<UUID> named = told.stream().flatMap(one -> one.message().stream()).distinct().toList();
    Map<UUID, TenantId> owners = named.isEmpty() ? Map.of() : store.owners(tx, named);
    for (Told one : told) {
      TenantId tenant = one.message().map(owners::get).orElse(null);
      if (tenant == null) {
        results.put(one.fact().id(), new Applied.Ignored("it is about no message of this server"));
      } else {
        byTenant.computeIfAbsent(tenant, _ -> new ArrayList<>()).add(one);
      }
    }
    return byTenant;
  }

  private Applied confirm(EngineTx tx, TenantId owner, UUID connection, WaitingFact fact) {
    return tx.asTenant(
        owner,
        inTenant -> {
          jobs.make(inTenant, List.of(SnsConfirmation.job(connection, fact.body(), fact.id())));
          return new Applied.Changed(owner, "the subscription of the topic is being confirmed");
        });
  }
}
