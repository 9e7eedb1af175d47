package dev.tenon.email;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL that moves messages: attempts begin and end, messages change state, those of many
/// tenants in one statement. The engine's, since it moves states and reads nothing of what a mail
/// says.
final class AttemptStore {
  /// How many messages are looked at for the last that went through.
  private static final int NEWEST_MAX = 500;

  /// An attempt that is about to be made, with the job that it belongs to.
  ///
  /// @param leftOut whom of the recipients nothing that is sent goes to
  record Begun(Job job, AttemptRow row, List<String> leftOut) {}

  /// Writes that attempts begin, and answers the jobs of those that did. One doesn't when another
  /// worker has taken its job, or when its message is over (cancelled, say): the update of the
  /// message waits for whoever holds its row and looks again.
  List<UUID> begin(EngineTx tx, List<Begun> attempts, Instant now) {
    if (attempts.isEmpty()) {
      return List.of();
    }
    List<AttemptRow> rows = attempts.stream().map(Begun::row).toList();
    return tx.handle()
        .createQuery(
            """
            with wanted as (
              select b.* from unnest(:tenants::uuid[], :jobs::uuid[], :tokens::bigint[],
                :messages::uuid[], :numbers::smallint[], :connections::uuid[], :providers::text[],
                :kinds::text[], :decisions::text[], :requests::bytea[], :left_out::text[],
                :changed::timestamptz[], :second::boolean[])
                as b (tenant_id, job_id, token, message_id, number, connection_id, provider, kind,
                  decision, request, left_out, connection_changed_at, may_be_second)
              join waiting_job w
                on w.tenant_id = b.tenant_id and w.id = b.job_id and w.token = b.token
            ), moved as (
              update message m set state = 'sending', next_at = null, updated_at = :now,
                left_out = string_to_array(nullif(wanted.left_out, ''), e'\\n'),
                may_be_twice = m.may_be_twice or wanted.may_be_second
              from wanted
              where m.tenant_id = wanted.tenant_id and m.id = wanted.message_id
                and m.id = any(:messages) and m.state in ('queued', 'sending', 'uncertain')
              returning wanted.*
            ), begun as (
              insert into attempt (tenant_id, message_id, number, connection_id, provider, kind,
                decision, request, connection_changed_at, may_be_second, started_at)
              select tenant_id, message_id, number, connection_id, provider, kind, decision,
                request, connection_changed_at, may_be_second, :now
              from moved
              on conflict (tenant_id, message_id, number) do nothing
              returning tenant_id, message_id
            )
            select moved.job_id from moved join begun using (tenant_id, message_id)
            """)
        .bind("now", now)
        .bindArray(
            "tenants", UUID.class, attempts.stream().map(b -> b.job().tenant().uuid()).toList())
        .bindArray("jobs", UUID.class, attempts.stream().map(begun -> begun.job().id()).toList())
        .bindArray("tokens", Long.class, attempts.stream().map(b -> b.job().token()).toList())
        .bindArray("messages", UUID.class, rows.stream().map(AttemptRow::message).toList())
        .bindArray("numbers", Integer.class, rows.stream().map(AttemptRow::number).toList())
        .bindArray("connections", UUID.class, rows.stream().map(AttemptRow::connection).toList())
        .bindArray("providers", String.class, rows.stream().map(AttemptRow::provider).toList())
        .bindArray("kinds", String.class, rows.stream().map(AttemptRow::kind).toList())
        .bindArray("decisions", String.class, rows.stream().map(AttemptRow::decision).toList())
        .bindArray("requests", byte[].class, rows.stream().map(AttemptRow::request).toList())
        .bindArray(
            "changed",
            OffsetDateTime.class,
            rows.stream().map(row -> offset(row.connectionChangedAt())).toList())
        .bindArray("second", Boolean.class, rows.stream().map(AttemptRow::mayBeSecond).toList())
        .bindArray(
            "left_out",
            String.class,
            attempts.stream().map(begun -> String.join("\n", begun.leftOut())).toList())
        .mapTo(UUID.class)
        .list();
  }

