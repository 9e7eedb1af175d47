package dev.tenon.email;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of messages, their content and their attempts.
final class MessageStore {

  /// An address that a tenant sends from.
  record Sender(String address, String name, String product) {}

  /// A message to be stored. A class would print nothing; this one is never printed, and its
  /// content is sealed.
  @SuppressWarnings("ArrayRecordComponent")
  record NewMessage(
      UUID id,
      String recipient,
      String sender,
      String subject,
      String template,
      String stream,
      String policy,
      @Nullable UUID cause,
      @Nullable String about,
      @Nullable String onceKey,
      byte[] sealed) {}

  /// The tenant's default sender, else the platform's.
  Optional<Sender> defaultSender(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select address, name, product from sender
            where is_default order by (tenant_id = :tenant) desc limit 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .map(
            (row, context) ->
                new Sender(
                    row.getString("address"), row.getString("name"), row.getString("product")))
        .findOne();
  }

  /// Inserts messages and answers which are new: one whose occasion had its mail already is not.
  List<UUID> insert(TenantTx tx, List<NewMessage> messages, Instant now) {
    return tx.handle()
        .createQuery(
            """
            with m as (
              select * from unnest(:ids::uuid[], :recipients::text[], :senders::text[],
                :subjects::text[], :templates::text[], :streams::text[], :policies::text[],
                :causes::uuid[], :about::text[], :once_keys::text[], :sealed::bytea[])
                as m (id, recipient, sender, subject, template, stream, policy, cause_id, about,
                  once_key, sealed)
            ), made as (
              insert into message (tenant_id, id, state, recipient, sender, subject, template,
                stream, policy, cause_id, about, once_key, created_at, updated_at)
              select :tenant, id, 'queued', recipient, sender, subject, template, stream, policy,
                cause_id, about, once_key, :now, :now
              from m order by once_key
              on conflict (tenant_id, once_key) where once_key is not null do nothing
              returning id
            )
            insert into message_content (tenant_id, message_id, sealed)
            select :tenant, m.id, m.sealed from m join made on made.id = m.id
            returning message_id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("ids", UUID.class, messages.stream().map(NewMessage::id).toList())
        .bindArray(
            "recipients", String.class, messages.stream().map(NewMessage::recipient).toList())
        .bindArray("senders", String.class, messages.stream().map(NewMessage::sender).toList())
        .bindArray("subjects", String.class, messages.stream().map(NewMessage::subject).toList())
        .bindArray("templates", String.class, messages.stream().map(NewMessage::template).toList())
        .bindArray("streams", String.class, messages.stream().map(NewMessage::stream).toList())
        .bindArray("policies", String.class, messages.stream().map(NewMessage::policy).toList())
        .bindArray("causes", UUID.class, messages.stream().map(NewMessage::cause).toList())
        .bindArray("about", String.class, messages.stream().map(NewMessage::about).toList())
        .bindArray("once_keys", String.class, messages.stream().map(NewMessage::onceKey).toList())
        .bindArray("sealed", byte[].class, messages.stream().map(NewMessage::sealed).toList())
        .mapTo(UUID.class)
        .list();
  }

  /// A message about to be sent, with its content still sealed.
  static final class Row {
    final UUID id;
    final String state;
    final String policy;
    final Instant createdAt;
    final byte[] sealed;

    Row(java.sql.ResultSet row) throws java.sql.SQLException {
      id = row.getObject("id", UUID.class);
      state = row.getString("state");
      policy = row.getString("policy");
      createdAt = row.getObject("created_at", OffsetDateTime.class).toInstant();
      sealed = row.getBytes("sealed");
    }
  }

  List<Row> toSend(TenantTx tx, Collection<UUID> ids) {
    return tx.handle()
        .createQuery(
            """
            select m.id, m.state, m.policy, m.created_at, c.sealed
            from message m
            join message_content c on c.tenant_id = m.tenant_id and c.message_id = m.id
            where m.tenant_id = :tenant and m.id = any(:ids) and c.message_id = any(:ids)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, ids)
        .map((row, context) -> new Row(row))
        .list();
  }

