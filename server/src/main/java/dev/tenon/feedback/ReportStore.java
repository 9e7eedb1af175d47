package dev.tenon.feedback;

import dev.tenon.connector.email.MailEvent;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.event.MessageLabels;
import dev.tenon.tenant.TenantId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of reports about mails, and of what they move.
final class ReportStore {
  // Ids are looked up one by one, and not compared with an array: with plans that are made without
  // looking at parameters, only an id by itself finds its one week among all. `offset 0` keeps the
  // planner from joining with all weeks at once while they are small.

  /// By the place `%s` for whether to wait.
  static final String OPEN_ATTEMPTS =
      """
      select a.message_id, a.number from unnest(:ids::uuid[]) n (id)
      cross join lateral (
        select a.message_id, a.number from attempt a
        where a.tenant_id = :tenant and a.message_id = n.id
          and a.outcome in ('started', 'unknown')
        order by a.number for no key update %s
      ) a
      """;

  static final String ATTEMPTS =
      """
      select a.* from unnest(:ids::uuid[]) n (id)
      cross join lateral (
        select a.message_id, a.number, a.connection_id, a.kind, a.outcome, a.refused_recipients
        from attempt a where a.tenant_id = :tenant and a.message_id = n.id
        order by a.number offset 0
      ) a
      """;

  static final String REPORTS =
      """
      select r.* from unnest(:ids::uuid[]) n (id)
      cross join lateral (
        select * from message_report r
        where r.tenant_id = :tenant and r.message_id = n.id offset 0
      ) r
      """;

  static final String SETTLE =
      """
      update attempt a
      set outcome = 'accepted', ended_at = coalesce(a.ended_at, :now),
        provider_message_id = nullif(s.provider_id, ''),
        detail = left(concat_ws('; ', nullif(a.detail, ''),
          'a webhook of the provider shows that it has the message'), 700)
      from unnest(:messages::uuid[], :numbers::smallint[], :provider_ids::text[])
        as s (message_id, number, provider_id)
      where a.tenant_id = :tenant and a.message_id = s.message_id and a.number = s.number
        and a.outcome in ('started', 'unknown')
      """;

  /// Whose messages these are, over all tenants.
  Map<UUID, TenantId> owners(EngineTx tx, Collection<UUID> messages) {
    Map<UUID, TenantId> owners = new HashMap<>();
    tx.handle()
        .createQuery(
            "select m.tenant_id, m.id from unnest(:ids::uuid[]) n (id) join message m on m.id = n.id")
        .bindArray("ids", UUID.class, messages)
        .map(
            (row, _) ->
                Map.entry(
                    row.getObject("id", UUID.class),
                    new TenantId(row.getObject("tenant_id", UUID.class))))
        .forEach(entry -> owners.put(entry.getKey(), entry.getValue()));
    return owners;
  }

  /// A message as far as reports move it.
  ///
  /// @param recipients comparable; null for one that was stored by an older version
  /// @param leftOut whom the suppression list left out; comparable
  /// @param sentBefore whether a provider was known to have it at some time
  /// @param labels what events say of it
  record Message(
      UUID id,
      String state,
      String stream,
      @Nullable List<String> recipients,
      List<String> leftOut,
      @Nullable String reason,
      boolean sentBefore,
      MessageLabels labels) {

    /// Whom the mail really went to; null for one that was stored by an older version.
    @Nullable List<String> addressed() {
      return recipients == null
          ? null
          : recipients.stream().filter(one -> !leftOut.contains(one)).toList();
    }
  }

  /// Messages as far as they could be locked.
  ///
  /// @param rows by id; those that are locked
  /// @param open their attempts whose end nobody knows; locked too
  /// @param busy those that somebody else has
  record Locked(List<Message> rows, Set<OpenAttempt> open, Set<UUID> busy) {}

  /// An attempt by its key.
  record OpenAttempt(UUID message, int number) {}