  /// Writes how attempts ended, and what their messages came to. An outcome that is known is always
  /// written, but never over another one.
  ///
  /// @param ends by the job that each message's run was
  /// @return the messages that did move: one that is over already stays as it is
  Set<UUID> end(EngineTx tx, List<AttemptRow> ended, Map<Job, MailEnd> ends, Instant now) {
    if (!ended.isEmpty()) {
      endAttempts(tx, ended, now);
    }
    return ends.isEmpty() ? Set.of() : moveMessages(tx, ends, now);
  }

  /// A message that was given up, as what.
  record GivenUp(String state, String stream, boolean mayBeTwice) {}

  /// Ends a message whose job has died. It is uncertain when an attempt may have sent it. Answers
  /// nothing when it was over.
  Optional<GivenUp> giveUp(EngineTx tx, TenantId tenant, UUID message, String reason, Instant now) {
    return tx.handle()
        .createQuery(
            """
            update message m
            set state = case when exists (
                  select from attempt a
                  where a.tenant_id = :tenant and a.message_id = :message and a.kind = 'sending'
                    and a.outcome in ('started', 'unknown')
                ) then 'uncertain' else 'failed' end,
              reason = :reason, next_at = null, updated_at = :now
            where m.tenant_id = :tenant and m.id = :message
              and m.state in ('queued', 'sending', 'uncertain')
            returning m.state, m.stream, m.may_be_twice
            """)
        .bind("tenant", tenant.uuid())
        .bind("message", message)
        .bind("reason", reason)
        .bind("now", now)
        .map(
            (row, _) ->
                new GivenUp(
                    row.getString("state"),
                    row.getString("stream"),
                    row.getBoolean("may_be_twice")))
        .findOne();
  }

  /// When a mail of a tenant last went through each of some connections, among its newest messages.
  static Map<UUID, Instant> lastSuccesses(TenantTx tx, List<UUID> connections) {
    Map<UUID, Instant> last = new HashMap<>();
    if (connections.isEmpty()) {
      return last;
    }
    tx.handle()
        .createQuery(
            """
            select a.connection_id, max(a.ended_at) as at
            from (
              select id from message where tenant_id = :tenant order by id desc limit :newest
            ) m
            cross join lateral (
              select connection_id, ended_at from attempt
              where tenant_id = :tenant and message_id = m.id and outcome in ('accepted', 'found')
              offset 0
            ) a
            where a.connection_id = any(:connections)
            group by a.connection_id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("newest", NEWEST_MAX)
        .bindArray("connections", UUID.class, connections)
        .map(
            (row, _) ->
                Map.entry(
                    row.getObject("connection_id", UUID.class),
                    row.getObject("at", OffsetDateTime.class).toInstant()))
        .forEach(entry -> last.put(entry.getKey(), entry.getValue()));
    return last;
  }

  private static void endAttempts(EngineTx tx, List<AttemptRow> ended, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update attempt a
            set outcome = e.outcome, retry_after_ms = e.retry_after_ms, status = e.status,
              code = e.code, detail = e.detail, request_id = e.request_id,
              provider_message_id = e.provider_message_id,
              refused_recipients = string_to_array(nullif(e.refused, ''), e'\\n'),
              ended_at = e.ended_at
            from unnest(:tenants::uuid[], :messages::uuid[], :numbers::smallint[],
              :outcomes::text[], :retries::bigint[], :statuses::int[], :codes::text[],
              :details::text[], :requests::text[], :provider_ids::text[], :refused::text[],
              :ended::timestamptz[])
              as e (tenant_id, message_id, number, outcome, retry_after_ms, status, code, detail,
                request_id, provider_message_id, refused, ended_at)
            where a.tenant_id = e.tenant_id and a.message_id = e.message_id and a.number = e.number
              and a.message_id = any(:messages)
              and (a.outcome = 'started'
                -- A webhook of the provider was faster than its answer.
                or (a.outcome = 'accepted' and a.status is null and e.outcome = 'accepted'))
            """)
        .bindArray("tenants", UUID.class, ended.stream().map(a -> a.tenant().uuid()).toList())
        .bindArray("messages", UUID.class, ended.stream().map(AttemptRow::message).toList())
        .bindArray("numbers", Integer.class, ended.stream().map(AttemptRow::number).toList())
        .bindArray("outcomes", String.class, ended.stream().map(AttemptRow::outcome).toList())
        .bindArray("retries", Long.class, ended.stream().map(AttemptRow::retryAfterMs).toList())
        .bindArray("statuses", Integer.class, ended.stream().map(a -> a.detail().status()).toList())
        .bindArray("codes", String.class, ended.stream().map(a -> a.detail().code()).toList())
        .bindArray("details", String.class, ended.stream().map(a -> a.detail().message()).toList())
        .bindArray(
            "requests", String.class, ended.stream().map(a -> a.detail().requestId()).toList())
        .bindArray(
            "provider_ids",
            String.class,
            ended.stream().map(AttemptRow::providerMessageId).toList())
        .bindArray(
            "refused",
            String.class,
            ended.stream().map(a -> String.join("\n", a.refusedRecipients())).toList())
        .bindArray(
            "ended", OffsetDateTime.class, ended.stream().map(a -> at(a.endedAt(), now)).toList())
        .execute();
  }

