package dev.tenon.feedback;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.number.Figures;
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

/// A message to which reports are added, in memory.
///
/// Its state is that of [MailOutcome] once something was reported, whatever it was before: a
/// provider that reports about a message has it, so it is neither waiting nor uncertain any more,
/// and nothing may be sent again. A report that the provider dropped it says nothing where another
/// connection has the message, or may have it.
final class ReportedMessage {
  /// Reports of one kind about one recipient that are kept. Further ones change no state; so the
  /// count of opens and clicks ends here.
  static final int OF_A_KIND_MAX = 20;

  /// Recipients that are told apart: as many as a message may have, and some that it has not.
  private static final int RECIPIENTS_MAX = 60;

  private static final Set<String> UNSENT =
      Set.of("queued", "sending", "uncertain", "failed", "suppressed", "cancelled");

  private final ReportStore.Message row;
  private final UUID connection;
  private final List<ReportStore.Attempt> attempts;
  private final List<MailReport> reports;
  private final List<ReportStore.New> made = new ArrayList<>();
  private final List<NewEvent> told = new ArrayList<>();
  private String state;
  private @Nullable String reason;
  private String provider = "";
  private String providerMessageId = "";
  private boolean sentTold;

  ReportedMessage(
      ReportStore.Message row,
      UUID connection,
      List<ReportStore.Attempt> attempts,
      List<MailReport> reports) {
    this.row = row;
    this.connection = connection;
    this.attempts = attempts;
    this.reports = new ArrayList<>(reports);
    this.state = row.state();
    this.reason = row.reason();
    this.sentTold = row.sentBefore();
  }

  ReportStore.Message row() {
    return row;
  }

  String state() {
    return state;
  }

  /// Whether it was given to the provider through the connection that reports.
  boolean wentThrough() {
    return attempts.stream()
        .anyMatch(one -> one.connection().equals(connection) && one.kind().equals("sending"));
  }

  /// Adds a report; false when it was there, or is one of too many to keep.
  boolean add(MailReport report, String idAtProvider) {
    if (reports.stream().anyMatch(one -> one.fact().equals(report.fact())) || isTooMany(report)) {
      return false;
    }
    String recipient = report.recipient();
    boolean firstOfItsKind =
        reports.stream()
            .noneMatch(
                one -> one.kind() == report.kind() && one.recipient().equals(report.recipient()));
    Optional<MailOutcome> before = MailOutcome.of(reports, recipient);
    reports.add(report);
    made.add(new ReportStore.New(row.id(), report));
    provider = report.provider();
    providerMessageId = providerMessageId.isEmpty() ? idAtProvider : providerMessageId;
    boolean failedBefore = isFailed();
    move();
    if (!sentTold && !UNSENT.contains(state)) {
      sentTold = true;
      tell(
          EventType.MESSAGE_SENT,
          Map.of("state", "sent", "provider", report.provider(), "reason", report.words()),
          report);
    }
    if (isFailed() && !failedBefore) {
      tell(
          EventType.MESSAGE_FAILED,
          Map.of("state", state, "provider", report.provider(), "reason", report.words()),
          report);
    }
    if (firstOfItsKind) {
      tellOfReader(report);
    }
    MailOutcome after = MailOutcome.of(reports, recipient).orElseThrow();
    if (before.isEmpty() || before.get() != after) {
      tell(after, report);
    }
    return true;
  }

  private boolean isTooMany(MailReport report) {
    long alike =
        reports.stream()
            .filter(
                one -> one.kind() == report.kind() && one.recipient().equals(report.recipient()))
            .count();
    long recipients = reports.stream().map(MailReport::recipient).distinct().count();
    return alike >= OF_A_KIND_MAX || (alike == 0 && recipients >= RECIPIENTS_MAX);
  }

  private void move() {
    MailOutcome.Whole whole = MailOutcome.whole(reports, addressed()).orElseThrow();
    switch (whole.outcome()) {
      case SENT -> {
        if (UNSENT.contains(state)) {
          state = "sent";
          reason = whole.by().words();
        }
      }
      case REJECTED -> {
        if (!isElsewhere()) {
          state = whole.state();
          reason = whole.by().words();
        }
      }
      case DEFERRED, DELIVERED, BOUNCED, COMPLAINED -> {
        state = whole.state();
        reason = whole.by().words();
      }
    }
  }

  private boolean isFailed() {
    return state.equals("failed") || state.equals("suppressed");
  }

