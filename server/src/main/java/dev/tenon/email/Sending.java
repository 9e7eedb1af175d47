package dev.tenon.email;

import dev.tenon.connector.email.Attempt;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Job;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A message under way on this node: what it is, the job that sends it, and all that was tried.
/// Used by one thread.
final class Sending {
  final Job job;
  final UUID id;
  final MailEnd.About about;
  final String policy;
  final @Nullable UUID namedConnection;
  final Instant dueAt;
  final EmailMessage message;
  private final Map<String, String> suppressed;
  private final boolean nobodyLeft;
  private List<String> gotNone;
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<AttemptRow> unsettled = new ArrayList<>();
  private final Map<UUID, byte[]> requests = new HashMap<>();
  private int number;
  private boolean possiblyTwice;

  Sending(Job job, MessageStore.Row row, StoredMail mail) {
    this.job = job;
    this.id = row.id;
    this.about = row.about;
    this.policy = row.policy;
    this.namedConnection = row.namedConnection;
    this.dueAt = row.dueAt;
    this.suppressed = Map.copyOf(row.suppressed);
    this.gotNone = row.leftOut;
    StoredMail rest = mail.without(suppressed.keySet());
    // Without anybody in `to` it is nobody's mail: who would only get a copy of it gets none, and
    // those in bcc are not shown to each other.
    this.nobodyLeft = rest.to().isEmpty();
    this.message = (nobodyLeft ? mail : rest).toMessage(Ids.write(Prefix.MESSAGE, row.id));
    row.attempts.forEach(this::tried);
  }

  /// Its id as the API, the providers and their webhooks carry it.
  String publicId() {
    return message.id();
  }

  /// Whether the suppression list leaves nobody to send it to.
  boolean isNobodyLeft() {
    return nobodyLeft;
  }

  /// Whom the suppression list leaves out, comparable, in a fixed order.
  List<String> leftOut() {
    return suppressed.keySet().stream().sorted().toList();
  }

  /// The same for people, with the reasons; empty when it leaves nobody out.
  String leftOutWords() {
    return words(leftOut());
  }

  /// The same of [#gotNone].
  String gotNoneWords() {
    return words(gotNone);
  }

  private String words(List<String> addresses) {
    return addresses.isEmpty()
        ? ""
        : addresses.stream()
            .map(
                one -> {
                  String why = suppressed.get(one);
                  return why == null ? one : one + " (" + why + ")";
                })
            .collect(Collectors.joining(", ", "; left out, since suppressed: ", ""));
  }

  /// Whom of its recipients none of what was sent went to, comparable: the list as it was when that
  /// was made, and not as it is now.
  List<String> gotNone() {
    return gotNone;
  }

  /// Notes that the mail is about to be sent to whom the list leaves now.
  ///
  /// @param again whether it may have been sent before: whoever was among its recipients then may
  ///   have it
  void beginsAnew(boolean again) {
    List<String> now = leftOut();
    gotNone = again ? now.stream().filter(gotNone::contains).toList() : now;
  }

  /// Those who are suppressed now and stand in what was sent before.
  List<String> suppressedSince() {
    return leftOut().stream().filter(one -> !gotNone.contains(one)).toList();
  }

  /// All that was tried, oldest first.
  List<Attempt> attempts() {
    return List.copyOf(attempts);
  }

  /// The number of the next attempt, counted from 1.
  int nextNumber() {
    return number + 1;
  }

  /// The sealed bytes that the first sending through a connection was made with, where they matter.
  Optional<byte[]> request(UUID connection) {
    return Optional.ofNullable(requests.get(connection));
  }

  /// Whether somebody has changed the connection since it was given the message and nobody knows
  /// what became of that: it may be another account by now, which would take a repeat under the
  /// same key for a mail of its own.
  boolean isChangedSinceUnknown(EmailConnections.Ready one) {
    return unsettled.stream()
        .filter(row -> row.connection().equals(one.connection()))
        .anyMatch(
            row -> {
              Instant then = row.connectionChangedAt();
              return then == null
                  ? one.changedAt().isAfter(row.startedAt())
                  : !then.equals(one.changedAt().truncatedTo(ChronoUnit.MICROS));
            });
  }

  /// Whether it was sent although an earlier sending may have been accepted.
  boolean isPossiblyTwice() {
    return possiblyTwice;
  }

  /// Notes how an attempt ended.
  void tried(AttemptRow ended) {
    byte[] request = ended.request();
    if (request != null) {
      requests.putIfAbsent(ended.connection(), request);
    }
    possiblyTwice |= ended.mayBeSecond();
    if (ended.isUnsettled()) {
      unsettled.add(ended);
    }
    attempts.add(ended.toAttempt());
    number = Math.max(number, ended.number());
  }
}