  /// Locks attempts whose end nobody knows, and then their messages: in the order in which those
  /// who send write them, so that neither waits for the other in a circle.
  ///
  /// @param wait whether to wait for who has them. A batch that holds some and waits for others
  ///   could wait in a circle, so it leaves out what others have
  Locked lock(TenantTx tx, Collection<UUID> messages, boolean wait) {
    String how = wait ? "" : "skip locked";
    Set<UUID> missing = new HashSet<>(existing(tx, messages));
    Set<OpenAttempt> open =
        tx.handle()
            .createQuery(OPEN_ATTEMPTS.formatted(how))
            .bind("tenant", tx.tenant().uuid())
            .bindArray("ids", UUID.class, messages)
            .map(
                (row, _) ->
                    new OpenAttempt(row.getObject("message_id", UUID.class), row.getInt("number")))
            .set();
    List<Message> rows =
        tx.handle()
            .createQuery(
                """
                select m.id, m.state, m.stream, m.recipients, m.left_out, m.reason, m.sent_at,
                  m.recipient, m.template, m.tags, m.metadata
                from unnest(:ids::uuid[]) n (id)
                join message m on m.tenant_id = :tenant and m.id = n.id
                order by m.id for no key update of m %s
                """
                    .formatted(how))
            .bind("tenant", tx.tenant().uuid())
            .bindArray("ids", UUID.class, messages)
            .map(
                (row, _) -> {
                  List<String> leftOut = texts(row.getArray("left_out"));
                  return new Message(
                      row.getObject("id", UUID.class),
                      row.getString("state"),
                      row.getString("stream"),
                      texts(row.getArray("recipients")),
                      leftOut == null ? List.of() : leftOut,
                      row.getString("reason"),
                      row.getObject("sent_at") != null,
                      MessageLabels.of(
                          row.getString("recipient"),
                          row.getString("stream"),
                          row.getString("template"),
                          row.getArray("tags") == null
                              ? null
                              : (String[]) row.getArray("tags").getArray(),
                          row.getString("metadata")));
                })
            .list();
    rows.forEach(row -> missing.remove(row.id()));
    return new Locked(rows, open, missing);
  }