  private static @Nullable OffsetDateTime offset(@Nullable Instant moment) {
    return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
  }

  private static OffsetDateTime at(@Nullable Instant moment, Instant otherwise) {
    return (moment == null ? otherwise : moment).atOffset(ZoneOffset.UTC);
  }

  private static Set<UUID> moveMessages(EngineTx tx, Map<Job, MailEnd> byJob, Instant now) {
    List<UUID> tenants = new ArrayList<>();
    List<MailEnd> ends = new ArrayList<>();
    byJob.forEach(
        (job, end) -> {
          tenants.add(job.tenant().uuid());
          ends.add(end);
        });
    return tx.handle()
        .createQuery(
            """
            update message m
            set state = e.state, sent_by = e.sent_by, provider_message_id = e.provider_message_id,
              reason = e.reason, next_at = e.next_at, updated_at = :now,
              left_out = string_to_array(nullif(e.left_out, ''), e'\\n'),
              sent_at = case when e.state = 'sent' then :now else m.sent_at end
            from unnest(:tenants::uuid[], :ids::uuid[], :states::text[], :sent_by::text[],
              :provider_ids::text[], :reasons::text[], :next::timestamptz[], :left_out::text[])
              as e (tenant_id, id, state, sent_by, provider_message_id, reason, next_at, left_out)
            where m.tenant_id = e.tenant_id and m.id = e.id and m.id = any(:ids)
              and m.state in ('queued', 'sending', 'uncertain')
            returning m.id
            """)
        .bind("now", now)
        .bindArray("tenants", UUID.class, tenants)
        .bindArray("ids", UUID.class, ends.stream().map(MailEnd::message).toList())
        .bindArray("states", String.class, ends.stream().map(MailEnd::state).toList())
        .bindArray("sent_by", String.class, ends.stream().map(MailEnd::sentBy).toList())
        .bindArray(
            "provider_ids", String.class, ends.stream().map(MailEnd::providerMessageId).toList())
        .bindArray("reasons", String.class, ends.stream().map(MailEnd::reason).toList())
        .bindArray("next", OffsetDateTime.class, ends.stream().map(end -> end.nextAt(now)).toList())
        .bindArray(
            "left_out",
            String.class,
            ends.stream().map(end -> String.join("\n", end.leftOut())).toList())
        .mapTo(UUID.class)
        .set();
  }
}
