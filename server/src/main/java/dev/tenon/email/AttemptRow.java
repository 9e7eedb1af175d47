package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Attempt;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One attempt as it stands in the database, and its way to and from what the router knows.
///
/// @param number counts the attempts of the message from 1
/// @param kind `sending` or `looking`
/// @param decision why it was made, in words
/// @param refusedRecipients whom the provider will not deliver to, whether it took the message or
///   not
/// @param endedAt null while it is under way, and when the server died in it
/// @param gone those whom it refused since they take no mail from anybody, comparable. Known while
///   the outcome is being written; not read again
/// @param connectionChangedAt when the connection was last changed, as it was used; null in rows of
///   older versions
/// @param mayBeSecond whether it is made although an earlier one may have sent the message
/// @param request the sealed bytes it is made with, of the first sending through a connection that
///   settles by repeating them; else null. Shared and never changed
@SuppressWarnings("ArrayRecordComponent")
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
    List<String> refusedRecipients,
    Instant startedAt,
    @Nullable Instant endedAt,
    byte @Nullable [] request,
    List<String> gone,
    @Nullable Instant connectionChangedAt,
    boolean mayBeSecond) {
  private static final int RECIPIENTS_MAX = 50;

  AttemptRow {
    refusedRecipients = List.copyOf(refusedRecipients);
    gone = List.copyOf(gone);
  }

  static AttemptRow started(
      TenantId tenant,
      UUID message,
      int number,
      UUID connection,
      String provider,
      String kind,
      String decision,
      @Nullable Instant connectionChangedAt,
      boolean mayBeSecond,
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
        List.of(),
        now,
        null,
        null,
        List.of(),
        connectionChangedAt,
        mayBeSecond);
  }

  /// The same attempt, made with these bytes.
  AttemptRow with(byte[] sealedRequest) {
    return new AttemptRow(
        tenant,
        message,
        number,
        connection,
        provider,
        kind,
        decision,
        outcome,
        retryAfterMs,
        detail,
        providerMessageId,
        refusedRecipients,
        startedAt,
        endedAt,
        sealedRequest,
        gone,
        connectionChangedAt,
        mayBeSecond);
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
        refused(row),
        row.getObject("started_at", OffsetDateTime.class).toInstant(),
        instant(row, "ended_at"),
        row.getBytes("request"),
        List.of(),
        instant(row, "connection_changed_at"),
        row.getBoolean("may_be_second"));
  }

  private static List<String> refused(ResultSet row) throws SQLException {
    var array = row.getArray("refused_recipients");
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime moment = row.getObject(column, OffsetDateTime.class);
    return moment == null ? null : moment.toInstant();
  }

  private static String text(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    return text == null ? "" : text;
  }

  AttemptRow ended(Outcome<Sent> end, Instant now) {
    return switch (end) {
      case Outcome.Accepted<Sent> accepted -> took("accepted", accepted.value(), end.detail(), now);
      case Outcome.RefusedRecipient<Sent> refused ->
          with("refused_recipient", 0, end.detail(), now)
              .refusing(refused.recipients(), refused.lasting() ? refused.recipients() : List.of());
      case Outcome.RefusedRequest<Sent> _ -> with("refused_request", 0, end.detail(), now);
      case Outcome.ConnectionBroken<Sent> _ -> with("connection_broken", 0, end.detail(), now);
      case Outcome.Passing<Sent> passing ->
          with("passing", passing.retryAfter().toMillis(), end.detail(), now);
      case Outcome.Unknown<Sent> _ -> with("unknown", 0, end.detail(), now);
    };
  }

  AttemptRow ended(LookedUp answer, Instant now) {
    return switch (answer) {
      case LookedUp.Found found -> took("found", found.sent(), answer.detail(), now);
      case LookedUp.Missing _ -> with("missing", 0, answer.detail(), now);
      case LookedUp.Unanswered _ -> with("unanswered", 0, answer.detail(), now);
    };
  }

  private AttemptRow took(String end, Sent sent, Outcome.Detail said, Instant now) {
    AttemptRow row = with(end, 0, said, now);
    return new AttemptRow(
            tenant,
            message,
            number,
            connection,
            provider,
            kind,
            decision,
            end,
            0,
            row.detail(),
            clean(sent.providerMessageId()),
            List.of(),
            startedAt,
            now,
            request,
            List.of(),
            connectionChangedAt,
            mayBeSecond)
        .refusing(sent.refusedRecipients(), sent.gone());
  }

  private AttemptRow refusing(List<String> addresses, List<String> lasting) {
    return new AttemptRow(
        tenant,
        message,
        number,
        connection,
        provider,
        kind,
        decision,
        outcome,
        retryAfterMs,
        detail,
        providerMessageId,
        addresses.stream().limit(RECIPIENTS_MAX).map(AttemptRow::line).toList(),
        startedAt,
        endedAt,
        request,
        lasting.stream()
            .limit(RECIPIENTS_MAX)
            .flatMap(one -> EmailAddress.comparable(one).stream())
            .toList(),
        connectionChangedAt,
        mayBeSecond);
  }

  private AttemptRow with(String end, long retryAfter, Outcome.Detail said, Instant now) {
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
        null,
        List.of(),
        startedAt,
        now,
        request,
        List.of(),
        connectionChangedAt,
        mayBeSecond);
  }

  /// One address, on one line: they are handed to the database as lines.
  private static String line(String address) {
    return clean(address).replace('\n', ' ');
  }

  /// A provider may say anything; PostgreSQL's text holds every character but one.
  private static String clean(String text) {
    return text.replace('\0', ' ');
  }

  /// Whether nobody knows if it sent the message.
  boolean isUnsettled() {
    return kind.equals("sending") && (outcome.equals("unknown") || outcome.equals("started"));
  }

  /// What the router is told. An attempt without an end was under way when the server died: nobody
  /// knows whether it happened.
  Attempt toAttempt() {
    String name = EmailConnections.nameOf(provider, connection);
    Sent sent = new Sent(providerMessageId == null ? "" : providerMessageId, refusedRecipients);
    return switch (outcome) {
      case "accepted" -> sending(name, new Outcome.Accepted<>(sent, detail));
      case "refused_recipient" ->
          sending(name, new Outcome.RefusedRecipient<>(detail, refusedRecipients, false));
      case "refused_request" -> sending(name, new Outcome.RefusedRequest<>(detail));
      case "connection_broken" -> sending(name, new Outcome.ConnectionBroken<>(detail));
      case "passing" ->
          sending(name, new Outcome.Passing<>(Duration.ofMillis(retryAfterMs), detail));
      case "unknown" -> sending(name, new Outcome.Unknown<>(detail));
      case "found" -> new Attempt.Looking(name, new LookedUp.Found(sent, detail), at());
      case "missing" -> new Attempt.Looking(name, new LookedUp.Missing(detail), at());
      case "unanswered" -> new Attempt.Looking(name, new LookedUp.Unanswered(detail), at());
      default ->
          "looking".equals(kind)
              ? new Attempt.Looking(
                  name,
                  new LookedUp.Unanswered(Outcome.Detail.none("the server stopped while asking")),
                  at())
              : sending(
                  name,
                  new Outcome.Unknown<>(Outcome.Detail.none("the server stopped while sending")));
    };
  }

  private Attempt sending(String name, Outcome<Sent> end) {
    return new Attempt.Sending(name, end, at());
  }

  /// Pauses count from the end of an attempt: a time-out of 20 s would else eat up a pause of 5 s.
  private Instant at() {
    return endedAt == null ? startedAt : endedAt;
  }
}
