package dev.tenon.console;

import dev.tenon.connector.email.MailEvent;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.email.MessageFilter;
import dev.tenon.feedback.MailReport;
import dev.tenon.feedback.MailReports;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what the pages about messages show.
final class MessageViews {
  private static final Logger LOG = LoggerFactory.getLogger(MessageViews.class);
  private static final int ROWS = 50;
  private static final UUID END = new UUID(-1L, -1L);

  private final Database database;
  private final InstantSource clock;
  private final Ids ids;
  private final MessageOpener contents;
  private final FirstSteps firstSteps;
  private final Effects effects = new Effects();
  private final InboxQueries inbox = new InboxQueries();
  private final MessageQueries messages = new MessageQueries();
  private final MailReports reports = new MailReports();

  MessageViews(
      Database database, InstantSource clock, MessageOpener contents, FirstSteps firstSteps) {
    this.database = database;
    this.clock = clock;
    this.ids = new Ids(clock);
    this.contents = contents;
    this.firstSteps = firstSteps;
  }

  ListPage<MessageRow> list(TenantId tenant, Map<String, String> query) {
    var search = MessageSearch.read(query);
    UUID before = Ids.read(Prefix.MESSAGE, query.getOrDefault("before", "")).orElse(END);
    return database.asTenant(tenant, tx -> list(tx, search, before));
  }

  private ListPage<MessageRow> list(TenantTx tx, MessageSearch search, UUID before) {
    Instant now = clock.instant();
    boolean continued = !before.equals(END);
    MessageFilter filter = search.filter();
    List<MessageRow> rows = messages.list(tx, filter, before, ROWS + 1, now);
    boolean more = rows.size() > ROWS;
    List<MessageRow> shown = more ? rows.subList(0, ROWS) : rows;
    Optional<InboxSearchQueries.Scanned> scanned =
        more ? Optional.empty() : messages.scannedTo(tx, filter, before);
    Optional<UUID> next =
        more ? Optional.of(shown.getLast().id()) : scanned.map(InboxSearchQueries.Scanned::last);
    boolean nothing = shown.isEmpty() && !filter.isSelective() && !continued;
    return new ListPage<>(
        shown,
        next.map(
                last ->
                    Queries.of(
                        "state",
                        filter.state(),
                        "q",
                        search.typed(),
                        "before",
                        Ids.write(Prefix.MESSAGE, last)))
            .orElse(""),
        filter.state(),
        MessageFilter.STATES,
        search.typed(),
        InboxFilter.Window.WEEK,
        continued,
        scanned.map(to -> new Moment(to.receivedAt(), now)).orElse(null),
        nothing ? firstSteps.of(tx) : null);
  }

  Optional<MessagePage> find(ConsoleSession session, TenantId tenant, UUID id, String said) {
    Instant now = clock.instant();
    var timeline = new Timeline();
    Optional<MessageRow> found =
        database.asTenant(
            tenant,
            tx -> {
              Optional<MessageRow> message = messages.find(tx, id, now);
              message.ifPresent(
                  each -> {
                    timeline.message(each, "");
                    effects.addOf(timeline, tx, each, now);
                    add(timeline, reports.inOrder(tx, id));
                  });
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
              content.files(),
              content.note(),
              Ids.write(Prefix.MESSAGE, ids.next()),
              said,
              timeline.steps());
        });
  }

  /// Opens and clicks of one recipient are one step, the first of them.
  private static void add(Timeline timeline, List<MailReport> reports) {
    Set<String> seen = new HashSet<>();
    for (MailReport report : reports) {
      boolean counted =
          report.kind() == MailEvent.Kind.OPENED || report.kind() == MailEvent.Kind.CLICKED;
      if (!counted) {
        timeline.report(report, 1);
      } else if (seen.add(report.kind() + report.recipient())) {
        timeline.report(report, MailReports.count(reports, report.recipient(), report.kind()));
      }
    }
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
        Optional<UUID> event =
            database.asTenant(owner, tx -> inbox.receivedEventOf(tx, fact.get()));
        if (event.isPresent()) {
          return Frame.base(owner) + "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event.get());
        }
      }
    }
    return "";
  }

  /// The HTML of a message; empty when the tenant has no such message or it has none.
  Optional<String> preview(TenantId tenant, UUID id) {
    String html = openContent(tenant, id).html();
    return html.isEmpty() ? Optional.empty() : Optional.of(html);
  }

  /// What could be opened of a message.
  private record Content(String html, String text, List<String> files, String note) {}

  private Content openContent(TenantId tenant, UUID id) {
    Optional<byte[]> sealed = database.asTenant(tenant, tx -> messages.content(tx, id));
    if (sealed.isEmpty()) {
      return new Content("", "", List.of(), "The content is not kept any more.");
    }
    try {
      MessageOpener.OpenedMessage opened = contents.open(tenant, id, sealed.get());
      return new Content(opened.html(), opened.text(), opened.files(), "");
    } catch (RuntimeException e) {
      LOG.warn("could not open message {}: {}", id, e.toString());
      return new Content(
          "",
          "",
          List.of(),
          "The content can't be opened: its key is missing or it was changed. The server's log"
              + " says more.");
    }
  }
}
