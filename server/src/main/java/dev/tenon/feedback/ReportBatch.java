package dev.tenon.feedback;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.db.TenantTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Applied;
import dev.tenon.number.MailTally;
import dev.tenon.suppression.Suppression;
import dev.tenon.suppression.Suppressions;
import dev.tenon.suppression.Unsubscriptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reports about messages of one tenant by one connection: what they are about is loaded and locked
/// at once, changed in memory and written back at once.
final class ReportBatch {
  /// A clock may be a little ahead of ours, and no further.
  private static final Duration AHEAD_MAX = Duration.ofMinutes(5);

  private static final int RESULT_CHARS_MAX = 300;

  private final TenantTx tx;
  private final UUID connection;
  private final MailWebhook webhook;
  private final boolean ownConnection;
  private final ReportStore store;
  private final Ids ids;
  private final Instant now;
  private final Map<UUID, ReportedMessage> messages = new HashMap<>();
  private final Set<UUID> busy = new HashSet<>();
  private final List<Suppression> suppressed = new ArrayList<>();
  private final List<NewEvent> told = new ArrayList<>();

  /// @param ownConnection whether the connection is the tenant's own
  ReportBatch(
      TenantTx tx,
      UUID connection,
      MailWebhook webhook,
      boolean ownConnection,
      ReportStore store,
      Ids ids,
      Instant now) {
    this.tx = tx;
    this.connection = connection;
    this.webhook = webhook;
    this.ownConnection = ownConnection;
    this.store = store;
    this.ids = ids;
    this.now = now;
  }

  void load(List<MailApplier.Told> facts, boolean wait) {
    List<UUID> named =
        facts.stream().flatMap(one -> one.message().stream()).distinct().sorted().toList();
    if (named.isEmpty()) {
      return;
    }
    ReportStore.Locked locked = store.lock(tx, named, wait);
    busy.addAll(locked.busy());
    Map<UUID, List<ReportStore.Attempt>> attempts = store.attempts(tx, named);
    Map<UUID, List<MailReport>> reports = store.reports(tx, named);
    for (ReportStore.Message row : locked.rows()) {
      List<ReportStore.Attempt> own = attempts.getOrDefault(row.id(), List.of());
      // Who ends an attempt has it, and then waits for the message: waiting for the attempt while
      // holding the message would be a circle.
      if (own.stream().anyMatch(one -> isOthers(one, locked))) {
        busy.add(row.id());
      } else {
        messages.put(
            row.id(),
            new ReportedMessage(row, connection, own, reports.getOrDefault(row.id(), List.of())));
      }
    }
  }

  private static boolean isOthers(ReportStore.Attempt attempt, ReportStore.Locked locked) {
    return (attempt.outcome().equals("started") || attempt.outcome().equals("unknown"))
        && !locked
            .open()
            .contains(new ReportStore.OpenAttempt(attempt.message(), attempt.number()));
  }

  Map<UUID, Applied> apply(List<MailApplier.Told> facts) {
    Map<UUID, Applied> results = new HashMap<>();
    facts.forEach(one -> results.put(one.fact().id(), apply(one)));
    return results;
  }

  private Applied apply(MailApplier.Told one) {
    if (one.message().filter(busy::contains).isPresent()) {
      return new Applied.NotNow("somebody else has its message");
    }
    ReportedMessage message = one.message().map(messages::get).orElse(null);
    if (message == null || !message.wentThrough()) {
      return aboutNoMessage(one, message != null);
    }
    MailReport report = report(one, message.row());
    if (message.add(report, one.event().providerMessageId())) {
      suppression(one.event(), report, message.row())
          .ifPresent(
              entry -> {
                suppressed.add(entry);
                if (entry.reason() == Suppression.Reason.UNSUBSCRIBED) {
                  told.add(
                      Unsubscriptions.told(
                          EventType.MESSAGE_UNSUBSCRIBED,
                          message.row().id(),
                          message.row().labels(),
                          entry.address(),
                          entry.stream(),
                          webhook.provider(),
                          entry.occurredAt()));
                }
              });
    }
    return new Applied.Changed(
        tx.tenant(),
        EmailAddress.cleanLine(
            "message %s is %s: %s"
                .formatted(
                    Ids.write(Prefix.MESSAGE, message.row().id()), message.state(), report.words()),
            RESULT_CHARS_MAX));
  }

  /// The provider knows more mails than those that went out here. On a tenant's own connection they
  /// are the tenant's all the same. Where it names only those in `to`, nobody knows who else got
  /// the mail, and so who it was that bounced.
  private Applied aboutNoMessage(MailApplier.Told one, boolean known) {
    MailEvent event = one.event();
    if (ownConnection && !known && webhook.vouchesForBody() && !webhook.namesOnlyTo()) {
      Optional<Suppression> found =
          reasonOf(event)
              .filter(reason -> reason != Suppression.Reason.UNSUBSCRIBED)
              .map(reason -> entry(event, reason, "", null, at(one), words(event)));
      if (found.isPresent()) {
        suppressed.add(found.get());
        return new Applied.Changed(
            tx.tenant(), "no message of this server; the address takes no mail from now on");
      }
    }
    return new Applied.Ignored(
        known
            ? "its message did not go through this connection"
            : "it is about no message of this server");
  }

