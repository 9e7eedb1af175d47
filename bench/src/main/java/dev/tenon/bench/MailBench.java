package dev.tenon.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Messages accepted over HTTP, durably, and sent to the sandbox's Postmark; beside a loop over
/// Postmark's own client.
@Command(
    name = "mail",
    description =
        "Messages over HTTP: accepted durably a second, one by one and in batches, and sent a second"
            + " to the sandbox's Postmark, beside a loop over Postmark's own client in Node; and the"
            + " server's memory while many are queued and sent. Exit code 1 where sent and accepted"
            + " by the sandbox differ.")
final class MailBench implements Callable<Integer> {
  private static final int BATCH = 1_000;
  private static final int BATCHES_AT_ONCE = 2;
  private static final String UNSENT =
      "select count(*) from (select from message where state in ('queued', 'sending') limit 1) one";

  @Option(
      names = "--messages",
      paramLabel = "N",
      description = "Queued, then sent, while memory is watched (${DEFAULT-VALUE}).")
  private int messages = 200_000;

  @Option(
      names = "--single",
      paramLabel = "N",
      description = "Accepted one by one (${DEFAULT-VALUE}).")
  private int single = 30_000;

  @Option(
      names = "--loop",
      paramLabel = "N",
      description = "Sent by the loop in Node (${DEFAULT-VALUE}).")
  private int loop = 20_000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "HTTP connections for single messages (${DEFAULT-VALUE}).")
  private int connections = 64;

  private final Report report;
  private long made;
  private long acknowledged;

  MailBench(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var limits =
        Map.of(
            "TENON_LIMITS__KEY_REQUESTS_PER_SECOND", "100000", "TENON_LIMITS__KEY_BURST", "100000");
    try (Bed bed = Bed.open(limits)) {
      report.heading("mail: accepted over HTTP, and sent to the sandbox's Postmark");
      warmUp(bed);
      accept(bed, "one by one", single, singles(bed, single), connections, 1);
      bed.awaitNone(UNSENT, Duration.ofMinutes(5));
      double sent = drain(bed);
      long loopAccepted = besideLoop(bed, sent);
      return books(bed, loopAccepted) ? 0 : 1;
    }
  }

  private void warmUp(Bed bed) {
    int few = Math.clamp(messages / 10, 500, 10_000);
    try (Load load = new Load(bed.at("/"), connections)) {
      note(load.asked(singles(bed, few), Duration.ofMinutes(2)), 1);
    }
    bed.awaitNone(UNSENT, Duration.ofMinutes(5));
  }

  private void accept(
      Bed bed, String how, int count, Load.Requests requests, int connections, int each) {
    Processors before = bed.processors();
    long start = System.nanoTime();
    Load.Result result;
    try (Load load = Load.ofLongAnswers(bed.at("/"), connections)) {
      result = load.asked(requests, Duration.ofMinutes(4));
    }
    double took = (System.nanoTime() - start) / 1e9;
    long taken = note(result, each);
    boolean _ =
        report.verdict(
            "accepted durably, " + how,
            "%.0f messages/s (%d in %.1f s; an answer p50 %.1f ms, p99 %.1f ms)"
                .formatted(taken / took, taken, took, result.millis(50), result.millis(99)),
            "3,000/s",
            taken / took >= 3_000);
    report.line("processor time a message", bed.processors().minus(before).perUnit(count));
    if (taken != count) {
      report.line("other answers", result.statuses().toString());
    }
  }

  /// Queues all in batches and sends them. Answers how many a second were sent.
  private double drain(Bed bed) {
    int all = Math.ceilDiv(messages, BATCH) * BATCH;
    var watch = new MemoryWatch(bed);
    try (watch) {
      long start = System.nanoTime();
      accept(bed, "in batches of 1,000", all, batches(bed, all), BATCHES_AT_ONCE, BATCH);
      report.line(
          "of them already sent when all were accepted",
          Long.toString(
              all
                  - bed.count(
                      "select count(*) from message where state in ('queued', 'sending')")));
      Processors before = bed.processors();
      long waiting = bed.count("select count(*) from message where state in ('queued', 'sending')");
      long draining = System.nanoTime();
      bed.awaitNone(UNSENT, Duration.ofMinutes(15));
      double took = (System.nanoTime() - draining) / 1e9;
      double perSecond = waiting / Math.max(0.001, took);
      boolean _ =
          report.verdict(
              "sent",
              "%.0f messages/s (%d in %.1f s; %d within %.1f s of the first one's acceptance)"
                  .formatted(perSecond, waiting, took, all, (System.nanoTime() - start) / 1e9),
              "1,500/s",
              perSecond >= 1_500);
      report.line(
          "processor time a message", bed.processors().minus(before).perUnit(Math.max(1, waiting)));
      watch.report(report, "queued and sent");
      return perSecond;
    }
  }

  /// The same mails by the client that Postmark publishes. Answers how many the sandbox accepted.
  private long besideLoop(Bed bed, double sent) throws IOException, InterruptedException {
    Optional<Path> folder = NodePackages.folder();
    if (folder.isEmpty()) {
      report.line("a loop over Postmark's client in Node", "not measured: needs Node 20 and npm");
      return 0;
    }
    Process node =
        new ProcessBuilder(
                "node",
                "postmark-loop.mjs",
                bed.sandboxUrl("postmark").toString(),
                Integer.toString(loop))
            .directory(folder.get().toFile())
            .redirectError(folder.get().resolve("loop.log").toFile())
            .start();
    String line = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (node.waitFor() != 0) {
      throw new BenchFailure("the loop failed; see " + folder.get().resolve("loop.log"));
    }
    JsonNode result = JsonMapper.shared().readTree(line);
    double perSecond = result.path("count").asDouble() / result.path("seconds").asDouble();
    report.line(
        "a loop over Postmark's client in Node, 50 at once, nothing kept",
        "%.0f messages/s: Tenon sends %.1f times as many".formatted(perSecond, sent / perSecond));
    return result.path("accepted").asLong();
  }

  private boolean books(Bed bed, long byLoop) {
    long sent = bed.count("select count(*) from message where state = 'sent'");
    long kept = bed.count("select count(*) from message");
    long accepted = MailboxCount.of(bed.sandboxUrl("mailbox")) - byLoop;
    // Who is answered 503 doesn't know whether the message was kept, and asks again with its key.
    boolean right = sent == accepted && sent == kept && kept >= acknowledged && kept <= made;
    report.line(
        "asked for, answered 202, kept, sent, accepted by the sandbox",
        "%d, %d, %d, %d, %d: %s"
            .formatted(
                made,
                acknowledged,
                kept,
                sent,
                accepted,
                right ? "none lost, none twice" : "WRONG"));
    return right;
  }

  private Load.Requests singles(Bed bed, int count) {
    URI at = bed.at("/v1/tenants/" + bed.tenant() + "/messages");
    return new Load.Requests() {
      private int asked;

      @Override
      public Optional<byte[]> next() {
        return asked++ < count
            ? Optional.of(
                HttpBytes.post(
                    at, bed.key(), "{\"to\": \"%s\", %s}".formatted(recipient(made++), words())))
            : Optional.empty();
      }
    };
  }

  private Load.Requests batches(Bed bed, int count) {
    URI at = bed.at("/v1/tenants/" + bed.tenant() + "/messages/batch");
    return new Load.Requests() {
      private int asked;

      @Override
      public Optional<byte[]> next() {
        if (asked >= count) {
          return Optional.empty();
        }
        asked += BATCH;
        long first = made;
        made += BATCH;
        String each =
            LongStream.range(first, first + BATCH)
                .mapToObj(number -> "{\"to\": \"%s\"}".formatted(recipient(number)))
                .collect(Collectors.joining(","));
        return Optional.of(
            HttpBytes.post(at, bed.key(), "{\"messages\": [%s], %s}".formatted(each, words())));
      }
    };
  }

  private static String recipient(long number) {
    return "buyer%d@shop.test".formatted(number);
  }

  private static String words() {
    return "\"subject\": \"Your order is on its way\","
        + " \"html\": \"<p>Hello, your order is on its way.</p>\","
        + " \"text\": \"Hello, your order is on its way.\"";
  }

  /// Counts what was accepted; a server that is busy says so by 503 and may be asked again. Answers
  /// how many messages were accepted.
  private long note(Load.Result result, int each) {
    if (result.good() + result.count(503) != result.all()) {
      throw new BenchFailure("requests were answered: " + result.statuses());
    }
    acknowledged += result.good() * each;
    return result.good() * each;
  }
}
