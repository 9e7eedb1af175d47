package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Attempt;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One attempt as it stands in the database, and its way to and from what the router knows.
///
/// @param number counts the attempts of the message from 1
/// @param kind `sending` or `looking`
/// @param decision why it was made, in words
record AttemptRow(
    TenantId tenant,
    UUID message,
    int number,
    UUID connection,
    String provider,
    String kind,
    String decision,
    String outcome,
    long retryAfterMs,
    Outcome.Detail detail,
    @Nullable String providerMessageId,
    Instant startedAt) {

  static AttemptRow started(
      TenantId tenant,
      UUID message,
      int number,
      UUID connection,
      String provider,
      String kind,
      String decision,
      Instant now) {
    return new AttemptRow(
        tenant,
        message,
        number,
        connection,
        provider,
        kind,
        decision,
        "started",
        0,
        Outcome.Detail.none(""),
        null,
        now);
  }

  static AttemptRow of(TenantId tenant, ResultSet row) throws SQLException {
    return new AttemptRow(
        tenant,
        row.getObject("message_id", UUID.class),
        row.getInt("number"),
        row.getObject("connection_id", UUID.class),
        row.getString("provider"),
        row.getString("kind"),
        "",
        row.getString("outcome"),
        row.getLong("retry_after_ms"),
        new Outcome.Detail(
            row.getInt("status"), text(row, "code"), text(row, "detail"), text(row, "request_id")),
        row.getString("provider_message_id"),
        row.getObject("started_at", OffsetDateTime.class).toInstant());
  }

  private static String text(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  AttemptRow ended(Outcome<Sent> end) {
    return switch (end) {
      case Outcome.Accepted<Sent> accepted ->
          with("accepted", 0, end.detail(), accepted.value().providerMessageId());
      case Outcome.RefusedRecipient<Sent> _ -> with("refused_recipient", 0, end.detail(), null);
      case Outcome.RefusedRequest<Sent> _ -> with("refused_request", 0, end.detail(), null);
      case Outcome.ConnectionBroken<Sent> _ -> with("connection_broken", 0, end.detail(), null);
      case Outcome.Passing<Sent> passing ->
          with("passing", passing.retryAfter().toMillis(), end.detail(), null);
      case Outcome.Unknown<Sent> _ -> with("unknown", 0, end.detail(), null);
    };
  }

  AttemptRow ended(LookedUp answer) {
    return switch (answer) {
      case LookedUp.Found found ->
          with("found", 0, answer.detail(), found.sent().providerMessageId());
      case LookedUp.Missing _ -> with("missing", 0, answer.detail(), null);
      case LookedUp.Unanswered _ -> with("unanswered", 0, answer.detail(), null);
    };
  }

  private AttemptRow with(
      String end, long retryAfter, Outcome.Detail said, @Nullable String providerId) {
    return new AttemptRow(
        tenant,
        message,
        number,
        connection,
        provider,
        kind,
        decision,
        end,
        retryAfter,
        new Outcome.Detail(
            said.status(), clean(said.code()), clean(said.message()), clean(said.requestId())),
        providerId == null ? null : clean(providerId),
        startedAt);
  }

  /// A provider may say anything; PostgreSQL's text holds every character but one.
  private static String clean(String text) {
    return text.replace('\0', ' ');
  }

  /// What the router is told. An attempt without an end was under way when the server died: nobody
  /// knows whether it happened.
  Attempt toAttempt() {
    String name = EmailConnections.nameOf(provider, connection);
    Sent sent = new Sent(providerMessageId == null ? "" : providerMessageId);
    return switch (outcome) {
      case "accepted" -> sending(name, new Outcome.Accepted<>(sent, detail));
      case "refused_recipient" -> sending(name, new Outcome.RefusedRecipient<>(detail));
      case "refused_request" -> sending(name, new Outcome.RefusedRequest<>(detail));
      case "connection_broken" -> sending(name, new Outcome.ConnectionBroken<>(detail));
      case "passing" ->
          sending(name, new Outcome.Passing<>(Duration.ofMillis(retryAfterMs), detail));
      case "unknown" -> sending(name, new Outcome.Unknown<>(detail));
      case "found" -> new Attempt.Looking(name, new LookedUp.Found(sent, detail), startedAt);
      case "missing" -> new Attempt.Looking(name, new LookedUp.Missing(detail), startedAt);
      case "unanswered" -> new Attempt.Looking(name, new LookedUp.Unanswered(detail), startedAt);
      default ->
          "looking".equals(kind)
              ? new Attempt.Looking(
                  name,
                  new LookedUp.Unanswered(Outcome.Detail.none("the server stopped while asking")),
                  startedAt)
              : sending(
                  name,
                  new Outcome.Unknown<>(Outcome.Detail.none("the server stopped while sending")));
    };
  }

  private Attempt sending(String name, Outcome<Sent> end) {
    return new Attempt.Sending(name, end, startedAt);
  }
}