  private MailReport report(MailApplier.Told one, ReportStore.Message message) {
    MailEvent event = one.event();
    List<String> recipients = webhook.namesOnlyTo() ? message.addressed() : message.recipients();
    boolean hidden = webhook.namesOnlyTo() && (recipients == null || recipients.size() > 1);
    boolean certain =
        event.certain()
            && !hidden
            && (recipients == null || recipients.contains(event.recipient()));
    return new MailReport(
        one.fact().id(),
        connection,
        webhook.provider(),
        event.kind(),
        event.reason(),
        event.lasting(),
        event.name(),
        certain ? event.recipient() : "",
        event.detail(),
        at(one));
  }

  /// By the provider's clock, as long as that is no nonsense; else when it came.
  private static Instant at(MailApplier.Told one) {
    Instant came = Ids.madeAt(one.fact().receivedEvent());
    Instant said = one.event().at();
    return said.equals(Instant.EPOCH) || said.isAfter(came.plus(AHEAD_MAX)) ? came : said;
  }

  private Optional<Suppression> suppression(
      MailEvent event, MailReport report, ReportStore.Message message) {
    return reasonOf(event)
        .filter(_ -> !report.recipient().isEmpty())
        .filter(_ -> webhook.vouchesForBody() || message.recipients() != null)
        .map(
            reason ->
                entry(
                    event,
                    reason,
                    // A mailbox that isn't there, and a person who is annoyed, are so in every
                    // stream; who leaves a newsletter still wants his receipts.
                    reason == Suppression.Reason.UNSUBSCRIBED ? message.stream() : "",
                    message.id(),
                    report.occurredAt(),
                    report.words()));
  }

  /// Why nobody should write there any more; empty where nothing speaks against it.
  private static Optional<Suppression.Reason> reasonOf(MailEvent event) {
    if (!event.certain()) {
      return Optional.empty();
    }
    return switch (event.kind()) {
      case COMPLAINED -> Optional.of(Suppression.Reason.COMPLAINED);
      case UNSUBSCRIBED -> Optional.of(Suppression.Reason.UNSUBSCRIBED);
      case BOUNCED, REJECTED ->
          !event.lasting()
              ? Optional.empty()
              : Optional.of(
                  switch (event.reason()) {
                    case SPAM -> Suppression.Reason.COMPLAINED;
                    case UNSUBSCRIBED -> Suppression.Reason.UNSUBSCRIBED;
                    case NONE, INVALID, BOUNCED, TIMED_OUT, BLOCKED, OTHER ->
                        Suppression.Reason.BOUNCED;
                  });
      case QUEUED,
          SENT,
          FAILED,
          DEFERRED,
          DELIVERED,
          AUTORESPONDED,
          OPENED,
          CLICKED,
          SUBSCRIBED,
          UNKNOWN ->
          Optional.empty();
    };
  }

  private String words(MailEvent event) {
    return "%s reports %s: %s".formatted(webhook.provider(), event.name(), event.detail());
  }

  private Suppression entry(
      MailEvent event,
      Suppression.Reason reason,
      String stream,
      @Nullable UUID message,
      Instant at,
      String detail) {
    return new Suppression(
        ids.next(),
        event.recipient(),
        stream,
        reason,
        EmailAddress.cleanLine(detail, 500),
        webhook.provider(),
        message,
        at,
        now);
  }

  void save(Events events, Suppressions suppressions, MailTally tally) {
    List<ReportStore.New> reports = new ArrayList<>();
    List<ReportStore.Moved> moved = new ArrayList<>();
    List<ReportStore.Settled> settled = new ArrayList<>();
    for (ReportedMessage message : messages.values()) {
      reports.addAll(message.made());
      message.moved().ifPresent(moved::add);
      message.settled().ifPresent(settled::add);
      told.addAll(message.told());
      tx.handle()
          .afterCommit(
              () ->
                  message
                      .figures(now)
                      .forEach(
                          one ->
                              tally.add(
                                  tx.tenant(), message.row().stream(), webhook.provider(), one)));
    }
    if (!settled.isEmpty()) {
      store.settle(tx, settled, now);
    }
    if (!reports.isEmpty()) {
      store.insert(tx, reports);
    }
    if (!moved.isEmpty()) {
      store.move(tx, moved, now);
    }
    suppressions.report(tx, suppressed);
    events.tell(tx, told);
  }
}
