package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what each page shows. Every method names the tenant first; what belongs to another is not
/// there.
final class ConsoleViews {
  private static final Logger LOG = LoggerFactory.getLogger(ConsoleViews.class);
  private static final int ROWS = 50;
  private static final int LATEST = 8;
  private static final int FACTS_MAX = 200;
  private static final int EFFECTS_MAX = 50;
  private static final int BODY_SHOWN_MAX = 256 * 1024;
  private static final UUID END = new UUID(-1L, -1L);

  /// Headers that let their holder act, and are of no use for understanding a delivery.
  private static final Set<String> HIDDEN =
      Set.of("authorization", "proxy-authorization", "cookie", "x-api-key");

  private final Database database;
  private final InstantSource clock;
  private final DeliveryOpener deliveries;
  private final MessageOpener contents;
  private final OverviewQueries overview = new OverviewQueries();
  private final InboxQueries inbox = new InboxQueries();
  private final MessageQueries messages = new MessageQueries();
  private final PaymentQueries payments = new PaymentQueries();

  ConsoleViews(
      Database database, InstantSource clock, DeliveryOpener deliveries, MessageOpener contents) {
    this.database = database;
    this.clock = clock;
    this.deliveries = deliveries;
    this.contents = contents;
  }

  OverviewPage overview(TenantId tenant) {
    Instant now = clock.instant();
    return database.asTenant(
        tenant,
        tx -> {
          OverviewQueries.Inbox counts = overview.inbox(tx, now);
          @Nullable Instant oldest = counts.oldest();
          List<OverviewQueries.Hour> hours = overview.received(tx, now);
          InboxFilter latest = InboxFilter.read(Map.of());
          return new OverviewPage(
              hours.subList(hours.size() - 2, hours.size()).stream()
                  .mapToLong(OverviewQueries.Hour::count)
                  .sum(),
              hours.stream().mapToLong(OverviewQueries.Hour::count).sum(),
              counts.waiting(),
              counts.retrying(),
              oldest == null ? null : new Moment(oldest, now),
              counts.dead(),
              counts.unassigned(),
              hours.stream()
                  .map(
                      hour ->
                          new OverviewPage.Bar(
                              hour.start().toString().substring(11, 16), hour.count()))
                  .toList(),
              overview.messages(tx, now).entrySet().stream()
                  .map(
                      entry ->
                          new OverviewPage.Count(
                              Mark.message(entry.getKey()), entry.getKey(), entry.getValue()))
                  .toList(),
              inbox.list(tx, latest, LATEST, now),
              !overview.anything(tx));
        });
  }

  ListPage<InboxRow> inbox(TenantId tenant, InboxFilter filter) {
    List<InboxRow> rows =
        database.asTenant(tenant, tx -> inbox.list(tx, filter, ROWS + 1, clock.instant()));
    boolean more = rows.size() > ROWS;
    List<InboxRow> shown = more ? rows.subList(0, ROWS) : rows;
    return new ListPage<>(
        shown,
        more ? filter.from(shown.getLast().id()) : "",
        filter.state(),
        InboxFilter.STATES,
        filter.text(),
        filter.window(),
        filter.continued());
  }

