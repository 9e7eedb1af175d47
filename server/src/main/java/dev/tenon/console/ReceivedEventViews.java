package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what the page of one received event shows: its story, its facts, and what was delivered.
final class ReceivedEventViews {
  private static final Logger LOG = LoggerFactory.getLogger(ReceivedEventViews.class);
  private static final int FACTS_MAX = 200;
  private static final int BODY_SHOWN_MAX = 256 * 1024;

  /// Headers that let their holder act, and are of no use for understanding a delivery.
  private static final Set<String> HIDDEN =
      Set.of("authorization", "proxy-authorization", "cookie", "x-api-key");

  private final Database database;
  private final InstantSource clock;
  private final DeliveryOpener deliveries;
  private final Effects effects = new Effects();
  private final InboxQueries inbox = new InboxQueries();

  ReceivedEventViews(Database database, InstantSource clock, DeliveryOpener deliveries) {
    this.database = database;
    this.clock = clock;
    this.deliveries = deliveries;
  }

  /// Everything about one received event.
  ///
  /// @param session tells whether effects in another tenant may be shown
  Optional<ReceivedEventPage> find(
      ConsoleSession session, TenantId tenant, UUID id, boolean replayed) {
    Instant now = clock.instant();
    var timeline = new Timeline();
    List<InboxQueries.Fact> facts = new ArrayList<>();
    Optional<InboxQueries.Received> found =
        database.asTenant(
            tenant,
            tx -> {
              Optional<InboxQueries.Received> event = inbox.find(tx, id);
              if (event.isPresent()) {
                facts.addAll(inbox.facts(tx, id, FACTS_MAX));
              }
              return event;
            });
    if (found.isEmpty()) {
      return Optional.empty();
    }
    InboxQueries.Received event = found.get();
    timeline.received(event);
    for (InboxQueries.Fact fact : facts) {
      int place = timeline.next();
      timeline.fact(fact, event.receivedAt, now, "");
      if (session.reaches(fact.about())) {
        database.useTenant(
            fact.about(), tx -> effects.add(timeline, tx, fact.id(), event.receivedAt, now));
        timeline.leads(place);
      }
    }
    Opened opened = openDelivery(tenant, event);
    return Optional.of(
        new ReceivedEventPage(
            IdText.of(Prefix.RECEIVED_EVENT, id),
            IdText.of(Prefix.CONNECTION, event.connection),
            event.provider,
            new Moment(event.receivedAt, now),
            event.bodyBytes,
            facts.stream().map(fact -> panel(fact, now)).toList(),
            opened.headers(),
            opened.body(),
            opened.note(),
            timeline.steps(),
            replayed));
  }

  private static ReceivedEventPage.FactPanel panel(InboxQueries.Fact fact, Instant now) {
    return new ReceivedEventPage.FactPanel(
        IdText.of(Prefix.FACT, fact.id()),
        fact.kind(),
        fact.object(),
        new Moment(fact.occurredAt(), now),
        Mark.fact(fact.state()),
        fact.result(),
        fact.failures(),
        fact.finished());
  }

  /// What could be opened of a delivery.
  private record Opened(List<DeliveryOpener.Header> headers, String body, String note) {}

  private Opened openDelivery(TenantId tenant, InboxQueries.Received event) {
    try {
      DeliveryOpener.OpenedDelivery opened = deliveries.open(tenant, event.id, event.sealed);
      List<DeliveryOpener.Header> headers =
          opened.headers().stream()
              .map(
                  header ->
                      HIDDEN.contains(header.name().toLowerCase(Locale.ROOT))
                          ? new DeliveryOpener.Header(header.name(), "hidden")
                          : header)
              .toList();
      return shown(headers, opened.body());
    } catch (RuntimeException e) {
      LOG.warn("could not open received event {}: {}", event.id, e.toString());
      return new Opened(
          List.of(),
          "",
          "The delivery can't be opened: its key is missing or it was changed. The server's log"
              + " says more.");
    }
  }

  private static Opened shown(List<DeliveryOpener.Header> headers, byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      if (text.length() > BODY_SHOWN_MAX) {
        return new Opened(
            headers,
            text.substring(0, BODY_SHOWN_MAX),
            "The first 256 KiB are shown as they came; the body is longer.");
      }
      return new Opened(headers, JsonLayout.of(text), "");
    } catch (CharacterCodingException e) {
      return new Opened(headers, "", "The body is not text; it is kept as it came.");
    }
  }
}