  List<AttemptRow> attempts(TenantTx tx, Collection<UUID> messages) {
    return tx.handle()
        .createQuery(
            """
            select message_id, number, connection_id, provider, kind, outcome, retry_after_ms,
              status, code, detail, request_id, provider_message_id, started_at, ended_at
            from attempt where tenant_id = :tenant and message_id = any(:ids)
            order by message_id, number
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, messages)
        .map((row, context) -> AttemptRow.of(row))
        .list();
  }

  /// Writes that attempts begin. Committed before the call, so that a crash in the middle leaves a
  /// trace.
  void begin(TenantTx tx, List<AttemptRow> attempts) {
    if (attempts.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            insert into attempt (tenant_id, message_id, number, connection_id, provider, kind,
              decision, started_at)
            select :tenant, a.message_id, a.number, a.connection_id, a.provider, a.kind, a.decision,
              a.started_at
            from unnest(:messages::uuid[], :numbers::int[], :connections::uuid[],
              :providers::text[], :kinds::text[], :decisions::text[], :started::timestamptz[])
              as a (message_id, number, connection_id, provider, kind, decision, started_at)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("messages", UUID.class, attempts.stream().map(AttemptRow::message).toList())
        .bindArray("numbers", Integer.class, attempts.stream().map(AttemptRow::number).toList())
        .bindArray(
            "connections", UUID.class, attempts.stream().map(AttemptRow::connection).toList())
        .bindArray("providers", String.class, attempts.stream().map(AttemptRow::provider).toList())
        .bindArray("kinds", String.class, attempts.stream().map(AttemptRow::kind).toList())
        .bindArray("decisions", String.class, attempts.stream().map(AttemptRow::decision).toList())
        .bindArray(
            "started",
            OffsetDateTime.class,
            attempts.stream().map(a -> a.startedAt().atOffset(java.time.ZoneOffset.UTC)).toList())
        .execute();
    setState(tx, attempts.stream().map(AttemptRow::message).toList());
  }

  private static void setState(TenantTx tx, List<UUID> messages) {
    tx.handle()
        .createUpdate(
            """
            update message set state = 'sending'
            where tenant_id = :tenant and id = any(:ids) and state in ('queued', 'uncertain')
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, messages)
        .execute();
  }

  /// Writes how attempts ended.
  void end(TenantTx tx, List<AttemptRow> attempts, Instant now) {
    if (attempts.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            update attempt a
            set outcome = e.outcome, retry_after_ms = e.retry_after_ms, status = e.status,
              code = e.code, detail = e.detail, request_id = e.request_id,
              provider_message_id = e.provider_message_id, ended_at = :now
            from unnest(:messages::uuid[], :numbers::int[], :outcomes::text[], :retries::bigint[],
              :statuses::int[], :codes::text[], :details::text[], :requests::text[],
              :provider_ids::text[])
              as e (message_id, number, outcome, retry_after_ms, status, code, detail, request_id,
                provider_message_id)
            where a.tenant_id = :tenant and a.message_id = e.message_id and a.number = e.number
              and a.message_id = any(:messages)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("messages", UUID.class, attempts.stream().map(AttemptRow::message).toList())
        .bindArray("numbers", Integer.class, attempts.stream().map(AttemptRow::number).toList())
        .bindArray("outcomes", String.class, attempts.stream().map(AttemptRow::outcome).toList())
        .bindArray("retries", Long.class, attempts.stream().map(AttemptRow::retryAfterMs).toList())
        .bindArray(
            "statuses", Integer.class, attempts.stream().map(a -> a.detail().status()).toList())
        .bindArray("codes", String.class, attempts.stream().map(a -> a.detail().code()).toList())
        .bindArray(
            "details", String.class, attempts.stream().map(a -> a.detail().message()).toList())
        .bindArray(
            "requests", String.class, attempts.stream().map(a -> a.detail().requestId()).toList())
        .bindArray(
            "provider_ids",
            String.class,
            attempts.stream().map(AttemptRow::providerMessageId).toList())
        .execute();
  }

  /// What a message came to.
  record End(
      UUID message,
      String state,
      @Nullable String sentBy,
      @Nullable String providerMessageId,
      String reason) {}

  void finish(TenantTx tx, List<End> ends, Instant now) {
    if (ends.isEmpty()) {
      return;
    }
    tx.handle()
        .createUpdate(
            """
            update message m
            set state = e.state, sent_by = e.sent_by, provider_message_id = e.provider_message_id,
              reason = e.reason, updated_at = :now,
              sent_at = case when e.state = 'sent' then :now else m.sent_at end
            from unnest(:ids::uuid[], :states::text[], :sent_by::text[], :provider_ids::text[],
              :reasons::text[]) as e (id, state, sent_by, provider_message_id, reason)
            where m.tenant_id = :tenant and m.id = e.id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("ids", UUID.class, ends.stream().map(End::message).toList())
        .bindArray("states", String.class, ends.stream().map(End::state).toList())
        .bindArray("sent_by", String.class, ends.stream().map(End::sentBy).toList())
        .bindArray("provider_ids", String.class, ends.stream().map(End::providerMessageId).toList())
        .bindArray("reasons", String.class, ends.stream().map(End::reason).toList())
        .execute();
  }
}
