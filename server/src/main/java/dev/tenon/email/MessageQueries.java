package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.db.TenantTx;
import dev.tenon.event.MessageLabels;
import dev.tenon.feedback.MailOutcome;
import dev.tenon.feedback.MailReport;
import dev.tenon.feedback.MailReports;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the API shows of messages.
final class MessageQueries {
  private final MailReports reports = new MailReports();

  /// What is shown with a single message.
  private record Parts(
      List<MessageViews.AttemptView> attempts,
      List<MailReport> reports,
      List<MailReports.Count> counts) {}

  /// A message with its place in the list.
  record Row(UUID id, MessageViews.MessageView view) {}

  /// The message is read first and what belongs to it after: each statement sees what is committed
  /// by then, so a state that is shown is never ahead of the attempts and reports it rests on.
  Optional<MessageViews.MessageView> find(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery("select * from message where tenant_id = :tenant and id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map(
            (row, _) ->
                view(
                    row,
                    new Parts(attempts(tx, id), reports.inOrder(tx, id), reports.counts(tx, id))))
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
        row.getBoolean("may_be_second"),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        endedAt == null ? null : endedAt.toInstant());
  }

  private static List<String> refused(ResultSet row) throws SQLException {
    return texts(row, "refused_recipients");
  }

  private static List<String> texts(ResultSet row, String column) throws SQLException {
    var array = row.getArray(column);
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  /// Each recipient of the message, and last what was said of nobody certain.
  private static List<MessageViews.RecipientView> recipients(ResultSet row, Parts parts)
      throws SQLException {
    List<String> leftOut = texts(row, "left_out");
    List<String> refused =
        parts.attempts().stream()
            .flatMap(one -> one.refusedRecipients().stream())
            .flatMap(one -> EmailAddress.comparable(one).stream())
            .toList();
    // Suppressed when it was stored, since the list names them all. Otherwise it says who.
    boolean nobody =
        row.getString("state").equals("suppressed")
            && leftOut.isEmpty()
            && parts.attempts().isEmpty()
            && parts.reports().isEmpty();
    Set<String> all = new LinkedHashSet<>(texts(row, "recipients"));
    parts.counts().forEach(count -> all.add(count.recipient()));
    boolean unnamed = all.remove("");
    List<MessageViews.RecipientView> views = new ArrayList<>();
    for (String one : all) {
      views.add(
          recipient(
              one,
              leftOut.contains(one) || nobody
                  ? "suppressed"
                  : refused.contains(one) ? "refused" : null,
              parts.counts()));
    }
    if (unnamed) {
      views.add(recipient("", null, parts.counts()));
    }
    return views;
  }

  private static MessageViews.RecipientView recipient(
      String address, @Nullable String otherwise, List<MailReports.Count> counts) {
    return new MessageViews.RecipientView(
        address.isEmpty() ? null : address,
        MailReports.outcome(counts, address).map(MailOutcome::text).orElse(otherwise),
        MailReports.times(counts, address, MailEvent.Kind.OPENED),
        MailReports.times(counts, address, MailEvent.Kind.CLICKED),
        MailReports.times(counts, address, MailEvent.Kind.UNSUBSCRIBED) > 0);
  }

  private static MessageViews.ReportView report(MailReport report) {
    return new MessageViews.ReportView(
        report.kind().text(),
        report.name(),
        report.reason().text(),
        report.lasting(),
        report.recipient().isEmpty() ? null : report.recipient(),
        report.detail(),
        report.provider(),
        Ids.write(Prefix.CONNECTION, report.connection()),
        Ids.write(Prefix.FACT, report.fact()),
        report.occurredAt());
  }

  /// The newest first.
  List<Row> list(TenantTx tx, MessageFilter filter, UUID before, int limit) {
    return tx.handle()
        .createQuery(
            "select m.* from (%s) m where %s order by m.id desc limit :limit"
                .formatted(filter.within(), filter.wanted()))
        .bindMap(filter.values())
        .bindMap(filter.wantedValues())
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("scanned", filter.isSearching() ? MessageFilter.SCANNED_MAX : limit)
        .bind("limit", limit)
        .map((row, _) -> new Row(row.getObject("id", UUID.class), view(row, null)))
        .list();
  }

  /// The last message that a search looked through, when there may be more behind it.
  Optional<UUID> searchedTo(TenantTx tx, MessageFilter filter, UUID before) {
    return !filter.isSearching()
        ? Optional.empty()
        : tx.handle()
            .createQuery(
                "select m.id from (%s) m order by m.id desc offset :last limit 1"
                    .formatted(filter.within()))
            .bindMap(filter.values())
            .bind("tenant", tx.tenant().uuid())
            .bind("before", before)
            .bind("scanned", MessageFilter.SCANNED_MAX)
            .bind("last", MessageFilter.SCANNED_MAX - 1)
            .mapTo(UUID.class)
            .findOne();
  }

  private static MessageViews.FileView file(Envelope.File file) {
    return new MessageViews.FileView(
        file.name(),
        file.contentType(),
        file.bytes(),
        file.contentId().isEmpty() ? null : file.contentId());
  }

  private static MessageViews.MessageView view(ResultSet row, @Nullable Parts parts)
      throws SQLException {
    OffsetDateTime nextAt = row.getObject("next_at", OffsetDateTime.class);
    OffsetDateTime sendAt = row.getObject("send_at", OffsetDateTime.class);
    OffsetDateTime sentAt = row.getObject("sent_at", OffsetDateTime.class);
    Envelope envelope = Envelope.read(row.getString("envelope"));
    UUID named = row.getObject("named_connection_id", UUID.class);
    String about = row.getString("about");
    return new MessageViews.MessageView(
        Ids.write(Prefix.MESSAGE, row.getObject("id", UUID.class)),
        row.getString("state"),
        row.getString("recipient"),
        envelope.cc(),
        envelope.bcc(),
        envelope.replyTo(),
        row.getString("sender"),
        row.getString("subject"),
        row.getString("template"),
        row.getString("stream"),
        envelope.headers(),
        texts(row, "tags"),
        MessageLabels.metadata(row.getString("metadata")),
        envelope.files().stream().map(MessageQueries::file).toList(),
        named == null ? null : Ids.write(Prefix.CONNECTION, named),
        about != null && about.startsWith(Prefix.MESSAGE.text() + "_") ? about : null,
        row.getString("policy"),
        row.getString("priority"),
        row.getString("sent_by"),
        row.getString("provider_message_id"),
        row.getString("reason"),
        row.getBoolean("may_be_twice"),
        parts == null ? null : parts.attempts(),
        parts == null ? null : recipients(row, parts),
        parts == null ? null : parts.reports().stream().map(MessageQueries::report).toList(),
        nextAt == null ? null : nextAt.toInstant(),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        sendAt == null ? null : sendAt.toInstant(),
        sentAt == null ? null : sentAt.toInstant());
  }
}
