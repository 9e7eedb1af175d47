package dev.tenon.bench;

import dev.tenon.config.Config;
import dev.tenon.log.Logging;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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
      names = "--rate",
      paramLabel = "N",
      description = "Events a second in the paced part (${DEFAULT-VALUE}).")
  private int rate = 400;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of a paced part (${DEFAULT-VALUE}).")
  private int seconds = 15;

  private final Report report;

  DeliverBench(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() throws Exception {
    if (dead + slow >= endpoints) {
      throw new BenchFailure("--dead and --slow together are fewer than --endpoints");
    }
    Logging.start(new Config.Log(Config.Log.Format.TEXT, Config.Log.Level.ERROR));
    try (Bed bed = Bed.open(Map.of());
        Child receiver =
            Child.start(ReceiverMain.class, bed.folder().resolve("receiver.log"), Map.of());
        Teller teller = new Teller(bed)) {
      URI base = address(receiver, bed.folder().resolve("receiver.log"));
      report.heading("deliver: an event told, signed, delivered, written down");
      List<TenantId> healthy = new ArrayList<>();
      for (int i = 0; i < endpoints - dead - slow; i++) {
        healthy.add(teller.tenant(base.resolve("/well")));
      }
      List<TenantId> sick = new ArrayList<>();
      for (int i = 0; i < slow; i++) {
        sick.add(teller.tenant(base.resolve("/slow")));
      }
      for (int i = 0; i < dead; i++) {
        sick.add(teller.tenant(URI.create("http://127.0.0.1:1/dead")));
      }
      warmUp(bed, teller, healthy, base);
      full(bed, teller, healthy, receiver, base);
      long well = paced(bed, teller, healthy, List.of(), base, "healthy endpoints alone");
      if (!sick.isEmpty()) {
        long beside =
            paced(
                bed,
                teller,
                healthy,
                sick,
                base,
                "the healthy ones beside %d dead and %d slow".formatted(dead, slow));
        report.line("p99 beside the sick / alone", "%.2f".formatted((double) beside / well));
      }
      report.line("memory of the server", "%.0f MiB".formatted(bed.serverMiB()));
    }
    return 0;
  }

  private static URI address(Child receiver, Path log) throws Exception {
    while (Files.readString(log).isBlank()) {
      receiver.requireAlive();
      Pause.millis(20);
    }
    return URI.create(
        "http://127.0.0.1:" + Files.readString(log).strip().lines().findFirst().orElseThrow());
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
    report.line(
        "sustained",
        "%.0f deliveries/s (%d in %.1f s, told within %.1f s)"
            .formatted(events / took, events, took, told));
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
    for (int i = 0; i < count; i++) {
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
                seconds,
                seen.path("p50").asLong() / 1e3,
                p99 / 1e3,
                seen.path("max").asLong() / 1e3));
    counts(bed, base, toHealthy);
    return p99;
  }

  private void counts(Bed bed, URI base, int expected) {
    JsonNode seen = report(base);
    long lost = expected - seen.path("distinct").asLong();
    report.line(
        "lost, received twice",
        "%d, %d".formatted(lost, seen.path("received").asLong() - seen.path("distinct").asLong()));
    if (lost != 0) {
      throw new BenchFailure(
          "%d events never arrived; %d deliveries wait"
              .formatted(lost, bed.count("select count(*) from waiting_delivery")));
    }
  }

  private static JsonNode report(URI base) {
    return JsonMapper.shared().readTree(Web.get(base.resolve("/report")));
  }
}
