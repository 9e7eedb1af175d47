package dev.tenon.console;

import static dev.tenon.console.InboxQueries.instant;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the line of a subscription or payment reads: what was told about it, and by which facts.
final class StoryQueries {
  /// An event, and the fact that led to it; null where there was none.
  record Told(MessageQueries.Event event, @Nullable UUID cause) {}

  /// A fact, and the received event that it came in.
  ///
  /// @param receivedAt null when that is no longer kept
  record Come(InboxQueries.Fact fact, UUID receivedEvent, @Nullable Instant receivedAt) {}

  /// The events about any of these records, the newest first.
  List<Told> told(TenantTx tx, List<String> abouts, int limit) {
    return tx.handle()
        .createQuery(
            """
            select id, type, about, cause_id, created_at from event
            where tenant_id = :tenant and about = any(:abouts)
            order by id desc limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("abouts", String.class, abouts)
        .bind("limit", limit)
        .map(
            (row, _) ->
                new Told(
                    new MessageQueries.Event(
                        row.getObject("id", UUID.class),
                        row.getString("type"),
                        row.getString("about"),
                        instant(row, "created_at")),
                    row.getObject("cause_id", UUID.class)))
        .list();
  }

  /// The disputes about a payment.
  List<UUID> disputes(TenantTx tx, UUID payment, int limit) {
    return tx.handle()
        .createQuery(
            """
            select d.id from payment p
            join payment_link l on l.tenant_id = p.tenant_id and l.connection_id = p.connection_id
              and l.invoice_provider_id = p.provider_id
            join dispute d on d.tenant_id = l.tenant_id and d.connection_id = l.connection_id
              and d.payment_intent = l.payment_intent
            where p.tenant_id = :tenant and p.id = :payment order by d.id limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("payment", payment)
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /// The refunds of a payment.
  List<UUID> refunds(TenantTx tx, UUID payment, int limit) {
    return tx.handle()
        .createQuery(
            """
            select c.id from payment p
            join charge_refund c on c.tenant_id = p.tenant_id and c.connection_id = p.connection_id
              and (c.invoice_provider_id = p.provider_id or c.payment_intent in (
                select l.payment_intent from payment_link l
                where l.tenant_id = p.tenant_id and l.connection_id = p.connection_id
                  and l.invoice_provider_id = p.provider_id))
            where p.tenant_id = :tenant and p.id = :payment order by c.id limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("payment", payment)
        .bind("limit", limit)
        .mapTo(UUID.class)
        .list();
  }

  /// Those of the facts that are over.
  List<Come> facts(TenantTx tx, Collection<UUID> ids) {
    return tx.handle()
        .createQuery(
            """
            select f.id, f.kind, f.object, f.occurred_at, f.state, f.result, f.failures,
              f.about_tenant_id, f.finished_at as until, f.received_event_id, e.received_at
            from fact f
            left join received_event e on e.tenant_id = f.tenant_id and e.id = f.received_event_id
            where f.tenant_id = :tenant and f.id = any(:ids)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, ids)
        .map(
            (row, _) -> {
              @Nullable OffsetDateTime received =
                  row.getObject("received_at", OffsetDateTime.class);
              return new Come(
                  InboxQueries.fact(row, tx.tenant()),
                  row.getObject("received_event_id", UUID.class),
                  received == null ? null : received.toInstant());
            })
        .list();
  }
}
