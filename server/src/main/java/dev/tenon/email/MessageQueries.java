package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the API shows of messages.
final class MessageQueries {

  /// A message with its place in the list.
  record Row(UUID id, MessageViews.MessageView view) {}

  Optional<MessageViews.MessageView> find(TenantTx tx, UUID id) {
    List<MessageViews.AttemptView> attempts = attempts(tx, id);
    return tx.handle()
        .createQuery("select * from message where tenant_id = :tenant and id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> view(row, attempts))
        .findOne();
  }

  private static List<MessageViews.AttemptView> attempts(TenantTx tx, UUID message) {
    return tx.handle()
        .createQuery(
            """
            select * from attempt where tenant_id = :tenant and message_id = :message
            order by number limit 200
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("message", message)
        .map((row, _) -> attempt(row))
        .list();
  }

  private static MessageViews.AttemptView attempt(ResultSet row) throws SQLException {
    OffsetDateTime endedAt = row.getObject("ended_at", OffsetDateTime.class);
    return new MessageViews.AttemptView(
        row.getInt("number"),
        row.getString("provider"),
        Ids.write(Prefix.CONNECTION, row.getObject("connection_id", UUID.class)),
        row.getString("kind"),
        row.getString("outcome"),
        row.getObject("status", Integer.class),
        row.getString("code"),
        row.getString("detail"),
        row.getString("decision"),
        row.getString("request_id"),
        row.getString("provider_message_id"),
        refused(row),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        endedAt == null ? null : endedAt.toInstant());
  }

  private static List<String> refused(ResultSet row) throws SQLException {
    var array = row.getArray("refused_recipients");
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  /// The newest first.
  List<Row> list(TenantTx tx, Optional<UUID> before, int limit) {
    return tx.handle()
        .createQuery(
            """
            select * from message
            where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
            order by id desc limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before.orElse(null))
        .bind("limit", limit)
        .map((row, _) -> new Row(row.getObject("id", UUID.class), view(row, null)))
        .list();
  }

  private static MessageViews.MessageView view(
      ResultSet row, @Nullable List<MessageViews.AttemptView> attempts) throws SQLException {
    OffsetDateTime nextAt = row.getObject("next_at", OffsetDateTime.class);
    OffsetDateTime sentAt = row.getObject("sent_at", OffsetDateTime.class);
    return new MessageViews.MessageView(
        Ids.write(Prefix.MESSAGE, row.getObject("id", UUID.class)),
        row.getString("state"),
        row.getString("recipient"),
        row.getString("sender"),
        row.getString("subject"),
        row.getString("template"),
        row.getString("stream"),
        row.getString("policy"),
        row.getString("sent_by"),
        row.getString("provider_message_id"),
        row.getString("reason"),
        attempts,
        nextAt == null ? null : nextAt.toInstant(),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        sentAt == null ? null : sentAt.toInstant());
  }
}
