package dev.tenon.inbox;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.InboundConnection;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.http.LateBodyException;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.log.LogField;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `POST /in/{connection}`: where providers send their webhooks. What is not accepted is counted
/// and kept by [Refusals].
public final class InboundRoutes {
  private static final byte[] RECEIVED = "{\"received\": true}".getBytes(StandardCharsets.UTF_8);

  /// Headers worth keeping: they say how it was signed and what it is. The others may hold what a
  /// proxy added, credentials among it.
  private static final List<String> KEPT =
      List.of(
          "content-type",
          "user-agent",
          "stripe-signature",
          "webhook-id",
          "webhook-timestamp",
          "svix-id",
          "svix-timestamp",
          "x-twilio-email-event-webhook-timestamp",
          "x-amz-sns-message-id",
          "x-amz-sns-message-type");

  private final Inbox inbox;
  private final Connections connections;
  private final Refusals refusals;
  private final InstantSource clock;

  private InboundRoutes(
      Inbox inbox, Connections connections, Refusals refusals, InstantSource clock) {
    this.inbox = inbox;
    this.connections = connections;
    this.refusals = refusals;
    this.clock = clock;
  }

  /// Declares the route.
  ///
  /// @param bodyBytesMax a larger body is answered 413
  public static void declare(
      Routes routes,
      Inbox inbox,
      Connections connections,
      Refusals refusals,
      int bodyBytesMax,
      InstantSource clock) {
    var here = new InboundRoutes(inbox, connections, refusals, clock);
    routes
        .raw("POST", "/in/{connection}", "Receive a provider's webhook", here::receive)
        .bodyBytesMax(bodyBytesMax)
        .inDocument(
            "webhooks",
            "Needs no key: the provider signs what it sends, in the headers that it uses for that, and"
                + " the signature is checked against the connection's webhook secrets.")
        .takesBody()
        .says(200, Acknowledged.class, "Stored, now or before: it need not be sent again.");
  }

  /// What is answered to whoever sent something that is stored now.
  record Acknowledged(boolean received) {}

  private void receive(Request request) {
    Optional<InboundConnection> found =
        ConnectionId.parse(request.path("connection")).flatMap(connections::findInbound);
    if (found.isEmpty()) {
      refusals.noteUnknown();
      throw unknown();
    }
    InboundConnection connection = found.get();
    // Until the request ends: what fails is logged after this method.
    LogField.TENANT.set(connection.tenant().toString());
    LogField.CONNECTION.set(connection.id().toString());
    if (connection.state() == Connection.State.DISABLED) {
      refusals.note(connection, Refusal.Reason.DISABLED, "the connection is disabled");
      throw unknown();
    }
    byte[] body = body(request, connection);
    var source =
        new Inbox.Source(
            connection.tenant(),
            connection.id().uuid(),
            connection.provider(),
            connection.secretsAt(clock.instant()),
            connection.settings());
    Optional<Received> received =
        inbox.receive(source, request::header, new Delivery(kept(request, connection), body));
    if (received.isEmpty()) {
      refusals.note(
          connection,
          Refusal.Reason.UNSUPPORTED,
          "this version takes no webhooks of " + connection.provider());
      throw unknown();
    }
    switch (received.get()) {
      case Received.Accepted _ -> request.answer(200, "application/json", RECEIVED);
      case Received.Busy() -> {
        refusals.note(connection, Refusal.Reason.BUSY, "too much is waiting to be stored");
        request.set("Retry-After", "5");
        throw new ProblemException(ProblemCode.SERVER_BUSY);
      }
      case Received.Malformed(String reason) -> {
        refusals.note(
            connection, Refusal.Reason.BODY_MALFORMED, "the body can't be read: " + reason);
        throw new ProblemException(
            ProblemCode.WEBHOOK_MALFORMED, "The body is not one this provider sends: " + reason);
      }
      case Received.Refused(Verdict.Unknown(String reason)) -> {
        refusals.note(connection, Refusal.Reason.BUSY, reason);
        request.set("Retry-After", "5");
        throw new ProblemException(ProblemCode.SERVER_BUSY, "The signature can't be checked now.");
      }
      case Received.Refused(Verdict verdict) -> throw refused(connection, verdict);
    }
  }

  private static ProblemException unknown() {
    return new ProblemException(ProblemCode.WEBHOOK_UNKNOWN_CONNECTION);
  }

  private byte[] body(Request request, InboundConnection connection) {
    try {
      return request.body();
    } catch (ProblemException e) {
      if (e.code() == ProblemCode.REQUEST_TOO_LARGE) {
        refusals.note(connection, Refusal.Reason.TOO_LARGE, e.detail());
      } else if (e.code() == ProblemCode.SERVER_BUSY) {
        refusals.note(connection, Refusal.Reason.BUSY, e.detail());
      } else if (e.code() == ProblemCode.REQUEST_TIMEOUT) {
        refusals.note(connection, Refusal.Reason.TOO_SLOW, "the body came too slowly");
      }
      throw e;
    } catch (LateBodyException e) {
      refusals.note(
          connection,
          Refusal.Reason.TOO_SLOW,
          "the sender fell silent in the middle of the body, so the connection was closed");
      throw e;
    }
  }

  private ProblemException refused(InboundConnection connection, Verdict verdict) {
    Refusal.Reason reason =
        switch (verdict) {
          case Verdict.Malformed _ -> Refusal.Reason.SIGNATURE_MALFORMED;
          case Verdict.Mismatch _ -> Refusal.Reason.SIGNATURE_MISMATCH;
          case Verdict.TooOld _ -> Refusal.Reason.TOO_OLD;
          case Verdict.TooNew _ -> Refusal.Reason.TOO_NEW;
          case Verdict.NoSecret _ -> Refusal.Reason.NO_SECRET;
          case Verdict.Unknown _, Verdict.Valid _ ->
              throw new IllegalStateException("neither valid nor unknown is refused");
        };
    String why =
        switch (verdict) {
          case Verdict.Malformed(String said) -> "the signature header is malformed: " + said;
          case Verdict.Mismatch() -> "no secret of this connection made this signature";
          case Verdict.TooOld(var age) -> "it was signed " + age.toSeconds() + " s ago";
          case Verdict.TooNew(var ahead) ->
              "it was signed " + ahead.toSeconds() + " s in the future";
          case Verdict.NoSecret() -> "this connection has no webhook secret";
          case Verdict.Unknown(String said) -> said;
          case Verdict.Valid _ -> "it is valid";
        };
    refusals.note(connection, reason, why);
    return new ProblemException(
        reason.status() == 400
            ? ProblemCode.WEBHOOK_MALFORMED
            : ProblemCode.WEBHOOK_INVALID_SIGNATURE,
        "Not accepted: " + why + ".");
  }

  private static Map<String, String> kept(Request request, InboundConnection connection) {
    Map<String, String> kept = new LinkedHashMap<>();
    for (String name : KEPT) {
      request.header(name).ifPresent(value -> kept.put(name, value));
    }
    // Of what somebody says about a service of his own, all that reading needs; no signature.
    for (String setting : List.of("id_header", "type_header", "timestamp_header")) {
      @Nullable String name = connection.settings().get(setting);
      if (name != null) {
        request.header(name).ifPresent(value -> kept.put(name.toLowerCase(Locale.ROOT), value));
      }
    }
    return kept;
  }
}
