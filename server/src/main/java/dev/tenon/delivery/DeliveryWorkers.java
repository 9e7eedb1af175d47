package dev.tenon.delivery;

import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.db.Database;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.Events;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.work.Signal;
import dev.tenon.work.WorkLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers events: one thread takes what is due ([DeliveryClaims]), each call has a virtual thread
/// of its own ([DeliveryCall]), and what became of them is committed in groups ([DeliveryLedger]).
///
/// A slow or dead endpoint holds its own few places and delays nobody else. A worker that dies
/// leaves leases that run out; what it had taken is delivered again.
public final class DeliveryWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorkers.class);

  /// The least time between two looks that find nothing.
  private static final Duration GATHER = Duration.ofMillis(20);

  private final DeliveryClaims claims;
  private final DeliveryCall call;
  private final DeliveryLedger ledger;
  private final InFlight inFlight;
  private final Signal work;
  private final InstantSource clock;
  private final Duration idle;
  private final ExecutorService calls =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("delivery-", 0).factory());
  private final WorkLoop claimer = new WorkLoop("delivery-claimer", this::claim);
  private long wokenAt;

  /// The bounds of the workers.
  ///
  /// @param calls calls of this node under way at once
  /// @param callsPerEndpoint of them to one endpoint
  /// @param batch deliveries taken at once
  /// @param lease how long a delivery may take before another worker makes it again; longer than a
  ///   call
  /// @param idle how long to wait before looking again when nothing said that there is work
  public record Limits(int calls, int callsPerEndpoint, int batch, Duration lease, Duration idle) {
    public static final Limits DEFAULT =
        new Limits(4096, 16, 256, Duration.ofSeconds(60), Duration.ofMillis(250));
  }

  /// @param work raised when deliveries were made ready
  public DeliveryWorkers(
      Database database,
      Endpoints endpoints,
      ProviderHttp http,
      Events events,
      Signal work,
      InstantSource clock,
      Limits limits,
      Meters meters) {
    this.inFlight = new InFlight(limits.callsPerEndpoint(), limits.calls(), work::wakeHere);
    this.claims = new DeliveryClaims(database, inFlight, clock, limits.lease(), limits.batch());
    this.call = new DeliveryCall(endpoints, http, clock);
    this.ledger = new DeliveryLedger(database, events, work, clock, meters, this::written);
    this.work = work;
    this.clock = clock;
    this.idle = limits.idle();
    meters.gauge(Metric.DELIVERY_CALLS_OPEN, inFlight::total);
  }

  public void start() {
    ledger.start();
    wokenAt = System.nanoTime() - idle.toNanos();
    claimer.start();
  }

  /// Whether all its threads live.
  public boolean isAlive() {
    return claimer.isAlive() && ledger.isAlive();
  }

  /// Looks, and waits when there was nothing to take.
  private void claim() throws InterruptedException {
    long seen = work.seen();
    if (System.nanoTime() - wokenAt >= idle.toNanos()) {
      boolean more = claims.wake();
      wokenAt = more ? wokenAt : System.nanoTime();
    }
    if (inFlight.isFull()) {
      work.await(seen, idle);
      return;
    }
    DeliveryClaims.Taken taken = claims.take(idle);
    taken.deliveries().forEach(this::begin);
    if (taken.again()) {
      return;
    }
    work.await(seen, taken.pause());
    if (taken.deliveries().isEmpty()) {
      // Events are told that no endpoint wants, hundreds of times a second: a look for each would
      // cost more than it finds.
      claimer.rest(GATHER);
    }
  }

  private void begin(Claimed delivery) {
    inFlight.begin(delivery.endpoint());
    calls.execute(
        () -> {
          Ended end = deliver(delivery);
          if (delivered(end)) {
            inFlight.end(delivery.endpoint());
          }
          try {
            ledger.put(end);
          } catch (InterruptedException e) {
            written(end);
            Thread.currentThread().interrupt();
          }
        });
  }

  /// A place is free again when its call succeeded, or when its failure is written: until then
  /// nobody would know that the endpoint had better rest, and a dead one would be called without
  /// end.
  private void written(Ended end) {
    if (!delivered(end)) {
      inFlight.end(end.delivery().endpoint());
    }
  }

  private static boolean delivered(Ended end) {
    @Nullable CallEnd one = end.call();
    return one != null && one.delivered();
  }

  private Ended deliver(Claimed delivery) {
    @Nullable String data = delivery.data();
    if (data == null) {
      return new Ended(delivery, null, new Ended.Next.Over("failed", "its event is gone by age"));
    }
    try {
      Optional<CallEnd> end = call.run(delivery, data);
      return end.map(one -> new Ended(delivery, one, next(delivery, one)))
          .orElseGet(
              () ->
                  new Ended(
                      delivery,
                      null,
                      new Ended.Next.Again(clock.instant(), "the endpoint was deleted")));
    } catch (RuntimeException | Error e) {
      LOG.error("delivery {} could not be made ready", delivery.publicId(), e);
      // A fault of ours: it says nothing about the endpoint and costs the delivery no try.
      return new Ended(
          delivery,
          null,
          new Ended.Next.Again(
              clock.instant().plus(Retries.TIRED), "it could not be made ready; see the log"));
    }
  }

  private Ended.Next next(Claimed delivery, CallEnd end) {
    if (end.delivered()) {
      return new Ended.Next.Over("delivered", "");
    }
    int failures = delivery.failures() + 1;
    Instant now = clock.instant();
    Optional<Duration> wait = Retries.after(end, failures, ThreadLocalRandom.current());
    if (wait.isEmpty()) {
      LOG.warn(
          "delivery {} of {} failed after {} tries: {}; replay it when the receiver is mended",
          delivery.publicId(),
          delivery.tenant(),
          failures,
          end.error());
      return new Ended.Next.Over("failed", end.error());
    }
    return new Ended.Next.Again(now.plus(wait.get()), end.error());
  }

  /// Takes no more and waits for the calls under way, `limit` at most. What is cut off then has its
  /// lease run out and is delivered again.
  public void close(Duration limit) {
    claimer.stop();
    work.wakeHere();
    long end = System.nanoTime() + limit.toNanos();
    try {
      boolean _ = claimer.await(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      calls.shutdown();
      if (!calls.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.warn("stopped with deliveries under way after {} s", limit.toSeconds());
        List<Runnable> _ = calls.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ledger.close();
  }

  @Override
  public void close() {
    close(DeliveryCall.TIMEOUT.plusSeconds(5));
  }
}
