package dev.tenon.bench;

import dev.tenon.bench.StripeWebhooks.Kind;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The whole path: webhook in, subscription ended, cancellation mail rendered, queued, and accepted
/// by the sandbox's Postmark, which runs on the same machine. One webhook leads to one mail.
@Command(
    name = "path",
    description =
        "From a signed webhook to a mail that the sandbox's Postmark accepted: how many a second,"
            + " and how long one takes at half of that.")
final class PathBench implements Callable<Integer> {
  private static final int PACED_MAX = 1_000;
  private static final String UNSENT =
      "select (select count(*) from (select from waiting_fact limit 1)) + (select count(*) from (select from waiting_job limit 1))";

  @Option(
      names = "--mails",
      paramLabel = "N",
      description = "Mails at full speed (${DEFAULT-VALUE}).")
  private int mails = 15_000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "HTTP connections (${DEFAULT-VALUE}).")
  private int connections = 64;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of the part at half speed (${DEFAULT-VALUE}).")
  private int seconds = 15;

  private static final String STAGES =
      """
      with step as (
        select e.received_at, m.created_at, a.started_at, a.ended_at, m.sent_at
        from message m
        join fact f on f.tenant_id = m.tenant_id and f.id = m.cause_id
        join received_event e on e.tenant_id = f.tenant_id and e.id = f.received_event_id
        join attempt a on a.tenant_id = m.tenant_id and a.message_id = m.id
        where m.created_at > ? and m.template = 'subscription-cancellation'
      ), took as (
        select 1 as place, 'of that: received to applied' as name, created_at - received_at as time
        from step
        union all
        select 2, 'applied to the beginning of the call', started_at - created_at from step
        union all
        select 3, 'the call', ended_at - started_at from step
        union all
        select 4, 'its end to written', sent_at - ended_at from step
      )
      select name,
        1000 * percentile_cont(0.5) within group (order by extract(epoch from time)),
        1000 * percentile_cont(0.99) within group (order by extract(epoch from time))
      from took group by place, name order by place
      """;

  private static final int LIVES_A_ROUND = 1_500;
  private static final Kind[] LIFE = {
    Kind.CHECKOUT_COMPLETED, Kind.SUBSCRIPTION_CREATED, Kind.SUBSCRIPTION_DELETED
  };

  private final Report report;

  PathBench(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() {
    try (Bed bed = Bed.open(Map.of())) {
      report.heading("path: webhook to accepted mail");
      var webhooks = new StripeWebhooks(bed.secret(), "p");
      warmUp(bed);
      int paced = seconds * PACED_MAX;
      long all = mails + (long) paced;
      seed(bed, webhooks, all);
      double perSecond = full(bed, webhooks);
      half(bed, webhooks, Math.min(perSecond / 2, PACED_MAX));
      var other = bed.count("select count(*) from message where state not in ('sent')");
      report.line("messages that are not sent", Long.toString(other));
      long sent = bed.count("select count(*) from message where state = 'sent'");
      long accepted = MailboxCount.of(bed.sandboxUrl("mailbox"));
      report.line(
          "sent = accepted by the sandbox",
          "%d = %d: %s".formatted(sent, accepted, sent == accepted ? "yes" : "NO"));
      if (sent != accepted) {
        throw new BenchFailure("sent and accepted mails differ");
      }
    }
    return 0;
  }

  /// Whole lives of subscriptions, round by round, until a round is no faster than those before:
  /// see [SteadyState].
  private void warmUp(Bed bed) {
    var webhooks = new StripeWebhooks(bed.secret(), "w");
    var steady = new SteadyState();
    long first = 0;
    try (Load load = new Load(bed.hook(), connections)) {
      while (!steady.isReached()) {
        long start = System.nanoTime();
        for (Kind kind : LIFE) {
          requireAll(
              load.closed(
                  each(webhooks, kind, first, LIVES_A_ROUND, new HashMap<>()),
                  Duration.ofMinutes(4)),
              LIVES_A_ROUND);
        }
        bed.awaitNone(UNSENT, Duration.ofMinutes(5));
        steady.round(LIVES_A_ROUND / ((System.nanoTime() - start) / 1e9));
        first += LIVES_A_ROUND;
      }
    }
    report.line("warmed up for", steady.took());
  }

  /// Subscriptions that are in use, each with its confirmation mail.
  private void seed(Bed bed, StripeWebhooks webhooks, long count) {
    long start = System.nanoTime();
    try (Load load = new Load(bed.hook(), connections)) {
      for (Kind kind : new Kind[] {Kind.CHECKOUT_COMPLETED, Kind.SUBSCRIPTION_CREATED}) {
        requireAll(
            load.closed(each(webhooks, kind, 0, count, new HashMap<>()), Duration.ofMinutes(4)),
            count);
      }
    }
    bed.awaitNone(UNSENT, Duration.ofMinutes(5));
    double took = (System.nanoTime() - start) / 1e9;
    report.line(
        "checkout and subscription to confirmation mail",
        "%.0f mails/s, %.0f webhooks/s".formatted(count / took, 2 * count / took));
  }

  private double full(Bed bed, StripeWebhooks webhooks) {
    Processors before = bed.processors();
    long start = System.nanoTime();
    try (Load load = new Load(bed.hook(), connections)) {
      requireAll(
          load.closed(
              each(webhooks, Kind.SUBSCRIPTION_DELETED, 0, mails, new HashMap<>()),
              Duration.ofMinutes(4)),
          mails);
    }
    bed.awaitNone(UNSENT, Duration.ofMinutes(5));
    double took = (System.nanoTime() - start) / 1e9;
    report.line(
        "sustained", "%.0f webhook-to-mail/s (%d in %.1f s)".formatted(mails / took, mails, took));
    report.line("processor time a mail", bed.processors().minus(before).perUnit(mails));
    return mails / took;
  }

  private void half(Bed bed, StripeWebhooks webhooks, double perSecond) {
    Map<Long, Instant> sentAt = new HashMap<>();
    long count = (long) (perSecond * seconds);
    try (Load load = new Load(bed.hook(), connections)) {
      requireAll(
          load.paced(
              each(webhooks, Kind.SUBSCRIPTION_DELETED, mails, count, sentAt),
              Duration.ofSeconds(seconds + 30L),
              perSecond),
          count);
    }
    bed.awaitNone(UNSENT, Duration.ofMinutes(2));
    Histogram latency = latency(bed, webhooks, sentAt);
    stages(bed, sentAt.values().stream().min(Instant::compareTo).orElseThrow());
    report.line(
        "at half of that",
        "%.0f/s for %d s: webhook to accepted mail p50 %.0f ms, p99 %.0f ms, most %.0f ms"
            .formatted(
                perSecond,
                seconds,
                latency.getValueAtPercentile(50) / 1e3,
                latency.getValueAtPercentile(99) / 1e3,
                latency.getMaxValue() / 1e3));
  }

  /// Where the time goes, by what the server wrote down of each step.
  private void stages(Bed bed, Instant since) {
    try (var session = bed.administrator();
        var statement = session.prepareStatement(STAGES)) {
      statement.setObject(1, since.atOffset(ZoneOffset.UTC));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          report.line(
              rows.getString(1),
              "p50 %.0f ms, p99 %.0f ms".formatted(rows.getDouble(2), rows.getDouble(3)));
        }
      }
    } catch (SQLException e) {
      throw new BenchFailure("reading the steps failed", e);
    }
  }

  /// From the moment a webhook was sent until the server knew that its mail was accepted.
  private static Histogram latency(Bed bed, StripeWebhooks webhooks, Map<Long, Instant> sentAt) {
    Map<String, Instant> mailed = new HashMap<>();
    try (var session = bed.administrator();
        var statement = session.createStatement();
        var rows =
            statement.executeQuery(
                "select recipient, sent_at from message where template = 'subscription-cancellation' and sent_at is not null")) {
      while (rows.next()) {
        mailed.put(rows.getString(1), rows.getObject(2, OffsetDateTime.class).toInstant());
      }
    } catch (SQLException e) {
      throw new BenchFailure("reading when mails were sent failed", e);
    }
    var latency = new Histogram(120_000_000L, 3);
    sentAt.forEach(
        (number, at) -> {
          Instant end = mailed.get(webhooks.recipient(number));
          if (end == null) {
            throw new BenchFailure("subscription " + number + " got no mail");
          }
          latency.recordValue(Math.max(0, ChronoUnit.MICROS.between(at, end)));
        });
    return latency;
  }

  private static Load.Source each(
      StripeWebhooks webhooks, Kind kind, long first, long count, Map<Long, Instant> sentAt) {
    return new Load.Source() {
      private long next = first;

      @Override
      public Optional<StripeWebhooks.Signed> next() {
        if (next >= first + count) {
          return Optional.empty();
        }
        long number = next++;
        sentAt.put(number, Instant.now());
        return Optional.of(webhooks.make(kind, number, 0));
      }
    };
  }

  private static void requireAll(Load.Result result, long count) {
    if (result.count(200) != count) {
      throw new BenchFailure(
          "of %d webhooks, these were answered: %s".formatted(count, result.statuses()));
    }
  }
}
