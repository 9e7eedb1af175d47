package dev.tenon.inbox;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.InboundConnection;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `POST /in/{connection}`: where providers send their webhooks.
public final class InboundRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(InboundRoutes.class);
  private static final byte[] RECEIVED = "{\"received\": true}".getBytes(StandardCharsets.UTF_8);

  /// Headers worth keeping: they say how it was signed and what it is. The others may hold what a
  /// proxy added, credentials among it.
  private static final List<String> KEPT =
      List.of("content-type", "user-agent", "stripe-signature", "webhook-id", "webhook-timestamp");

  private final Inbox inbox;
  private final Connections connections;
  private final InstantSource clock;

  private InboundRoutes(Inbox inbox, Connections connections, InstantSource clock) {
    this.inbox = inbox;
    this.connections = connections;
    this.clock = clock;
  }

  public static void declare(
      Routes routes, Inbox inbox, Connections connections, InstantSource clock) {
    var here = new InboundRoutes(inbox, connections, clock);
    routes.raw("POST", "/in/{connection}", "Receive a provider's webhook", here::receive);
  }

  private void receive(Request request) {
    InboundConnection connection =
        ConnectionId.parse(request.path("connection"))
            .flatMap(connections::findInbound)
            .filter(found -> found.state() != Connection.State.DISABLED)
            .orElseThrow(() -> new ProblemException(ProblemCode.WEBHOOK_UNKNOWN_CONNECTION));
    var source =
        new Inbox.Source(
            connection.tenant(),
            connection.id().uuid(),
            connection.provider(),
            connection.secretsAt(clock.instant()));
    Optional<Received> received =
        inbox.receive(source, request::header, new Delivery(kept(request), request.body()));
    switch (received.orElseThrow(
        () -> new ProblemException(ProblemCode.WEBHOOK_UNKNOWN_CONNECTION))) {
      case Received.Accepted _ -> request.answer(200, "application/json", RECEIVED);
      case Received.Busy() -> {
        request.set("Retry-After", "5");
        throw new ProblemException(ProblemCode.SERVER_BUSY);
      }
      case Received.Malformed(String reason) ->
          throw new ProblemException(
              ProblemCode.WEBHOOK_MALFORMED, "The body is not one this provider sends: " + reason);
      case Received.Refused(Verdict verdict) -> throw refused(connection, verdict);
    }
  }

  private static ProblemException refused(InboundConnection connection, Verdict verdict) {
    String why =
        switch (verdict) {
          case Verdict.Malformed(String reason) -> "the signature header is malformed: " + reason;
          case Verdict.Mismatch() -> "no secret of this connection made this signature";
          case Verdict.TooOld(var age) -> "it was signed " + age.toSeconds() + " s ago";
          case Verdict.TooNew(var ahead) ->
              "it was signed " + ahead.toSeconds() + " s in the future";
          case Verdict.NoSecret() -> "this connection has no webhook secret";
          case Verdict.Valid _ -> throw new IllegalStateException("valid is not refused");
        };
    LOG.warn("refused a webhook for {} ({}): {}", connection.id(), connection.provider(), why);
    return verdict instanceof Verdict.Malformed
        ? new ProblemException(ProblemCode.WEBHOOK_MALFORMED, "Not accepted: " + why + ".")
        : new ProblemException(ProblemCode.WEBHOOK_INVALID_SIGNATURE, "Not accepted: " + why + ".");
  }

  private static Map<String, String> kept(Request request) {
    Map<String, String> kept = new LinkedHashMap<>();
    for (String name : KEPT) {
      request.header(name).ifPresent(value -> kept.put(name, value));
    }
    return kept;
  }
}