  /// Everything about one received event.
  ///
  /// @param session tells whether effects in another tenant may be shown
  Optional<ReceivedEventPage> receivedEvent(
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
      timeline.fact(fact, event.receivedAt, now);
      if (session.reaches(fact.about())) {
        database.useTenant(
            fact.about(), tx -> addEffects(timeline, tx, fact.id(), event.receivedAt, now));
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

  private void addEffects(Timeline timeline, TenantTx tx, UUID cause, Instant since, Instant now) {
    for (MessageQueries.Event event : messages.events(tx, cause, since, EFFECTS_MAX)) {
      timeline.event(event);
    }
    for (MessageRow message : messages.causedBy(tx, cause, EFFECTS_MAX, now)) {
      addMessage(timeline, tx, message);
    }
  }

  private void addMessage(Timeline timeline, TenantTx tx, MessageRow message) {
    timeline.message(
        message, Frame.base(tx.tenant()) + "/messages/" + Ids.write(Prefix.MESSAGE, message.id()));
    for (MessageQueries.Attempt attempt : messages.attempts(tx, message.id(), EFFECTS_MAX)) {
      timeline.attempt(attempt);
    }
    for (MessageQueries.Event event :
        messages.events(tx, message.id(), message.createdAt().at(), EFFECTS_MAX)) {
      timeline.event(event);
    }
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

  ListPage<MessageRow> messages(TenantId tenant, Map<String, String> query) {
    String state = query.getOrDefault("state", "");
    String known = MessageQueries.STATES.contains(state) ? state : "";
    String given = query.getOrDefault("q", "").strip();
    String text = given.substring(0, Math.min(given.length(), 200));
    UUID before = before(Prefix.MESSAGE, query);
    List<MessageRow> rows =
        database.asTenant(
            tenant, tx -> messages.list(tx, known, text, before, ROWS + 1, clock.instant()));
    boolean more = rows.size() > ROWS;
    List<MessageRow> shown = more ? rows.subList(0, ROWS) : rows;
    return new ListPage<>(
        shown,
        more ? Queries.of("state", known, "q", text, "before", write(Prefix.MESSAGE, shown)) : "",
        known,
        MessageQueries.STATES,
        text,
        InboxFilter.Window.WEEK,
        !before.equals(END));
  }

  private static String write(Prefix prefix, List<MessageRow> rows) {
    return Ids.write(prefix, rows.getLast().id());
  }

  Optional<MessagePage> message(ConsoleSession session, TenantId tenant, UUID id) {
    Instant now = clock.instant();
    var timeline = new Timeline();
    Optional<MessageRow> found =
        database.asTenant(
            tenant,
            tx -> {
              Optional<MessageRow> message = messages.find(tx, id, now);
              message.ifPresent(each -> addMessage(timeline, tx, each));
              return message;
            });
    return found.map(
        message -> {
          Content content = openContent(tenant, id);
          return new MessagePage(
              message,
              IdText.of(Prefix.MESSAGE, id),
              causeOf(session, tenant, id),
              !content.html().isEmpty(),
              content.text(),
              content.note(),
              timeline.steps());
        });
  }

  /// The page of the received event behind a message: the tenant's own, or the platform's where a
  /// platform connection received it and this session may see that.
  private String causeOf(ConsoleSession session, TenantId tenant, UUID message) {
    Optional<UUID> fact = database.asTenant(tenant, tx -> messages.causeOf(tx, message));
    if (fact.isEmpty()) {
      return "";
    }
    for (TenantId owner : List.of(tenant, TenantId.PLATFORM)) {
      if (session.reaches(owner)) {
        Optional<UUID> event = receivedEventOf(owner, fact.get());
        if (event.isPresent()) {
          return Frame.base(owner) + "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event.get());
        }
      }
    }
    return "";
  }

  Optional<UUID> receivedEventOf(TenantId tenant, UUID fact) {
    return database.asTenant(tenant, tx -> inbox.receivedEventOf(tx, fact));
  }

  /// The HTML of a message; empty when the tenant has no such message or it has none.
  Optional<String> preview(TenantId tenant, UUID id) {
    String html = openContent(tenant, id).html();
    return html.isEmpty() ? Optional.empty() : Optional.of(html);
  }

  /// What could be opened of a message.
  private record Content(String html, String text, String note) {}

  private Content openContent(TenantId tenant, UUID id) {
    Optional<byte[]> sealed = database.asTenant(tenant, tx -> messages.content(tx, id));
    if (sealed.isEmpty()) {
      return new Content("", "", "The content is not kept any more.");
    }
    try {
      MessageOpener.OpenedMessage opened = contents.open(tenant, id, sealed.get());
      return new Content(opened.html(), opened.text(), "");
    } catch (RuntimeException e) {
      LOG.warn("could not open message {}: {}", id, e.toString());
      return new Content(
          "",
          "",
          "The content can't be opened: its key is missing or it was changed. The server's log"
              + " says more.");
    }
  }

  ListPage<SubscriptionRow> subscriptions(TenantId tenant, Map<String, String> query) {
    UUID before = before(Prefix.SUBSCRIPTION, query);
    List<SubscriptionRow> rows =
        database.asTenant(
            tenant, tx -> payments.subscriptions(tx, before, ROWS + 1, clock.instant()));
    boolean more = rows.size() > ROWS;
    List<SubscriptionRow> shown = more ? rows.subList(0, ROWS) : rows;
    String older =
        more ? Queries.of("before", Ids.write(Prefix.SUBSCRIPTION, shown.getLast().id())) : "";
    return new ListPage<>(
        shown, older, "", List.of(), "", InboxFilter.Window.WEEK, !before.equals(END));
  }

  ListPage<PaymentRow> payments(TenantId tenant, Map<String, String> query) {
    UUID before = before(Prefix.PAYMENT, query);
    List<PaymentRow> rows =
        database.asTenant(tenant, tx -> payments.payments(tx, before, ROWS + 1, clock.instant()));
    boolean more = rows.size() > ROWS;
    List<PaymentRow> shown = more ? rows.subList(0, ROWS) : rows;
    String older =
        more ? Queries.of("before", Ids.write(Prefix.PAYMENT, shown.getLast().id())) : "";
    return new ListPage<>(
        shown, older, "", List.of(), "", InboxFilter.Window.WEEK, !before.equals(END));
  }

  private static UUID before(Prefix prefix, Map<String, String> query) {
    return Ids.read(prefix, query.getOrDefault("before", "")).orElse(END);
  }
}
