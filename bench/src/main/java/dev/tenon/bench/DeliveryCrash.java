package dev.tenon.bench;

import dev.tenon.config.Config;
import dev.tenon.log.Logging;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Kills while events are told and delivered, with a receiver that writes down what came: every
/// event that is kept came, and no more came twice than were under way when the server was killed.
///
/// The receiver runs through: what it knows and the database does not know as delivered, when a
/// killed server is down, was under way.
final class DeliveryCrash {
  private static final int TENANTS = 10;
  private static final int EVENTS_AT_ONCE = 5;
  private static final Duration SETTLE_MAX = Duration.ofMinutes(4);

  private final Report report;
  private final int kills;
  private final Random random;
  private final long end;
  private final Bed bed;
  private final URI receiver;
  private long underWay;
  private long acknowledged;
  private long unknown;

  DeliveryCrash(Report report, Bed bed, URI receiver, int kills, long seed, int minutesMax) {
    this.report = report;
    this.bed = bed;
    this.receiver = receiver;
    this.kills = kills;
    this.random = new Random(seed);
    this.end = System.nanoTime() + Duration.ofMinutes(minutesMax).toNanos();
  }

  /// Answers whether the books are right.
  static boolean run(Report report, int kills, long seed, int minutesMax) {
    Logging.start(new Config.Log(Config.Log.Format.TEXT, Config.Log.Level.ERROR));
    // Leases are short, so that a run needs no minutes of waiting for the last dead worker's.
    try (Bed bed = Bed.open(Map.of("TENON_DELIVERIES__LEASE_SECONDS", "30"));
        Child child = ReceiverMain.start(bed.folder().resolve("receiver.log"));
        Teller teller = new Teller(bed)) {
      report.heading("crash --deliveries: %d kills, seed %d".formatted(kills, seed));
      URI receiver = ReceiverMain.address(child, bed.folder().resolve("receiver.log"));
      return new DeliveryCrash(report, bed, receiver, kills, seed, minutesMax).run(teller);
    }
  }

  private boolean run(Teller teller) {
    List<TenantId> tenants = new ArrayList<>();
    for (int i = 0; i < TENANTS; i++) {
      boolean ordered = i % 2 == 1;
      tenants.add(teller.tenant(receiver.resolve(ordered ? "/ordered" : "/well"), ordered));
    }
    var telling = new Telling(teller, tenants);
    int servers = 0;
    int databases = 0;
    int both = 0;
    try (telling) {
      while (servers + databases + both < kills && System.nanoTime() < end) {
        awaitProgress();
        Pause.millis(random.nextInt(700));
        switch (random.nextInt(4)) {
          case 0 -> {
            bed.killPostgres();
            databases++;
          }
          case 1 -> {
            bed.killBoth(this::countUnderWay);
            both++;
          }
          default -> {
            bed.killServer(this::countUnderWay);
            servers++;
          }
        }
      }
      awaitProgress();
    }
    bed.awaitNone("select count(*) from (select from waiting_delivery limit 1) w", SETTLE_MAX);
    acknowledged = telling.acknowledged;
    unknown = telling.unknown;
    report.line(
        "killed", "server %d, database %d, both %d times".formatted(servers, databases, both));
    boolean all = servers + databases + both == kills;
    return books() && all;
  }

  /// While the server is down and the database is there.
  private void countUnderWay() {
    underWay +=
        Math.max(
            0,
            seen().path("distinct").asLong()
                - bed.count("select count(*) from delivery where state = 'delivered'"));
  }

  private boolean books() {
    JsonNode seen = seen();
    long kept = bed.count("select count(*) from event where type = 'payment.succeeded'");
    long delivered = bed.count("select count(*) from delivery where state = 'delivered'");
    long distinct = seen.path("distinct").asLong();
    long repeated = seen.path("received").asLong() - distinct;
    long inversions = seen.path("inversions").asLong();
    boolean told =
        report.verdict(
            "events told and acknowledged, with an unknown end, kept",
            "%d, %d, %d".formatted(acknowledged, unknown, kept),
            "all acknowledged are kept",
            kept >= acknowledged && kept <= acknowledged + unknown);
    boolean none =
        report.verdict(
            "lost", Long.toString(kept - distinct), "0", kept == distinct && delivered == kept);
    boolean few =
        report.verdict(
            "repeated deliveries",
            Long.toString(repeated),
            "at most %d, which were under way at the kills".formatted(underWay),
            repeated <= underWay);
    boolean order = report.verdict("out of order", Long.toString(inversions), "0", inversions == 0);
    return told && none && few && order;
  }

  private JsonNode seen() {
    return JsonMapper.shared().readTree(Web.get(receiver.resolve("/report")));
  }

  /// Until deliveries arrive again.
  private void awaitProgress() {
    long before = seen().path("distinct").asLong();
    long most = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (seen().path("distinct").asLong() < before + 50) {
      if (System.nanoTime() > most) {
        throw new BenchFailure("nothing was delivered for two minutes");
      }
      Pause.millis(50);
    }
  }

  /// Tells events all the time, also while the database is down, and counts what it was told of
  /// them.
  private static final class Telling implements AutoCloseable {
    private final Thread thread;
    private volatile boolean stopping;
    volatile long acknowledged;
    volatile long unknown;

    Telling(Teller teller, List<TenantId> tenants) {
      thread = Thread.ofPlatform().start(() -> tell(teller, tenants));
    }

    private void tell(Teller teller, List<TenantId> tenants) {
      long told = acknowledged;
      long open = unknown;
      for (int i = 0; !stopping; i++) {
        try {
          teller.tell(tenants.get(i % tenants.size()), EVENTS_AT_ONCE);
          told += EVENTS_AT_ONCE;
        } catch (RuntimeException e) {
          // The database is down, or went down amid the commit.
          open += EVENTS_AT_ONCE;
          Pause.millis(50);
        }
        acknowledged = told;
        unknown = open;
        Pause.millis(15);
      }
    }

    @Override
    public void close() {
      stopping = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