  private static List<UUID> existing(TenantTx tx, Collection<UUID> messages) {
    return tx.handle()
        .createQuery(
            """
            select m.id from unnest(:ids::uuid[]) n (id)
            join message m on m.tenant_id = :tenant and m.id = n.id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, messages)
        .mapTo(UUID.class)
        .list();
  }

  private static @Nullable List<String> texts(@Nullable Array array) throws SQLException {
    return array == null ? null : List.of((String[]) array.getArray());
  }

  /// An attempt as far as it says through which connection a message went.
  ///
  /// @param refused whom the provider will not deliver to, in the provider's spelling
  record Attempt(
      UUID message,
      int number,
      UUID connection,
      String kind,
      String outcome,
      List<String> refused) {}

  /// All attempts of some messages, by message.
  Map<UUID, List<Attempt>> attempts(TenantTx tx, Collection<UUID> messages) {
    Map<UUID, List<Attempt>> attempts = new HashMap<>();
    tx.handle()
        .createQuery(ATTEMPTS)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, messages)
        .map(
            (row, _) -> {
              List<String> refused = texts(row.getArray("refused_recipients"));
              return new Attempt(
                  row.getObject("message_id", UUID.class),
                  row.getInt("number"),
                  row.getObject("connection_id", UUID.class),
                  row.getString("kind"),
                  row.getString("outcome"),
                  refused == null ? List.of() : refused);
            })
        .forEach(one -> attempts.computeIfAbsent(one.message(), _ -> new ArrayList<>()).add(one));
    return attempts;
  }

  /// What was reported before, by message.
  Map<UUID, List<MailReport>> reports(TenantTx tx, Collection<UUID> messages) {
    Map<UUID, List<MailReport>> reports = new HashMap<>();
    tx.handle()
        .createQuery(REPORTS)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("ids", UUID.class, messages)
        .map((row, _) -> Map.entry(row.getObject("message_id", UUID.class), read(row)))
        .forEach(
            entry ->
                reports
                    .computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                    .add(entry.getValue()));
    return reports;
  }

  /// The reports about one message by the time they tell, the first `limit` of them.
  List<MailReport> inOrder(TenantTx tx, UUID message, int limit) {
    return tx.handle()
        .createQuery(
            """
            select * from message_report where tenant_id = :tenant and message_id = :message
            order by occurred_at, fact_id limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("message", message)
        .bind("limit", limit)
        .map((row, _) -> read(row))
        .list();
  }

  /// What was reported about one message, by recipient and kind; whom something was reported of
  /// first stands first.
  List<MailReports.Count> counts(TenantTx tx, UUID message) {
    return tx.handle()
        .createQuery(
            """
            select recipient, kind, count(*)::int as times from message_report
            where tenant_id = :tenant and message_id = :message
            group by recipient, kind order by min(occurred_at), recipient, kind
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("message", message)
        .map(
            (row, _) ->
                new MailReports.Count(
                    row.getString("recipient"),
                    MailEvent.Kind.of(row.getString("kind")),
                    row.getInt("times")))
        .list();
  }

  private static MailReport read(ResultSet row) throws SQLException {
    return new MailReport(
        row.getObject("fact_id", UUID.class),
        row.getObject("connection_id", UUID.class),
        row.getString("provider"),
        MailEvent.Kind.of(row.getString("kind")),
        MailEvent.Reason.parse(row.getString("reason")).orElseThrow(),
        row.getBoolean("lasting"),
        row.getString("name"),
        row.getString("recipient"),
        row.getString("detail"),
        row.getObject("occurred_at", OffsetDateTime.class).toInstant());
  }

  /// A report and the message that it is about.
  record New(UUID message, MailReport report) {}

  void insert(TenantTx tx, List<New> made) {
    List<MailReport> reports = made.stream().map(New::report).toList();
    tx.handle()
        .createUpdate(
            """
            insert into message_report (tenant_id, message_id, fact_id, connection_id, provider,
              kind, reason, lasting, name, recipient, detail, occurred_at)
            select :tenant, r.* from unnest(:messages::uuid[], :facts::uuid[], :connections::uuid[],
              :providers::text[], :kinds::text[], :reasons::text[], :lasting::bool[],
              :names::text[], :recipients::text[], :details::text[], :occurred::timestamptz[]) as r
            on conflict do nothing
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindArray("messages", UUID.class, made.stream().map(New::message).toList())
        .bindArray("facts", UUID.class, reports.stream().map(MailReport::fact).toList())
        .bindArray("connections", UUID.class, reports.stream().map(MailReport::connection).toList())
        .bindArray("providers", String.class, reports.stream().map(MailReport::provider).toList())
        .bindArray("kinds", String.class, reports.stream().map(r -> r.kind().text()).toList())
        .bindArray("reasons", String.class, reports.stream().map(r -> r.reason().text()).toList())
        .bindArray("lasting", Boolean.class, reports.stream().map(MailReport::lasting).toList())
        .bindArray("names", String.class, reports.stream().map(MailReport::name).toList())
        .bindArray("recipients", String.class, reports.stream().map(MailReport::recipient).toList())
        .bindArray("details", String.class, reports.stream().map(MailReport::detail).toList())
        .bindArray(
            "occurred",
            OffsetDateTime.class,
            reports.stream().map(r -> r.occurredAt().atOffset(ZoneOffset.UTC)).toList())
        .execute();
  }

  /// A message that moves.
  ///
  /// @param sent whether a provider has it, so that it counts as sent from now if it did not before
  record Moved(
      UUID id,
      String state,
      @Nullable String reason,
      boolean sent,
      String provider,
      String providerMessageId) {}

  /// Moves messages that [#lock] locked.
  void move(TenantTx tx, List<Moved> moved, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update message m
            set state = v.state, reason = v.reason, next_at = null, updated_at = :now,
              sent_at = case when v.sent then coalesce(m.sent_at, :now) else m.sent_at end,
              sent_by = coalesce(m.sent_by, v.provider),
              provider_message_id =
                coalesce(nullif(m.provider_message_id, ''), nullif(v.provider_id, ''))
            from unnest(:ids::uuid[], :states::text[], :reasons::text[], :sent::bool[],
              :providers::text[], :provider_ids::text[])
              as v (id, state, reason, sent, provider, provider_id)
            where m.tenant_id = :tenant and m.id = v.id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("ids", UUID.class, moved.stream().map(Moved::id).toList())
        .bindArray("states", String.class, moved.stream().map(Moved::state).toList())
        .bindArray("reasons", String.class, moved.stream().map(Moved::reason).toList())
        .bindArray("sent", Boolean.class, moved.stream().map(Moved::sent).toList())
        .bindArray("providers", String.class, moved.stream().map(Moved::provider).toList())
        .bindArray(
            "provider_ids", String.class, moved.stream().map(Moved::providerMessageId).toList())
        .execute();
  }

  /// An attempt that a report has shown to be accepted.
  record Settled(UUID message, int number, String providerMessageId) {}

  /// Settles attempts that [#lock] locked. The provider's own answer, where it still comes, is
  /// written over this (`AttemptStore`).
  void settle(TenantTx tx, List<Settled> settled, Instant now) {
    tx.handle()
        .createUpdate(SETTLE)
        .bind("tenant", tx.tenant().uuid())
        .bind("now", now)
        .bindArray("messages", UUID.class, settled.stream().map(Settled::message).toList())
        .bindArray("numbers", Integer.class, settled.stream().map(Settled::number).toList())
        .bindArray(
            "provider_ids", String.class, settled.stream().map(Settled::providerMessageId).toList())
        .execute();
  }
}
