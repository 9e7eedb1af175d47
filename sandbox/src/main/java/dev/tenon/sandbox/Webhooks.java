package dev.tenon.sandbox;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends webhooks at least once, with retries, and keeps a log of the last [#LOG_MAX].
///
/// First tries to one URL go out one after the other in the order given, so that a run can be
/// repeated; a retry overtakes nothing and waits for nothing. Disorder is asked for by a fault.
///
/// What is not delivered yet is in the journal, with its next try, so that a restart goes on where
/// a kill ended: not before [#RESTART_PAUSE], since who receives may have been restarted as well.
public final class Webhooks implements AutoCloseable {
  /// Deliveries remembered; the oldest goes first.
  public static final int LOG_MAX = 2_000;

  /// How long a restarted sandbox waits before it goes on.
  static final Duration RESTART_PAUSE = Duration.ofSeconds(3);

  private static final Logger log = LoggerFactory.getLogger(Webhooks.class);
  private static final int WAITING_MAX = 20_000;
  private static final int AT_ONCE_MAX = 16;

  private final InstantSource clock;
  private final Faults faults;
  private final List<Duration> retries;
  private final WebhookPost post = new WebhookPost();
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Semaphore atOnce = new Semaphore(AT_ONCE_MAX);
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, Deque<Entry>> lanes = new LinkedHashMap<>();
  private final Journal journal;
  private volatile Addresses addresses =
      (webhook, at) -> Optional.of(new Address(webhook.url(), Map.of(), webhook.body()));
  private long next = 1;
  private int unfinished;
  private boolean closed;

  Webhooks(InstantSource clock, Faults faults, List<Duration> retries, Journal journal) {
    this.clock = clock;
    this.journal = journal;
    this.faults = faults;
    this.retries = List.copyOf(retries);
  }

  /// Where a webhook goes, asked before every try: an endpoint may have moved or got a new secret,
  /// and signatures carry the time.
  public interface Addresses {
    /// Empty when the endpoint is gone: then nothing is sent any more.
    Optional<Address> of(OutgoingWebhook webhook, Instant at);

    /// Whether the provider takes this answer as "never again".
    default boolean endsAt(int status) {
      return false;
    }
  }

  /// Where to, and with what.
  ///
  /// @param headers made afresh for every try
  /// @param body what is sent; a provider may write the same event anew for every try
  public record Address(URI url, Map<String, String> headers, String body) {
    public Address {
      headers = Map.copyOf(headers);
    }
  }

  /// Asks `asked` for addresses from now on; without it a webhook goes to its own URL, unsigned.
  public void addressed(Addresses asked) {
    addresses = asked;
  }

  /// Sends the webhooks of one change, in this order unless a fault says otherwise.
  ///
  /// @throws IllegalStateException when far too many are waiting
  public void send(List<OutgoingWebhook> batch) {
    send(batch, List.of());
  }

  /// The same for a change that is itself kept in the simulator's journal: both go there at once,
  /// so that neither is there without the other.
  public synchronized void send(List<OutgoingWebhook> batch, List<Journal.Line> change) {
    if (unfinished + 2 * batch.size() > WAITING_MAX) {
      journal.append(change);
      throw new IllegalStateException("more than " + WAITING_MAX + " webhooks are waiting");
    }
    List<Journal.Line> lines = new ArrayList<>(change);
    List<Entry> made = closed ? List.of() : entries(batch);
    made.forEach(entry -> lines.add(line(entry, clock.instant())));
    journal.append(lines);
    made.forEach(this::start);
  }

  /// Sends them after a pause, in this order unless a fault says otherwise: what an answer to a
  /// call brings about is rarely told before that answer. They are in the journal at once.
  ///
  /// @throws IllegalStateException when far too many are waiting
  public synchronized void sendAfter(Duration pause, List<OutgoingWebhook> batch) {
    if (unfinished + 2 * batch.size() > WAITING_MAX) {
      throw new IllegalStateException("more than " + WAITING_MAX + " webhooks are waiting");
    }
    List<Entry> made = closed ? List.of() : entries(batch);
    if (made.isEmpty()) {
      return;
    }
    Instant first = clock.instant().plus(pause);
    journal.append(made.stream().map(entry -> line(entry, first)).toList());
    made.forEach(this::remember);
    var _ =
        timer.schedule(() -> made.forEach(this::queue), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private List<Entry> entries(List<OutgoingWebhook> batch) {
    if (batch.isEmpty()) {
      return List.of();
    }
    if (faults.take(Fault.Kind.LOSE_WEBHOOKS, "").isPresent()) {
      return List.of();
    }
    List<OutgoingWebhook> order = new ArrayList<>(batch);
    if (faults.take(Fault.Kind.REORDER_WEBHOOKS, "").isPresent()) {
      order = order.reversed();
    }
    boolean twice = faults.take(Fault.Kind.DUPLICATE_WEBHOOKS, "").isPresent();
    List<Entry> made = new ArrayList<>();
    for (OutgoingWebhook webhook : order) {
      made.add(entry(webhook));
      if (twice) {
        made.add(entry(webhook));
      }
    }
    return made;
  }

  /// Goes on with what an earlier run had not delivered.
  synchronized void resume() {
    Instant now = clock.instant();
    journal
        .take(KeptWebhook.KEY)
        .forEach(
            (id, json) -> {
              KeptWebhook kept = KeptWebhook.read(id, json);
              next = Math.max(next, kept.number() + 1);
              Entry entry =
                  new Entry(kept.webhook(), waiting(id, kept.webhook(), kept.tries(), now));
              remember(entry);
              Duration pause = Duration.between(now, kept.nextTry());
              later(entry, pause.compareTo(RESTART_PAUSE) < 0 ? RESTART_PAUSE : pause);
            });
  }

  private static Delivery waiting(String id, OutgoingWebhook webhook, int tries, Instant now) {
    return new Delivery(
        id,
        webhook.eventId(),
        webhook.eventType(),
        webhook.url(),
        tries,
        Delivery.State.WAITING,
        0,
        "",
        now);
  }

  private static Journal.Line line(Entry entry, Instant nextTry) {
    return new KeptWebhook(entry.delivery.id(), entry.webhook, entry.delivery.tries(), nextTry)
        .line();
  }

  /// Sends a logged webhook once more, as a new delivery.
  ///
  /// @return the new delivery, or empty when the log no longer has the id
  public synchronized Optional<Delivery> resend(String id) {
    return Optional.ofNullable(entries.get(id))
        .map(
            known -> {
              Entry again = entry(known.webhook);
              journal.append(List.of(line(again, clock.instant())));
              start(again);
              return again.delivery;
            });
  }

  /// The log, newest first.
  public synchronized List<Delivery> list() {
    return entries.values().stream().map(entry -> entry.delivery).toList().reversed();
  }

  /// Waits until nothing is on its way, retries included.
  ///
  /// @return whether that happened in time
  public synchronized boolean awaitIdle(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (unfinished > 0) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  private Entry entry(OutgoingWebhook webhook) {
    return new Entry(webhook, waiting("dlv_" + next++, webhook, 0, clock.instant()));
  }

  private void remember(Entry entry) {
    entries.put(entry.delivery.id(), entry);
    if (entries.size() > LOG_MAX) {
      entries.remove(entries.keySet().iterator().next());
    }
    unfinished++;
  }

  private void start(Entry entry) {
    remember(entry);
    queue(entry);
  }

  private synchronized void queue(Entry entry) {
    if (closed) {
      return;
    }
    String lane = entry.webhook.url().toString();
    Deque<Entry> waiting = lanes.get(lane);
    if (waiting == null) {
      lanes.put(lane, new ArrayDeque<>(List.of(entry)));
      workers.execute(() -> drain(lane));
    } else {
      waiting.add(entry);
    }
  }

  private void later(Entry entry, Duration pause) {
    var _ =
        timer.schedule(
            () -> workers.execute(() -> attempt(entry)), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void drain(String lane) {
    for (Optional<Entry> entry = pollLane(lane); entry.isPresent(); entry = pollLane(lane)) {
      attempt(entry.get());
    }
  }

  private synchronized Optional<Entry> pollLane(String lane) {
    Deque<Entry> waiting = lanes.get(lane);
    if (waiting == null || waiting.isEmpty() || closed) {
      lanes.remove(lane);
      return Optional.empty();
    }
    return Optional.of(waiting.remove());
  }

  private void attempt(Entry entry) {
    WebhookPost.Answer answer;
    try {
      atOnce.acquire();
      try {
        Optional<Address> address = addresses.of(entry.webhook, clock.instant());
        if (address.isEmpty()) {
          record(entry, new WebhookPost.Answer(0, "the endpoint is gone"), true);
          return;
        }
        answer = post.send(address.get().url(), address.get().body(), address.get().headers());
      } finally {
        atOnce.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer = new WebhookPost.Answer(0, "the sandbox stopped");
    } catch (RuntimeException e) {
      log.warn("Webhook {} cannot be sent", entry.delivery.eventId(), e);
      answer = new WebhookPost.Answer(0, String.valueOf(e.getMessage()));
    }
    record(entry, answer, addresses.endsAt(answer.status()));
  }

  private synchronized void record(Entry entry, WebhookPost.Answer answer, boolean last) {
    boolean delivered = answer.status() >= 200 && answer.status() < 300;
    if (closed && !delivered) {
      // Cut off by the stop: the journal has it, and the next run goes on.
      unfinished--;
      notifyAll();
      return;
    }
    int tries = entry.delivery.tries() + 1;
    boolean again = !delivered && !last && tries <= retries.size();
    Delivery.State state =
        delivered
            ? Delivery.State.DELIVERED
            : again ? Delivery.State.WAITING : Delivery.State.FAILED;
    Delivery before = entry.delivery;
    entry.delivery =
        new Delivery(
            before.id(),
            before.eventId(),
            before.eventType(),
            before.url(),
            tries,
            state,
            answer.status(),
            answer.body(),
            clock.instant());
    if (again) {
      Duration pause = retries.get(tries - 1);
      journal.append(List.of(line(entry, clock.instant().plus(pause))));
      later(entry, pause);
    } else {
      journal.remove(KeptWebhook.KEY + before.id());
      unfinished--;
    }
    notifyAll();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    timer.shutdownNow();
    workers.shutdownNow();
    post.close();
  }

  /// A webhook and its latest line in the log; guarded by the sender.
  private static final class Entry {
    final OutgoingWebhook webhook;
    Delivery delivery;

    Entry(OutgoingWebhook webhook, Delivery delivery) {
      this.webhook = webhook;
      this.delivery = delivery;
    }
  }
}
