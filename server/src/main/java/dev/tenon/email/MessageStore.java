package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.event.MessageLabels;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of messages, their content and their attempts.
final class MessageStore {
  private static final Set<String> OPEN = Set.of("queued", "sending", "uncertain");

  /// A message to be stored: to be sent (`queued`), or as one that can't be (`failed`, with its
  /// reason). A class would print nothing; this one is never printed, and its content is sealed.
  @SuppressWarnings("ArrayRecordComponent")
  record NewMessage(
      UUID id,
      String state,
      @Nullable String reason,
      String recipient,
      String sender,
      String subject,
      @Nullable String template,
      String stream,
      String policy,
      @Nullable UUID namedConnection,
      @Nullable UUID cause,
      @Nullable String about,
      @Nullable String onceKey,
      List<String> recipients,
      MailPriority priority,
      @Nullable Instant sendAt,
      List<String> tags,
      Map<String, String> metadata,
      @Nullable String envelope,
      byte[] sealed) {

    /// What the events about it say of it.
    MailEnd.About labelled() {
      return new MailEnd.About(id, new MessageLabels(recipient, stream, template, tags, metadata));
    }
  }

  /// A message that was stored, as what: with every recipient on the suppression list it is
  /// `suppressed` at once.
  record Inserted(UUID id, String state, @Nullable String reason) {}

