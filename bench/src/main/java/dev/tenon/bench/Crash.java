package dev.tenon.bench;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Kills the server and the database at random moments under load, and then settles the books.
@Command(
    name = "crash",
    description =
        "Kill -9 the server and PostgreSQL at random moments under load, and count: every"
            + " acknowledged webhook stored once, every effect in the database once, every mail once"
            + " or named uncertain.")
final class Crash implements Callable<Integer> {
  private static final Duration SETTLE_MAX = Duration.ofMinutes(4);

  @Option(names = "--kills", paramLabel = "N", description = "How often (${DEFAULT-VALUE}).")
  private int kills = 50;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the random moments and victims (printed; default: a new one).")
  private long seed = System.nanoTime() % 1_000_000;

  @Option(
      names = "--deliveries",
      description =
          "Instead of webhooks: events to a receiver that writes down what came. None is lost, and"
              + " no more come twice than were under way at the kills.")
  private boolean deliveries;

  @Option(
      names = "--minutes-max",
      paramLabel = "N",
      description = "When to stop killing, though not done (${DEFAULT-VALUE}); the run then fails.")
  private int minutesMax = 20;

  private final Report report;

  Crash(Report report) {
    this.report = report;
  }

  private enum Victim {
    SERVER,
    DATABASE,
    BOTH,
    DATABASE_SESSION,
    /// The database, which the supervisor of the embedded one starts again.
    SUPERVISED_DATABASE
  }

  @Override
  public Integer call() {
    if (deliveries) {
      return DeliveryCrash.run(report, kills, seed, minutesMax) ? 0 : 1;
    }
    // Leases are short, so that a run needs no minutes of waiting for the last dead worker's.
    try (Bed bed =
        Bed.open(Map.of("TENON_LANES__LEASE_SECONDS", "5", "TENON_JOBS__LEASE_SECONDS", "10"))) {
      report.heading("crash: %d kills, seed %d".formatted(kills, seed));
      Map<Victim, Integer> killed = new EnumMap<>(Victim.class);
      var arrivals = new Arrivals(bed.sandboxUrl("mailbox"));
      var sender = new StripeSender(bed::hook, bed.secret(), 8);
      try (arrivals) {
        try (sender) {
          kill(bed, sender, killed);
        }
        settle(bed);
      }
      int done = killed.values().stream().mapToInt(Integer::intValue).sum();
      if (done < kills) {
        report.line("stopped after %d minutes".formatted(minutesMax), done + " kills only");
      }
      boolean balanced =
          new CrashBooks(bed, sender, arrivals.perMail()).report(report, killed.toString());
      return balanced && done == kills ? 0 : 1;
    }
  }

  private void kill(Bed bed, StripeSender sender, Map<Victim, Integer> killed) {
    var random = new Random(seed);
    long end = System.nanoTime() + Duration.ofMinutes(minutesMax).toNanos();
    int done = 0;
    while (done < kills && System.nanoTime() < end) {
      awaitProgress(bed, sender);
      Pause.millis(random.nextInt(900));
      Victim victim = victim(random);
      if (kill(bed, victim)) {
        killed.merge(victim, 1, Integer::sum);
        done++;
      }
    }
    awaitProgress(bed, sender);
  }

  private static Victim victim(Random random) {
    return switch (random.nextInt(10)) {
      case 0, 1 -> Victim.DATABASE;
      case 2, 3 -> Victim.BOTH;
      case 4 -> Victim.DATABASE_SESSION;
      case 5 -> Victim.SUPERVISED_DATABASE;
      default -> Victim.SERVER;
    };
  }

  /// Answers whether there was something to kill.
  private static boolean kill(Bed bed, Victim victim) {
    switch (victim) {
      case SERVER -> bed.killServer(() -> {});
      case DATABASE -> bed.killPostgres();
      case BOTH -> bed.killBoth(() -> {});
      case DATABASE_SESSION -> {
        return bed.killBackend();
      }
      case SUPERVISED_DATABASE -> bed.killSupervised();
    }
    return true;
  }

  /// Until webhooks are acknowledged again.
  private static void awaitProgress(Bed bed, StripeSender sender) {
    long seen = sender.acknowledged();
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (sender.acknowledged() < seen + 20) {
      if (System.nanoTime() > end) {
        throw new BenchFailure(
            "nothing was acknowledged for a minute; see " + bed.folder().resolve("hub.log"));
      }
      Pause.millis(10);
    }
  }

  /// Until every fact is applied and every mail has an end or is being looked up.
  private static void settle(Bed bed) {
    bed.awaitNone("select count(*) from waiting_fact", SETTLE_MAX);
    bed.awaitNone(
        """
        select count(*) from message m where state in ('queued', 'sending')
          and not exists (select from attempt a
            where a.message_id = m.id and a.outcome in ('unknown', 'missing', 'unanswered'))
        """,
        SETTLE_MAX);
  }
}
