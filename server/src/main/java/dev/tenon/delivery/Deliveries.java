package dev.tenon.delivery;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Deliveries as people handle them: looked at, and made anew, one or many. A receiver knows a
/// replayed event by its id.
public final class Deliveries {
  /// Bulk replays of one tenant that may run at once.
  static final int RUNNING_MAX = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
  private static final Duration KEPT = Duration.ofDays(90);

  private final Database database;
  private final Signal ready;
  private final Jobs jobs;
  private final Ids ids;
  private final InstantSource clock;
  private final DeliveryReplayStore store = new DeliveryReplayStore();
  private final HealthStore health = new HealthStore();

  /// @param ready raised when deliveries were put back
  /// @param jobs does bulk replays, by [DeliveryReplayWork]
  public Deliveries(Database database, Signal ready, Jobs jobs, Ids ids, InstantSource clock) {
    this.database = database;
    this.ready = ready;
    this.jobs = jobs;
    this.ids = ids;
    this.clock = clock;
  }

  /// A tenant's deliveries, those that wait and those that are over, the newest first.
  public static List<Delivery> list(
      TenantTx tx, DeliveryFilter filter, Optional<UUID> before, int rows) {
    return DeliveryQueries.list(tx, filter, before, rows);
  }

  public static Optional<Delivery> find(TenantTx tx, UUID id) {
    return DeliveryQueries.find(tx, id);
  }

  /// The calls of a delivery, the first one first.
  public static List<DeliveryTry> tries(TenantTx tx, UUID id) {
    return DeliveryQueries.tries(tx, id);
  }

  /// Makes a delivery anew, at once even where its endpoint rests. Answers whether it could: one of
  /// another tenant is not there, and one whose call is under way is left alone.
  public boolean replay(TenantId tenant, UUID id, String by) {
    Optional<UUID> endpoint =
        database.asTenant(tenant, tx -> DeliveryQueries.find(tx, id)).map(Delivery::endpoint);
    if (endpoint.isEmpty()) {
      return false;
    }
    boolean back =
        database.asEngine(
            tx -> {
              health.tryNow(tx, tenant, endpoint.get(), clock.instant());
              return store.putBack(tx, tenant, id);
            });
    if (back) {
      LOG.info("delivery {} of {} is replayed by {}", id, tenant, by);
      ready.raise();
    }
    return back;
  }

  int count(TenantId tenant, DeliveryReplay.Filter filter) {
    return database.asEngine(tx -> store.count(tx, tenant, filter));
  }

  /// Starts a bulk replay: durable work that goes on after a restart. Empty when [#RUNNING_MAX] of
  /// this tenant are running.
  ///
  /// @param id chosen by the caller; one that was started under it before is the answer
  Optional<DeliveryReplay> start(
      TenantId tenant, @Nullable UUID id, DeliveryReplay.Filter filter, String by) {
    Optional<DeliveryReplay> before = Optional.ofNullable(id).flatMap(known -> find(tenant, known));
    if (before.isPresent()) {
      return before;
    }
    int matched = count(tenant, filter);
    Instant now = clock.instant();
    Optional<DeliveryReplay> started =
        database.asTenant(
            tenant,
            tx -> {
              if (store.running(tx) >= RUNNING_MAX) {
                return Optional.empty();
              }
              store.forget(tx, now.minus(KEPT));
              var replay =
                  new DeliveryReplay(
                      id == null ? ids.next() : id, "running", filter, matched, 0, by, now, null);
              store.insert(tx, replay);
              jobs.make(
                  tx, List.of(NewJob.of(DeliveryReplayWork.KIND, replay.id().toString(), null)));
              return Optional.of(replay);
            });
    started.ifPresent(
        replay -> {
          LOG.info(
              "{} asks to replay {} {} deliveries of {}",
              by,
              matched,
              filter.which().text(),
              tenant);
          jobs.announce();
        });
    return started;
  }

  /// Stops a bulk replay after its present step. Answers whether it was running.
  boolean cancel(TenantId tenant, UUID id) {
    return database.asEngine(tx -> store.cancel(tx, tenant, id, clock.instant()));
  }

  Optional<DeliveryReplay> find(TenantId tenant, UUID id) {
    return database.asTenant(tenant, tx -> store.find(tx, id));
  }

  List<DeliveryReplay> list(TenantId tenant, Optional<UUID> before, int rows) {
    return database.asTenant(tenant, tx -> store.list(tx, before.orElse(null), rows));
  }
}
