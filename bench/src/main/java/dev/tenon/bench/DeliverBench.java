package dev.tenon.bench;

import dev.tenon.config.Config;
import dev.tenon.log.Logging;
import dev.tenon.tenant.TenantId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Events told, signed, delivered to a receiver on this machine, and written down as delivered.
@Command(
    name = "deliver",
    description =
        "Events to a local receiver: deliveries a second, how long one takes, and what sick endpoints"
            + " do to the healthy ones.")
final class DeliverBench implements Callable<Integer> {
  @Option(
      names = "--events",
      paramLabel = "N",
      description = "Events at full speed (${DEFAULT-VALUE}).")
  private int events = 20_000;

  @Option(
      names = "--endpoints",
      paramLabel = "N",
      description = "Endpoints, each of a tenant of its own (${DEFAULT-VALUE}).")
  private int endpoints = 50;

  @Option(
      names = "--dead",
      paramLabel = "N",
      description = "Of them, where nothing answers (${DEFAULT-VALUE}).")
  private int dead = 0;

  @Option(
      names = "--slow",
      paramLabel = "N",
      description = "Of them, which take five seconds to answer (${DEFAULT-VALUE}).")
  private int slow = 0;

  @Option(
      names = "--silent",
      paramLabel = "N",
      description = "Of them, which take connections and never answer (${DEFAULT-VALUE}).")
  private int silent = 0;

