package dev.tenon.bench;

import dev.tenon.bench.StripeWebhooks.Kind;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How many webhooks the server takes in durably, beside what the same rows cost without it. They
/// name nobody to write to: [PathBench] measures with mails.
@Command(
    name = "ingest",
    description =
        "Signed 3 KB Stripe webhooks over HTTP: how many are stored and acknowledged, how fast they"
            + " are applied, beside two baselines on the same database.")
final class Ingest implements Callable<Integer> {
  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "HTTP connections (${DEFAULT-VALUE}).")
  private int connections = 96;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of each part (${DEFAULT-VALUE}).")
  private int seconds = 10;

  @Option(
      names = "--events",
      paramLabel = "N",
      description = "Webhooks to be applied (${DEFAULT-VALUE}).")
  private int events = 40_000;

  private static final Duration WARM_UP_ROUND = Duration.ofSeconds(5);

  private static final String COMMITS = "tenon_inbox_batch_count";
  private static final String UNAPPLIED = "select count(*) from (select from waiting_fact limit 1)";

  private final Report report;

  Ingest(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() {
    try (Bed bed = Bed.open(Map.of())) {
      report.heading("ingest: %d connections".formatted(connections));
      var part = Duration.ofSeconds(seconds);
      warmUp(bed);
      double accepted = storm(bed, part);
      double applied = applied(bed);
      beside(bed, part, accepted, applied);
    }
    return 0;
  }

  /// Rounds of webhooks until a round is no faster than those before: see [SteadyState].
  private void warmUp(Bed bed) {
    Load.Source source = numbered(new StripeWebhooks(bed.secret(), "w", false), Long.MAX_VALUE);
    var steady = new SteadyState();
    try (Load load = new Load(bed.hook(), connections)) {
      while (!steady.isReached()) {
        steady.round(load.closed(source, WARM_UP_ROUND).perSecond());
        bed.awaitNone(UNAPPLIED, Duration.ofMinutes(2));
      }
    }
    report.line("warmed up for", steady.took());
  }

  /// As many as go; answers events a second.
  private double storm(Bed bed, Duration part) {
    long before = bed.count("select count(*) from received_event");
    double commits = bed.metric(COMMITS);
    Processors processors = bed.processors();
    Load.Result result;
    try (Load load = new Load(bed.hook(), connections)) {
      result =
          load.closed(numbered(new StripeWebhooks(bed.secret(), "s", false), Long.MAX_VALUE), part);
    }
    Processors used = bed.processors().minus(processors);
    long stored = bed.count("select count(*) from received_event") - before;
    long waiting = bed.count("select count(*) from waiting_fact");
    report.line("stored and acknowledged", "%.0f events/s".formatted(result.perSecond()));
    report.line(
        "latency",
        "p50 %.1f ms, p99 %.1f ms, most %.1f ms"
            .formatted(result.millis(50), result.millis(99), result.millis(100)));
    report.line("processor time an event", used.perUnit(result.count(200)));
    report.line(
        "webhooks a commit",
        "%.0f".formatted(result.count(200) / Math.max(1, bed.metric(COMMITS) - commits)));
    report.line(
        "rows stored = acknowledged",
        "%d = %d: %s"
            .formatted(stored, result.count(200), stored == result.count(200) ? "yes" : "NO"));
    report.line("other answers", "%d".formatted(result.all() - result.count(200)));
    report.line("not yet applied at the end", "%d".formatted(waiting));
    if (stored != result.count(200)) {
      throw new BenchFailure("stored rows and acknowledged webhooks differ");
    }
    bed.awaitNone(UNAPPLIED, Duration.ofMinutes(5));
    return result.perSecond();
  }

  /// From the first webhook until the last is applied.
  private double applied(Bed bed) {
    Processors processors = bed.processors();
    long start = System.nanoTime();
    try (Load load = new Load(bed.hook(), connections)) {
      var _ =
          load.closed(
              numbered(new StripeWebhooks(bed.secret(), "a", false), events),
              Duration.ofMinutes(2));
    }
    double sent = (System.nanoTime() - start) / 1e9;
    bed.awaitNone(UNAPPLIED, Duration.ofMinutes(5));
    double took = (System.nanoTime() - start) / 1e9;
    Processors used = bed.processors().minus(processors);
    report.line(
        "webhook to applied",
        "%.0f events/s (%d in %.1f s; acknowledged after %.1f s)"
            .formatted(events / took, events, took, sent));
    report.line("processor time an event", used.perUnit(events));
    return events / took;
  }

  /// The same by other ways.
  private void beside(Bed bed, Duration part, double accepted, double applied) {
    var baselines = new Baselines(bed::administrator, new StripeWebhooks(bed.secret(), "b"));
    double single = baselines.single(part).perSecond();
    report.line(
        "one INSERT per commit",
        "%.0f rows/s: Tenon takes %.1f times as many".formatted(single, accepted / single));
    Processors before = bed.processors();
    Baselines.Result batched = baselines.batched(part);
    double ceiling = batched.perSecond();
    report.line(
        "bare batched INSERTs (ceiling)",
        "%.0f rows/s: Tenon reaches %.0f %%".formatted(ceiling, 100 * accepted / ceiling));
    report.line("processor time a row", bed.processors().minus(before).perUnit(batched.rows()));
    Optional<NodeService> started = NodeService.start(bed.database(), bed.secret());
    if (started.isEmpty()) {
      report.line("Node service that upserts, then answers", "not measured: needs Node 20 and npm");
      return;
    }
    try (NodeService node = started.get();
        Load load = new Load(node.hook(), connections)) {
      var source = numbered(new StripeWebhooks(bed.secret(), "n", false), Long.MAX_VALUE);
      var _ = load.closed(source, Duration.ofSeconds(5));
      Load.Result result = load.closed(source, part);
      report.line(
          "Node service that upserts, then answers",
          "%.0f webhooks/s (p99 %.0f ms, %d other answers): Tenon applies %.1f times and accepts %.1f times as many"
              .formatted(
                  result.perSecond(),
                  result.millis(99),
                  result.all() - result.count(200),
                  applied / result.perSecond(),
                  accepted / result.perSecond()));
    }
  }

  /// Lives of subscriptions: made, changed, paid, one event after the other.
  static Load.Source numbered(StripeWebhooks webhooks, long most) {
    return new Load.Source() {
      private long next;

      @Override
      public Optional<StripeWebhooks.Signed> next() {
        if (next >= most) {
          return Optional.empty();
        }
        long event = next++;
        // The events of one subscription are far enough apart that they rarely meet in one batch.
        long subscription = event / 3000 * 1000 + event % 1000;
        Kind kind =
            switch ((int) (event / 1000 % 3)) {
              case 0 -> Kind.SUBSCRIPTION_CREATED;
              case 1 -> Kind.INVOICE_PAID;
              default -> Kind.SUBSCRIPTION_UPDATED;
            };
        return Optional.of(webhooks.make(kind, subscription, 0));
      }
    };
  }
}