  /// Inserts messages and answers those that are new: one whose occasion had its mail already is
  /// not. Whom of their recipients the tenant must not write to is looked up on the way.
  List<Inserted> insert(TenantTx tx, List<NewMessage> messages, Instant now) {
    return tx.handle()
        .createQuery(
            """
            with given as (
              select * from unnest(:ids::uuid[], :recipients::text[], :senders::text[],
                :subjects::text[], :templates::text[], :streams::text[], :policies::text[],
                :named::uuid[], :causes::uuid[], :about::text[], :once_keys::text[],
                :sealed::bytea[], :states::text[], :reasons::text[], :everybody::text[],
                :priorities::text[], :send_at::timestamptz[], :tags::text[], :metadata::text[],
                :envelopes::text[])
                as g (id, recipient, sender, subject, template, stream, policy,
                  named_connection_id, cause_id, about, once_key, sealed, state, reason,
                  everybody, priority, send_at, tags, metadata, envelope)
            ), m as (
              select g.*, string_to_array(g.everybody, e'\\n') as recipients,
                g.state = 'queued' and g.everybody <> '' and s.addresses = cardinality(string_to_array(g.everybody, e'\\n'))
                  as nobody_left,
                s.words
              from given g cross join lateral (
                select count(distinct s.address) as addresses,
                  string_agg(s.address || ' (' || s.reason || ')', ', ' order by s.address) as words
                from suppression s
                where s.tenant_id = :tenant
                  and s.address = any(string_to_array(g.everybody, e'\\n'))
                  and s.stream in ('', g.stream)
              ) s
            ), made as (
              insert into message (tenant_id, id, state, recipient, sender, subject, template,
                stream, policy, named_connection_id, cause_id, about, once_key, reason, created_at,
                updated_at, recipients, priority, send_at, next_at, tags, metadata,
                envelope)
              select :tenant, id, case when nobody_left then 'suppressed' else state end, recipient,
                sender, subject, template, stream, policy, named_connection_id, cause_id, about,
                once_key,
                case when nobody_left
                  then left('every recipient is on the suppression list: ' || words, 1000)
                  else reason end,
                :now, :now, nullif(recipients, '{}'), priority, send_at,
                case when state = 'queued' and not nobody_left then send_at end,
                string_to_array(nullif(tags, ''), e'\\n'), metadata::jsonb, envelope::jsonb
              from m order by once_key
              on conflict do nothing
              returning id, state, reason
            ), content as (
              insert into message_content (tenant_id, message_id, sealed)
              select :tenant, m.id, m.sealed from m join made on made.id = m.id
            )
            select id, state, reason from made
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
        .bindArray("named", UUID.class, messages.stream().map(NewMessage::namedConnection).toList())
        .bindArray("causes", UUID.class, messages.stream().map(NewMessage::cause).toList())
        .bindArray("about", String.class, messages.stream().map(NewMessage::about).toList())
        .bindArray("once_keys", String.class, messages.stream().map(NewMessage::onceKey).toList())
        .bindArray("sealed", byte[].class, messages.stream().map(NewMessage::sealed).toList())
        .bindArray("states", String.class, messages.stream().map(NewMessage::state).toList())
        .bindArray("reasons", String.class, messages.stream().map(NewMessage::reason).toList())
        .bindArray(
            "everybody",
            String.class,
            messages.stream().map(one -> String.join("\n", one.recipients())).toList())
        .bindArray(
            "priorities",
            String.class,
            messages.stream().map(one -> one.priority().text()).toList())
        .bindArray(
            "tags",
            String.class,
            messages.stream().map(one -> String.join("\n", one.tags())).toList())
        .bindArray("metadata", String.class, messages.stream().map(MessageStore::metadata).toList())
        .bindArray("envelopes", String.class, messages.stream().map(NewMessage::envelope).toList())
        .bindArray(
            "send_at", OffsetDateTime.class, messages.stream().map(MessageStore::sendAt).toList())
        .map(
            (row, _) ->
                new Inserted(
                    row.getObject("id", UUID.class),
                    row.getString("state"),
                    row.getString("reason")))
        .list();
  }

  private static @Nullable String metadata(NewMessage message) {
    return message.metadata().isEmpty()
        ? null
        : JsonMapper.shared().writeValueAsString(message.metadata());
  }

  private static @Nullable OffsetDateTime sendAt(NewMessage message) {
    Instant at = message.sendAt();
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }

  /// A message about to be sent, with its content still sealed and all that was tried so far.
  static final class Row {
    final UUID id;
    final MailEnd.About about;
    final String state;
    final String policy;
    final @Nullable UUID namedConnection;

    /// When it could be sent first: its age counts from then.
    final Instant dueAt;

    /// How long its sealed content is.
    final int bytes;

    /// Null where it is too long to be read together with others.
    final byte @Nullable [] sealed;

    /// Whom of its recipients the tenant must not write to now, and why, by address.
    final Map<String, String> suppressed = new LinkedHashMap<>();

    /// Whom of them all that was sent so far left out.
    final List<String> leftOut;

    final List<AttemptRow> attempts = new ArrayList<>();

    Row(ResultSet row) throws SQLException {
      id = row.getObject("id", UUID.class);
      about =
          new MailEnd.About(
              id,
              MessageLabels.of(
                  row.getString("recipient"),
                  row.getString("stream"),
                  row.getString("template"),
                  row.getArray("tags") == null ? null : (String[]) row.getArray("tags").getArray(),
                  row.getString("metadata")));
      state = row.getString("state");
      policy = row.getString("policy");
      namedConnection = row.getObject("named_connection_id", UUID.class);
      dueAt = row.getObject("due_at", OffsetDateTime.class).toInstant();
      bytes = row.getInt("bytes");
      sealed = row.getBytes("sealed");
      var left = row.getArray("left_out");
      leftOut = left == null ? List.of() : List.of((String[]) left.getArray());
      String listed = row.getString("suppressed");
      if (listed != null) {
        for (String line : listed.split("\n", -1)) {
          int blank = line.indexOf(' ');
          suppressed.put(line.substring(0, blank), line.substring(blank + 1));
        }
      }
    }

    /// Whether nothing can be sent any more: it has its end, or somebody cancelled it.
    boolean isOver() {
      return !OPEN.contains(state);
    }
  }

  /// The sealed content of one message.
  Optional<byte[]> content(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select sealed from message_content where tenant_id = :tenant and message_id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row.getBytes("sealed"))
        .findOne();
  }

  /// Stores what a mail that waited for its sender was made into. The message is unsent: nobody has
  /// begun an attempt of what could not be made.
  void made(TenantTx tx, UUID id, String sender, String subject, byte[] sealed, Instant now) {
    tx.handle()
        .createUpdate(
            """
            with written as (
              update message_content set sealed = :sealed
              where tenant_id = :tenant and message_id = :id
              returning message_id
            )
            update message m set sender = :sender, subject = :subject, updated_at = :now
            from written where m.tenant_id = :tenant and m.id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("sender", sender)
        .bind("subject", subject)
        .bind("sealed", sealed)
        .bind("now", now)
        .execute();
  }

  /// Cancels a message that certainly has not been sent and is not being sent; false when there is
  /// none in that state. The row's lock orders this against an attempt that is about to begin.
  boolean cancel(TenantTx tx, UUID id, String reason, Instant now) {
    return tx.handle()
            .createUpdate(
                """
                update message m
                set state = 'cancelled', reason = :reason, next_at = null, updated_at = :now
                where m.tenant_id = :tenant and m.id = :id and m.state = 'queued'
                  and not exists (
                    select from attempt a
                    where a.tenant_id = :tenant and a.message_id = :id and a.kind = 'sending'
                      and a.outcome in ('started', 'unknown', 'accepted'))
                """)
            .bind("reason", reason)
            .bind("now", now)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .execute()
        == 1;
  }

  /// Cancels messages that wait, by the keys of their occasions.
  int withdraw(TenantTx tx, Collection<String> onceKeys, String reason, Instant now) {
    return tx.handle()
        .createUpdate(
            """
            update message m
            set state = 'cancelled', reason = :reason, next_at = null, updated_at = :now
            where m.tenant_id = :tenant and m.once_key = any(:keys) and m.state = 'queued'
              and not exists (
                select from attempt a
                where a.tenant_id = :tenant and a.message_id = m.id and a.kind = 'sending'
                  and a.outcome in ('started', 'unknown', 'accepted'))
            """)
        .bind("reason", reason)
        .bind("now", now)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("keys", String.class, onceKeys)
        .execute();
  }

  /// Reads messages for sending, with all that was tried for each.
  ///
  /// @param bytesMax the content of longer ones is left out
  List<Row> toSend(TenantTx tx, Collection<UUID> ids, int bytesMax) {
    Map<UUID, Row> rows = new LinkedHashMap<>();
    tx.handle()
        .createQuery(
            """
            select m.id, m.state, m.policy, m.named_connection_id, m.recipient, m.stream,
              m.template, m.tags, m.metadata,
              coalesce(m.send_at, m.created_at) as due_at,
              octet_length(c.sealed) as bytes,
              case when octet_length(c.sealed) <= :bytes_max then c.sealed end as sealed,
              m.left_out,
              (select string_agg(s.address || ' ' || s.reason, e'\\n' order by s.address)
                from suppression s
                where s.tenant_id = m.tenant_id and s.address = any(m.recipients)
                  and s.stream in ('', m.stream)) as suppressed,
              a.tenant_id, a.message_id, a.number, a.connection_id, a.provider, a.kind, a.outcome,
              a.retry_after_ms, a.status, a.code, a.detail, a.request_id, a.provider_message_id,
              a.refused_recipients,
              case when octet_length(c.sealed) <= :bytes_max then a.request end as request,
              a.started_at, a.ended_at
            from message m
            join message_content c on c.tenant_id = m.tenant_id and c.message_id = m.id
            left join attempt a on a.tenant_id = m.tenant_id and a.message_id = m.id
              and a.message_id = any(:ids)
            where m.tenant_id = :tenant and m.id = any(:ids) and c.message_id = any(:ids)
            order by m.id, a.number
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("bytes_max", bytesMax)
        .bindArray("ids", UUID.class, ids)
        .map(
            (row, context) -> {
              UUID id = row.getObject("id", UUID.class);
              Row message = rows.get(id);
              if (message == null) {
                message = new Row(row);
                rows.put(id, message);
              }
              if (row.getObject("message_id") != null) {
                message.attempts.add(AttemptRow.of(tx.tenant(), row));
              }
              return id;
            })
        .list();
    return List.copyOf(rows.values());
  }
}