  @Option(
      names = "--failing",
      paramLabel = "N",
      description = "Of them, which answer 500 (${DEFAULT-VALUE}).")
  private int failing = 0;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Events a second in the paced part (${DEFAULT-VALUE}).")
  private int rate = 400;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "Length of a paced part (${DEFAULT-VALUE}); beside sick endpoints longer, until those that"
              + " fail rest, four times that at most.")
  private int seconds = 15;

  private static final int SICK_STRETCH = 4;

  /// Endpoints that failed as often in a row as makes them rest.
  private static final String RESTING = "select count(*) from endpoint_health where failures >= 10";

  private final Report report;
  private boolean right = true;
  private boolean stillTried = true;

  DeliverBench(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() throws Exception {
    if (dead + slow + silent + failing >= endpoints) {
      throw new BenchFailure("the sick endpoints together are fewer than --endpoints");
    }
    Logging.start(new Config.Log(Config.Log.Format.TEXT, Config.Log.Level.ERROR));
    try (Bed bed = Bed.open(Map.of());
        Child receiver = ReceiverMain.start(bed.folder().resolve("receiver.log"));
        var hole = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Teller teller = new Teller(bed)) {
      URI base = ReceiverMain.address(receiver, bed.folder().resolve("receiver.log"));
      report.heading("deliver: an event told, signed, delivered, written down");
      List<TenantId> healthy = new ArrayList<>();
      for (int i = 0; i < endpoints - dead - slow - silent - failing; i++) {
        boolean ordered = i % 2 == 1;
        healthy.add(teller.tenant(base.resolve(ordered ? "/ordered" : "/well"), ordered));
      }
      List<TenantId> sick = new ArrayList<>();
      add(teller, sick, slow, base.resolve("/slow"));
      add(teller, sick, failing, base.resolve("/failing"));
      add(teller, sick, dead, URI.create("http://127.0.0.1:1/dead"));
      add(teller, sick, silent, URI.create("http://127.0.0.1:" + hole.getLocalPort() + "/silent"));
      warmUp(bed, teller, healthy, base);
      try (var memory = new MemoryWatch(bed)) {
        full(bed, teller, healthy, receiver, base);
        long well = paced(bed, teller, healthy, List.of(), base, "healthy endpoints alone");
        if (!sick.isEmpty()) {
          beside(bed, teller, healthy, sick, base, well);
        }
        memory.report(report, "from full speed on");
      }
    }
    return right ? 0 : 1;
  }

  private static void add(Teller teller, List<TenantId> sick, int count, URI url) {
    for (int i = 0; i < count; i++) {
      sick.add(teller.tenant(url, false));
    }
  }

  private void beside(
      Bed bed, Teller teller, List<TenantId> healthy, List<TenantId> sick, URI base, long well) {
    long beside =
        paced(
            bed,
            teller,
            healthy,
            sick,
            base,
            "the healthy ones beside %d dead, %d slow, %d silent and %d failing"
                .formatted(dead, slow, silent, failing));
    report.line(
        "endpoints that rest at the end, of those where nothing succeeds",
        "%d of %d".formatted(bed.count(RESTING), dead + silent + failing));
    double ratio = (double) beside / Math.max(1, well);
    boolean _ =
        report.verdict("p99 beside the sick / alone", "%.2f".formatted(ratio), "2", ratio <= 2);
  }

  private void warmUp(Bed bed, Teller teller, List<TenantId> healthy, URI base) {
    for (int i = 0; i < 5_000; i += 50) {
      teller.tell(healthy.get(i / 50 % healthy.size()), 50);
    }
    bed.awaitNone(all(), Duration.ofMinutes(4));
    String _ = Web.get(base.resolve("/reset"));
  }

  private static String all() {
    return "select count(*) from (select from waiting_delivery limit 1) w";
  }

  private void full(Bed bed, Teller teller, List<TenantId> healthy, Child receiver, URI base) {
    Processors before = bed.processors();
    double receiverBefore = ProcessorTime.of(receiver.pid());
    long start = System.nanoTime();
    for (int i = 0; i < events; i += 50) {
      teller.tell(healthy.get(i / 50 % healthy.size()), 50);
    }
    double told = (System.nanoTime() - start) / 1e9;
    bed.awaitNone(all(), Duration.ofMinutes(5));
    double took = (System.nanoTime() - start) / 1e9;
    boolean _ =
        report.verdict(
            "sustained",
            "%.0f deliveries/s (%d in %.1f s, told within %.1f s)"
                .formatted(events / took, events, took, told),
            "2,000/s",
            events / took >= 2_000);
    report.line(
        "processor time a delivery",
        bed.processors().minus(before).perUnit(events)
            + ", %.0f µs receiver"
                .formatted((ProcessorTime.of(receiver.pid()) - receiverBefore) * 1e6 / events));
    counts(bed, base, events);
  }

  /// Answers the p99 in microseconds.
  private long paced(
      Bed bed, Teller teller, List<TenantId> healthy, List<TenantId> sick, URI base, String what) {
    String _ = Web.get(base.resolve("/reset"));
    int count = rate * seconds;
    long start = System.nanoTime();
    int toHealthy = 0;
    int told = 0;
    for (int i = 0; i < count || (i < SICK_STRETCH * count && areStillTried(bed, i, sick)); i++) {
      told++;
      long due = start + i * 1_000_000_000L / rate;
      while (System.nanoTime() < due) {
        Pause.millis(1);
      }
      int at = (int) (i * 7919L % (healthy.size() + sick.size()));
      if (at < healthy.size()) {
        teller.tell(healthy.get(at), 1);
        toHealthy++;
      } else {
        teller.tell(sick.get(at - healthy.size()), 1);
      }
    }
    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    JsonNode seen = report(base);
    while (seen.path("distinct").asInt() < toHealthy && System.nanoTime() < end) {
      Pause.millis(100);
      seen = report(base);
    }
    long p99 = seen.path("p99").asLong();
    report.line(
        what + ", told to received",
        "%d/s for %d s: p50 %.1f ms, p99 %.1f ms, most %.0f ms"
            .formatted(
                rate,
                told / rate,
                seen.path("p50").asLong() / 1e3,
                p99 / 1e3,
                seen.path("max").asLong() / 1e3));
    counts(bed, base, toHealthy);
    return p99;
  }

  private void counts(Bed bed, URI base, int expected) {
    JsonNode seen = report(base);
    long lost = expected - seen.path("distinct").asLong();
    long twice = seen.path("received").asLong() - seen.path("distinct").asLong();
    long inversions = seen.path("inversions").asLong();
    right &=
        report.verdict(
            "lost, received twice, out of order",
            "%d, %d, %d".formatted(lost, twice, inversions),
            "0, 0, 0",
            lost == 0 && twice == 0 && inversions == 0);
    if (lost != 0) {
      report.line(
          "deliveries that wait",
          Long.toString(bed.count("select count(*) from waiting_delivery")));
    }
  }

  /// Whether sick endpoints are left that don't rest yet; looked at once in a second's events.
  private boolean areStillTried(Bed bed, int told, List<TenantId> sick) {
    if (sick.isEmpty()) {
      return false;
    }
    if (told % rate == 0) {
      stillTried = bed.count(RESTING) < dead + silent + failing;
    }
    return stillTried;
  }

  private static JsonNode report(URI base) {
    return JsonMapper.shared().readTree(Web.get(base.resolve("/report")));
  }
}
