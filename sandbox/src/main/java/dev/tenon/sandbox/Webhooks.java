package dev.tenon.sandbox;

import java.time.Duration;
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
public final class Webhooks implements AutoCloseable {
  /// Deliveries remembered; the oldest goes first.
  public static final int LOG_MAX = 2_000;

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
  private long next = 1;
  private int unfinished;
  private boolean closed;

  Webhooks(InstantSource clock, Faults faults, List<Duration> retries) {
    this.clock = clock;
    this.faults = faults;
    this.retries = List.copyOf(retries);
  }

  /// Sends the webhooks of one change, in this order unless a fault says otherwise.
  ///
  /// @throws IllegalStateException when far too many are waiting
  public synchronized void send(List<OutgoingWebhook> batch) {
    if (batch.isEmpty() || closed) {
      return;
    }
    List<OutgoingWebhook> order = new ArrayList<>(batch);
    if (faults.take(Fault.Kind.REORDER_WEBHOOKS, "").isPresent()) {
      order = order.reversed();
    }
    boolean twice = faults.take(Fault.Kind.DUPLICATE_WEBHOOKS, "").isPresent();
    for (OutgoingWebhook webhook : order) {
      enqueue(webhook);
      if (twice) {
        enqueue(webhook);
      }
    }
  }

  /// Sends a logged webhook once more, as a new delivery.
  ///
  /// @return the new delivery, or empty when the log no longer has the id
  public synchronized Optional<Delivery> resend(String id) {
    return Optional.ofNullable(entries.get(id))
        .map(entry -> enqueue(entry.webhook))
        .map(entry -> entry.delivery);
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

  private Entry enqueue(OutgoingWebhook webhook) {
    if (unfinished >= WAITING_MAX) {
      throw new IllegalStateException("more than " + WAITING_MAX + " webhooks are waiting");
    }
    String id = "dlv_" + next++;
    Entry entry =
        new Entry(
            webhook,
            new Delivery(
                id,
                webhook.eventId(),
                webhook.eventType(),
                webhook.url(),
                0,
                Delivery.State.WAITING,
                0,
                "",
                clock.instant()));
    entries.put(id, entry);
    if (entries.size() > LOG_MAX) {
      entries.remove(entries.keySet().iterator().next());
    }
    unfinished++;
    String lane = webhook.url().toString();
    Deque<Entry> waiting = lanes.get(lane);
    if (waiting == null) {
      lanes.put(lane, new ArrayDeque<>(List.of(entry)));
      workers.execute(() -> drain(lane));
    } else {
      waiting.add(entry);
    }
    return entry;
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
        answer = post.send(entry.webhook, entry.webhook.headers().apply(clock.instant()));
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
    record(entry, answer);
  }

  private synchronized void record(Entry entry, WebhookPost.Answer answer) {
    int tries = entry.delivery.tries() + 1;
    boolean delivered = answer.status() >= 200 && answer.status() < 300;
    boolean again = !delivered && tries <= retries.size() && !closed;
    Delivery.State state =
        delivered
            ? Delivery.State.DELIVERED
            : again ? Delivery.State.WAITING : Delivery.State.FAILED;
    Delivery last = entry.delivery;
    entry.delivery =
        new Delivery(
            last.id(),
            last.eventId(),
            last.eventType(),
            last.url(),
            tries,
            state,
            answer.status(),
            answer.body(),
            clock.instant());
    if (again) {
      var _ =
          timer.schedule(
              () -> workers.execute(() -> attempt(entry)),
              retries.get(tries - 1).toMillis(),
              TimeUnit.MILLISECONDS);
    } else {
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
