package dev.tenon.console;

import static dev.tenon.console.InboxQueries.instant;
import static dev.tenon.console.InboxQueries.text;

import dev.tenon.db.TenantTx;
import dev.tenon.email.MessageFilter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the pages about messages read, and what followed from a cause.
final class MessageQueries {
  /// The states that can be asked for.
  static final List<String> STATES = MessageFilter.STATES;

  /// One try at one provider.
  ///
  /// @param words what the provider said, with its codes
  record Attempt(
      int number,
      String provider,
      String outcome,
      String words,
      String decision,
      Instant startedAt,
      @Nullable Instant endedAt) {}

  /// An event that tells the application what changed.
  record Event(UUID id, String type, String about, Instant createdAt) {}

  private static final Pattern CONNECTION = Pattern.compile("'([a-z0-9-]+) con_[0-9a-z]+'");

  /// What the attempt before ended with, which stands above it.
  private static final Pattern LAST_WORDS = Pattern.compile(" \\(last: .*\\)$", Pattern.DOTALL);

  private static final String COLUMNS =
      """
      id, state, recipient, sender, subject, template, stream, policy, priority, sent_by,
      provider_message_id, reason, about, created_at, next_at
      """;

  /// A search looks through no more than [MessageFilter#SCANNED_MAX] messages; what lies further
  /// back comes with the next page.
  List<MessageRow> list(TenantTx tx, MessageFilter filter, UUID before, int limit, Instant now) {
    return tx.handle()
        .createQuery(
            "select %s from (%s) m where %s order by m.id desc limit :limit"
                .formatted(COLUMNS, filter.within(), filter.wanted()))
        .bindMap(filter.values())
        .bindMap(filter.wantedValues())
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("scanned", filter.isSearching() ? MessageFilter.SCANNED_MAX : limit)
        .bind("limit", limit)
        .map((row, _) -> row(row, now))
        .list();
  }

  /// The last message that a search looked through, when there is more behind it.
  Optional<InboxSearchQueries.Scanned> scannedTo(TenantTx tx, MessageFilter filter, UUID before) {
    if (!filter.isSearching()) {
      return Optional.empty();
    }
    return tx.handle()
        .createQuery(
            "select m.id, m.created_at from (%s) m order by m.id desc offset :last limit 1"
                .formatted(filter.within()))
        .bindMap(filter.values())
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("scanned", MessageFilter.SCANNED_MAX)
        .bind("last", MessageFilter.SCANNED_MAX - 1)
        .map(
            (row, _) ->
                new InboxSearchQueries.Scanned(
                    row.getObject("id", UUID.class), instant(row, "created_at")))
        .findOne();
  }

  Optional<MessageRow> find(TenantTx tx, UUID id, Instant now) {
    return tx.handle()
        .createQuery("select " + COLUMNS + " from message where tenant_id = :tenant and id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row, now))
        .findOne();
  }

  /// The messages that a fact led to.
  List<MessageRow> causedBy(TenantTx tx, UUID cause, int limit, Instant now) {
    return tx.handle()
        .createQuery(
            "select "
                + COLUMNS
                + " from message where tenant_id = :tenant and cause_id = :cause"
                + " order by id limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("cause", cause)
        .bind("limit", limit)
        .map((row, _) -> row(row, now))
        .list();
  }

  /// The fact or record that led to a message.
  Optional<UUID> causeOf(TenantTx tx, UUID message) {
    return tx.handle()
        .createQuery(
            """
            select cause_id from message
            where tenant_id = :tenant and id = :id and cause_id is not null
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", message)
        .mapTo(UUID.class)
        .findOne();
  }

  List<Attempt> attempts(TenantTx tx, UUID message, int limit) {
    return tx.handle()
        .createQuery(
            """
            select number, provider, outcome, started_at, ended_at, coalesce(decision, '') as decision,
              concat_ws(' · ', nullif(nullif(detail, ''), 'HTTP ' || status),
                'not delivered to ' || nullif(array_to_string(refused_recipients, ', '), ''),
                'code ' || nullif(code, ''), 'status ' || status,
                'request ' || nullif(request_id, '')) as words
            from attempt where tenant_id = :tenant and message_id = :message
            order by number limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("message", message)
        .bind("limit", limit)
        .map((row, _) -> attempt(row))
        .list();
  }

  private static Attempt attempt(ResultSet row) throws SQLException {
    @Nullable OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
    return new Attempt(
        row.getInt("number"),
        row.getString("provider"),
        row.getString("outcome"),
        readable(row.getString("words")),
        readable(LAST_WORDS.matcher(row.getString("decision")).replaceFirst("")),
        instant(row, "started_at"),
        ended == null ? null : ended.toInstant());
  }

  /// The outgoing events that a fact or message led to. `since` bounds the partitions: an effect is
  /// never older than its cause.
  List<Event> events(TenantTx tx, UUID cause, Instant since, int limit) {
    return tx.handle()
        .createQuery(
            """
            select id, type, about, created_at from event
            where tenant_id = :tenant and cause_id = :cause and id >= id_at(:since)
            order by id limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("cause", cause)
        .bind("since", since)
        .bind("limit", limit)
        .map(
            (row, _) ->
                new Event(
                    row.getObject("id", UUID.class),
                    row.getString("type"),
                    row.getString("about"),
                    instant(row, "created_at")))
        .list();
  }

  /// The sealed content, if retention has not dropped it.
  Optional<byte[]> content(TenantTx tx, UUID message) {
    return tx.handle()
        .createQuery(
            """
            select sealed from message_content where tenant_id = :tenant and message_id = :message
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("message", message)
        .map((row, _) -> row.getBytes("sealed"))
        .findOne();
  }

  /// The router names connections by provider and id; people know them by the provider.
  private static String readable(String words) {
    return CONNECTION.matcher(words).replaceAll("$1");
  }

  private static MessageRow row(ResultSet row, Instant now) throws SQLException {
    String state = row.getString("state");
    return new MessageRow(
        row.getObject("id", UUID.class),
        Mark.message(state),
        state,
        row.getString("recipient"),
        row.getString("sender"),
        row.getString("subject"),
        text(row, "template"),
        row.getString("stream"),
        row.getString("policy"),
        row.getString("priority"),
        text(row, "sent_by"),
        text(row, "provider_message_id"),
        // What was accepted needs no reason: the attempts tell who did.
        state.equals("sent") || state.equals("delivered") ? "" : readable(text(row, "reason")),
        text(row, "about"),
        row.getObject("next_at") != null,
        new Moment(instant(row, "created_at"), now));
  }
}
