package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Every mail that the simulated providers accepted, newest last.
///
/// Two bounds hold, whichever is met first: the number of mails and the characters that they hold
/// together. The oldest mails leave first, and the newest always stays.
public final class Mailbox {
  /// How many mails are kept.
  public static final int MAILS_MAX = 500;

  /// How many characters all mails may hold together.
  static final long WEIGHT_MAX = 64L * 1024 * 1024;

  /// The longest that [#await] waits.
  static final Duration WAIT_MAX = Duration.ofSeconds(60);

  private static final String KEY = "mail/";
  private static final String COURSE = "course/";
  private static final String LAST = "last";

  private final InstantSource clock;
  private final int mailsMax;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();
  private final TreeMap<Long, Mail> mails = new TreeMap<>();

  /// Those that changed after they came, and so have a line of their own in the journal.
  private final Set<Long> changed = new HashSet<>();

  private @Nullable Journal journal;
  private long lastNumber;
  private long weight;

  public Mailbox(InstantSource clock) {
    this(clock, MAILS_MAX);
  }

  Mailbox(InstantSource clock, int mailsMax) {
    this.clock = clock;
    this.mailsMax = mailsMax;
  }

  /// Takes back what an earlier run kept, and keeps what happens from now on. Every simulator that
  /// takes mails calls this before its port opens; the first call counts.
  public void keepIn(Journal kept) {
    lock.lock();
    try {
      if (journal == kept) {
        return;
      }
      journal = kept;
      kept.take(LAST)
          .values()
          .forEach(last -> lastNumber = Math.max(lastNumber, last.path("number").asLong()));
      Map<String, ObjectNode> courses = kept.take(COURSE);
      kept.take(KEY)
          .forEach(
              (id, json) -> {
                Mail mail = MailJson.read(json, courses.getOrDefault(id, json));
                lastNumber = Math.max(lastNumber, mail.number());
                mails.put(mail.number(), mail);
                weight += mail.content().weight();
                if (courses.containsKey(id)) {
                  changed.add(mail.number());
                }
              });
      trim();
    } finally {
      lock.unlock();
    }
  }

  private void trim() {
    while (mails.size() > mailsMax || (weight > WEIGHT_MAX && mails.size() > 1)) {
      Mail oldest = mails.pollFirstEntry().getValue();
      weight -= oldest.content().weight();
      forget(oldest);
    }
  }

  private void keep(Mail mail) {
    if (journal != null && journal.isKept()) {
      journal.put(KEY + mail.id(), MailJson.whole(mail));
    }
  }

  private void forget(Mail mail) {
    if (journal != null) {
      journal.remove(KEY + mail.id());
      if (changed.remove(mail.number())) {
        journal.remove(COURSE + mail.id());
      }
    }
  }

  /// Takes in a mail and wakes whoever waits for one.
  ///
  /// @param carrierId the id that the provider answers its caller with
  public Mail add(Carrier carrier, String carrierId, Fate fate, MailContent content) {
    return add(carrier, carrierId, fate, content, Optional.empty(), "", List.of());
  }

  /// The same for a mail of which more is known.
  ///
  /// @param dueAt when a scheduled one is sent
  /// @param batch by which a scheduled one can be held back; empty for none
  /// @param events what happened to it already
  public Mail add(
      Carrier carrier,
      String carrierId,
      Fate fate,
      MailContent content,
      Optional<Instant> dueAt,
      String batch,
      List<MailEvent> events) {
    lock.lock();
    try {
      Mail mail =
          new Mail(
              ++lastNumber,
              clock.instant(),
              carrier,
              carrierId,
              fate,
              content,
              dueAt,
              batch,
              events);
      mails.put(mail.number(), mail);
      weight += content.weight();
      keep(mail);
      trim();
      arrival.signalAll();
      return mail;
    } finally {
      lock.unlock();
    }
  }

  /// The newest mails that match, newest first.
  ///
  /// @param query words that must all occur; empty for all mails
  public List<Mail> list(String query, int limit) {
    return newerThan(0, query, limit);
  }