  /// Those whom a provider has not refused right away, as far as it is known who they are.
  private List<String> addressed() {
    List<String> all = row.addressed();
    if (all == null) {
      return List.of();
    }
    Set<String> refused = new HashSet<>();
    attempts.stream()
        .flatMap(one -> one.refused().stream())
        .forEach(one -> EmailAddress.comparable(one).ifPresent(refused::add));
    return all.stream().filter(one -> !refused.contains(one)).toList();
  }

  /// Whether another connection has the message, or may have it.
  private boolean isElsewhere() {
    return attempts.stream()
        .filter(one -> reports.stream().noneMatch(r -> r.connection().equals(one.connection())))
        .anyMatch(
            one ->
                switch (one.outcome()) {
                  case "accepted", "found" -> true;
                  case "started", "unknown" -> one.kind().equals("sending");
                  default -> false;
                });
  }

  private void tellOfReader(MailReport report) {
    if (report.kind() == MailEvent.Kind.OPENED) {
      tell(EventType.MESSAGE_OPENED, data(report), report);
    } else if (report.kind() == MailEvent.Kind.CLICKED) {
      tell(EventType.MESSAGE_CLICKED, data(report), report);
    }
  }

  private void tell(MailOutcome outcome, MailReport report) {
    switch (outcome) {
      case DELIVERED -> tell(EventType.MESSAGE_DELIVERED, data(report), report);
      case BOUNCED -> tell(EventType.MESSAGE_BOUNCED, data(report), report);
      case COMPLAINED -> tell(EventType.MESSAGE_COMPLAINED, data(report), report);
      case DEFERRED -> tell(EventType.MESSAGE_DELIVERY_DELAYED, data(report), report);
      case SENT, REJECTED -> {
        // Nothing that an application has to do anything about, until the whole message failed.
      }
    }
  }

  private Map<String, Object> data(MailReport report) {
    Map<String, Object> data = new HashMap<>();
    data.put("state", state);
    data.put("provider", report.provider());
    data.put("cause", report.reason().text());
    data.put("lasting", report.lasting());
    data.put("reason", report.words());
    data.put("occurred_at", report.occurredAt().toString());
    if (!report.recipient().isEmpty()) {
      data.put("recipient", report.recipient());
    }
    return data;
  }

  private void tell(EventType type, Map<String, Object> data, MailReport report) {
    Map<String, @Nullable Object> whole = new HashMap<>(data);
    if (type == EventType.MESSAGE_SENT || type == EventType.MESSAGE_FAILED) {
      whole.put("possible_duplicate", row.mayBeTwice());
    } else {
      whole.putIfAbsent("recipient", null);
    }
    told.add(
        new NewEvent(
            type, Ids.write(Prefix.MESSAGE, row.id()), row.labels().with(whole), report.fact()));
  }

  List<ReportStore.New> made() {
    return made;
  }

  List<NewEvent> told() {
    return told;
  }

  /// What is new about it for the figures. A message that is under way is counted as sent by who
  /// sends it.
  List<Figures> figures(Instant now) {
    Instant begun = Ids.madeAt(row.id());
    List<Figures> figures = new ArrayList<>();
    for (NewEvent event : told) {
      switch (event.type()) {
        case MESSAGE_SENT -> {
          if (!row.state().equals("queued") && !row.state().equals("sending")) {
            figures.add(Figures.ofSent(Duration.between(begun, now), false));
          }
        }
        case MESSAGE_DELIVERED ->
            figures.add(
                Figures.ofDelivered(
                    Duration.between(
                        begun, Instant.parse(String.valueOf(event.data().get("occurred_at"))))));
        case MESSAGE_BOUNCED -> figures.add(Figures.ofBounced());
        case MESSAGE_COMPLAINED -> figures.add(Figures.ofComplained());
        case MESSAGE_FAILED ->
            figures.add(Figures.ofUnsent(String.valueOf(event.data().get("state"))));
        default -> {
          // Told of something else.
        }
      }
    }
    return figures;
  }

  /// How it moved; empty when it did not.
  Optional<ReportStore.Moved> moved() {
    boolean same = state.equals(row.state()) && java.util.Objects.equals(reason, row.reason());
    return same || made.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ReportStore.Moved(
                row.id(), state, reason, !UNSENT.contains(state), provider, providerMessageId));
  }

  /// The first attempt through this connection whose end nobody knew: it was accepted.
  Optional<ReportStore.Settled> settled() {
    return made.isEmpty()
        ? Optional.empty()
        : attempts.stream()
            .filter(
                one ->
                    one.connection().equals(connection)
                        && one.kind().equals("sending")
                        && (one.outcome().equals("started") || one.outcome().equals("unknown")))
            .findFirst()
            .map(one -> new ReportStore.Settled(row.id(), one.number(), providerMessageId));
  }
}