  public Optional<Mail> find(String id) {
    long number = Mail.numberOf(id);
    lock.lock();
    try {
      return Optional.ofNullable(mails.get(number));
    } finally {
      lock.unlock();
    }
  }

  /// The mail that a provider knows by this id of its own.
  public Optional<Mail> findByCarrierId(Carrier carrier, String carrierId) {
    lock.lock();
    try {
      return mails.descendingMap().values().stream()
          .filter(mail -> mail.carrier() == carrier && mail.carrierId().equals(carrierId))
          .findFirst();
    } finally {
      lock.unlock();
    }
  }

  /// Replaces the fate of a mail, for example when a scheduled one is cancelled. Does nothing when
  /// the mail has left the mailbox.
  public void settle(Mail mail, Fate fate) {
    var _ = change(mail, each -> each.with(fate));
  }

  /// Adds what happened to a mail; its fate follows. Does nothing when the mail has left the
  /// mailbox.
  ///
  /// @return the mail as it is now
  public Optional<Mail> note(Mail mail, List<MailEvent> events) {
    return change(mail, each -> each.with(events));
  }

  /// Moves the time of a scheduled mail.
  public void reschedule(Mail mail, Instant dueAt) {
    var _ = change(mail, each -> each.due(dueAt));
  }

  /// The scheduled mails of a provider whose time has come, oldest first.
  public List<Mail> listDue(Carrier carrier, Instant now) {
    lock.lock();
    try {
      return mails.values().stream()
          .filter(mail -> mail.carrier() == carrier && mail.fate() == Fate.SCHEDULED)
          .filter(mail -> mail.dueAt().filter(at -> !at.isAfter(now)).isPresent())
          .toList();
    } finally {
      lock.unlock();
    }
  }

  /// Sends a scheduled mail, unless it was sent or cancelled meanwhile.
  ///
  /// @param events what happens to it now
  /// @return the mail as it is now; empty when it wasn't waiting any more
  public Optional<Mail> sendDue(Mail mail, List<MailEvent> events) {
    lock.lock();
    try {
      return find(mail.id())
          .filter(now -> now.fate() == Fate.SCHEDULED)
          .flatMap(now -> note(now, events));
    } finally {
      lock.unlock();
    }
  }

  private Optional<Mail> change(Mail mail, UnaryOperator<Mail> change) {
    lock.lock();
    try {
      Mail now = mails.computeIfPresent(mail.number(), (_, each) -> change.apply(each));
      if (now != null && journal != null && journal.isKept()) {
        changed.add(now.number());
        journal.put(COURSE + now.id(), MailJson.course(now));
      }
      return Optional.ofNullable(now);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a mail that came after `since` matches, and answers with all such mails, newest
  /// first; with an empty list when the time is over.
  ///
  /// @param since id of a mail; empty or `0` for "any mail"
  /// @param wait how long to wait, at most 60 seconds; longer is cut
  /// @throws IllegalArgumentException when `since` is no id
  public List<Mail> await(String since, String query, int limit, Duration wait)
      throws InterruptedException {
    long number = Mail.numberOf(since);
    long nanos = (wait.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : wait).toNanos();
    lock.lock();
    try {
      while (true) {
        List<Mail> found = newerThan(number, query, limit);
        if (!found.isEmpty() || nanos <= 0) {
          return found;
        }
        nanos = arrival.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /// How many mails are in the mailbox.
  public int size() {
    lock.lock();
    try {
      return mails.size();
    } finally {
      lock.unlock();
    }
  }

  /// Empties the mailbox; numbers go on where they were.
  public void clear() {
    lock.lock();
    try {
      mails.values().forEach(this::forget);
      if (journal != null) {
        journal.put(LAST, Json.object().put("number", lastNumber));
      }
      mails.clear();
      weight = 0;
    } finally {
      lock.unlock();
    }
  }

  private List<Mail> newerThan(long number, String query, int limit) {
    lock.lock();
    try {
      return mails.tailMap(number, false).descendingMap().values().stream()
          .filter(mail -> mail.matches(query))
          .limit(limit)
          .toList();
    } finally {
      lock.unlock();
    }
  }
}
