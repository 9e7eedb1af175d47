package dev.tenon.bench;

import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The question that an application asks on every request: may this customer use the plan now?
@Command(
    name = "entitlement",
    description =
        "May this customer use the plan now? Asked over HTTP beside a million subscriptions of one"
            + " tenant: how long it takes at the client and at the server, how many a second, and"
            + " that it is one look into an index; else exit code 1.")
final class EntitlementBench implements Callable<Integer> {
  private static final int CHECKED = 200;
  private static final int PROBES = 150;
  private static final int ROWS_MAX = 20;
  private static final Duration PROBE_MAX = Duration.ofSeconds(10);
  private static final Duration WARM_UP_MAX = Duration.ofSeconds(12);
  private static final String ROUTE = "route=\"/v1/tenants/{tenant}/entitlements\"";
  private static final String SERVED = "http_server_requests_seconds";

  @Option(
      names = "--subscriptions",
      paramLabel = "N",
      description = "Of the tenant; another has a tenth (${DEFAULT-VALUE}).")
  private long subscriptions = 1_000_000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "HTTP connections (${DEFAULT-VALUE}).")
  private int connections = 16;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of each measured part (${DEFAULT-VALUE}).")
  private int seconds = 6;

  private final Report report;
  private boolean right = true;

  EntitlementBench(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() throws SQLException {
    if (subscriptions < 100) {
      throw new BenchFailure("--subscriptions is 100 at least");
    }
    // One key asks all: as many as it likes.
    var limits =
        Map.of(
            "TENON_LIMITS__KEY_REQUESTS_PER_SECOND", "100000", "TENON_LIMITS__KEY_BURST", "100000");
    try (Bed bed = Bed.open(limits);
        Connection session = bed.administrator()) {
      report.heading("entitlement: one question beside %,d subscriptions".formatted(subscriptions));
      var seed = new SubscriptionSeed(subscriptions);
      plant(bed, session, seed);
      URI all = bed.at("/v1/tenants/" + bed.tenant() + "/entitlements");
      check(bed, all, seed);
      var looks = new IndexLooks(session, "subscription");
      form(
          bed,
          looks,
          session,
          all,
          "by customer",
          () -> HttpBytes.get(random(all, seed), bed.key()));
      form(bed, looks, session, all, "the tenant itself", () -> HttpBytes.get(all, bed.key()));
    }
    return right ? 0 : 1;
  }

  private void plant(Bed bed, Connection session, SubscriptionSeed seed) throws SQLException {
    long start = System.nanoTime();
    UUID tenant = uuid(session, "select tenant_id from tenant where slug = 'bench'");
    UUID connection = uuid(session, "select id from connection where provider = 'stripe'");
    connect(bed, "ten_platform");
    String other =
        json(Web.post(
                bed.at("/v1/tenants"),
                bed.platformKey(),
                "{\"name\": \"Other\", \"slug\": \"other\"}"))
            .path("id")
            .asString("");
    connect(bed, other);
    UUID another = uuid(session, "select tenant_id from tenant where slug = 'other'");
    seed.plant(bed, tenant, connection);
    new SubscriptionSeed(Math.max(100, subscriptions / 10))
        .plant(
            bed,
            another,
            uuid(
                session,
                "select id from connection where provider = 'stripe' and name = '%s'"
                    .formatted(other)));
    OwnSubscription.plant(
        session,
        tenant,
        uuid(
            session,
            "select id from connection where provider = 'stripe' and name = 'ten_platform'"));
    try (var statement = session.createStatement()) {
      boolean _ = statement.execute("vacuum (analyze) subscription, customer");
    }
    report.line(
        "planted and analyzed",
        "%,d subscriptions in %.0f s, %d MiB with indexes"
            .formatted(
                bed.count("select count(*) from subscription"),
                (System.nanoTime() - start) / 1e9,
                bed.count("select pg_total_relation_size('subscription')") >> 20));
  }

  /// A connection named like its tenant.
  private static void connect(Bed bed, String tenant) {
    String _ =
        Web.post(
            bed.at("/v1/tenants/" + tenant + "/connections"),
            bed.platformKey(),
            """
            {"provider": "stripe", "name": "%s", "environment": "development",
             "credentials": {"webhook_secret": "whsec_bench_5Zk2q0Xw8tJ3"}}
            """
                .formatted(tenant));
  }

  private static UUID uuid(Connection session, String sql) throws SQLException {
    try (var statement = session.createStatement();
        var rows = statement.executeQuery(sql)) {
      if (!rows.next()) {
        throw new BenchFailure("nothing there: " + sql);
      }
      return rows.getObject(1, UUID.class);
    }
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }

  /// Whether the answers are right, before anybody asks how fast they are.
  private void check(Bed bed, URI all, SubscriptionSeed seed) {
    int wrong = 0;
    for (int i = 0; i < CHECKED; i++) {
      long customer = ThreadLocalRandom.current().nextLong(seed.customers());
      @Nullable String price = i % 2 == 0 ? SubscriptionSeed.price(customer + i) : null;
      boolean answer =
          json(Web.get(question(all, customer, price), bed.key())).path("entitled").asBoolean();
      wrong += answer == seed.isEntitled(customer, price) ? 0 : 1;
    }
    boolean itself = json(Web.get(all, bed.key())).path("entitled").asBoolean();
    wrong += itself ? 0 : 1;
    right &=
        report.verdict(
            "wrong answers of %d".formatted(CHECKED + 1), Integer.toString(wrong), "0", wrong == 0);
  }

  private static URI question(URI all, long customer, @Nullable String price) {
    return URI.create(
        all
            + "?customer="
            + SubscriptionSeed.customer(customer)
            + (price == null ? "" : "&price=" + price));
  }

  private static URI random(URI all, SubscriptionSeed seed) {
    long customer = ThreadLocalRandom.current().nextLong(seed.customers());
    return question(all, customer, customer % 2 == 0 ? SubscriptionSeed.price(customer) : null);
  }

  /// One way to ask: first whether each is one look into an index, then how fast.
  private void form(
      Bed bed,
      IndexLooks looks,
      Connection session,
      URI all,
      String name,
      Supplier<byte[]> question) {
    if (!isOneLook(bed, looks, session, all, name, question)) {
      right = false;
      report.line(name + ", measured", "not: it does not scale");
      return;
    }
    try (Load load = new Load(all, connections)) {
      var steady = new SteadyState(WARM_UP_MAX);
      while (!steady.isReached()) {
        steady.round(load.asked(endless(question), Duration.ofSeconds(2)).perSecond());
      }
      measure(bed, load, name + ", %d connections".formatted(connections), question);
    }
    try (Load load = new Load(all, 1)) {
      double millis = measure(bed, load, name + ", one connection", question);
      right &=
          report.verdict(
              name + ", the server's own time without a queue",
              "%.2f ms on average".formatted(millis),
              "1 ms",
              millis < 1);
    }
  }

  /// Asks a few times from one connection, and looks at how the table was read and by what plan.
  private boolean isOneLook(
      Bed bed,
      IndexLooks looks,
      Connection session,
      URI all,
      String name,
      Supplier<byte[]> question) {
    Map<String, IndexLooks.Looks> before = looks.atRest();
    var asking = new Asking(all, question);
    String statement = "";
    while (!asking.isOver()) {
      String seen = IndexLooks.statement(session, "subscription");
      statement = seen.isEmpty() ? statement : seen;
    }
    long asked = asking.asked();
    Map<String, IndexLooks.Looks> grown = looks.since(before, asked);
    boolean counted = IndexLooks.isOneLook(grown, asked, ROWS_MAX);
    report.verdict(
        name + ", how the table is read",
        IndexLooks.text(grown, asked),
        "1 look into one index, %d rows at most".formatted(ROWS_MAX),
        counted);
    List<String> scans = scans(bed, statement);
    List<String> own = scans.stream().filter(scan -> scan.contains(" on subscription ")).toList();
    boolean planned = own.size() == 1 && own.getFirst().matches("Index (Only )?Scan .*");
    report.verdict(
        name + ", its plan",
        scans.isEmpty() ? "the statement was not seen" : String.join("; ", scans),
        "one scan of an index",
        planned);
    return counted && planned;
  }

  /// Asks some questions from one connection, while somebody else looks at what the server does.
  private static final class Asking {
    private final Thread thread;
    private volatile long asked;

    Asking(URI all, Supplier<byte[]> question) {
      thread =
          Thread.ofVirtual()
              .start(
                  () -> {
                    long end = System.nanoTime() + PROBE_MAX.toNanos();
                    long answered = 0;
                    try (Load load = new Load(all, 1)) {
                      while (answered < PROBES && System.nanoTime() < end) {
                        answered += load.asked(limited(question, 1), Duration.ofSeconds(60)).all();
                        asked = answered;
                      }
                    }
                  });
    }

    boolean isOver() {
      return !thread.isAlive();
    }

    long asked() {
      return asked;
    }
  }

  private static List<String> scans(Bed bed, String statement) {
    if (statement.isEmpty()) {
      return List.of();
    }
    try (Connection owner = bed.owner()) {
      return IndexLooks.scans(IndexLooks.plan(owner, statement));
    } catch (SQLException e) {
      throw new BenchFailure("the plan could not be read", e);
    }
  }

  /// Answers the server's own time in milliseconds, on average.
  private double measure(Bed bed, Load load, String name, Supplier<byte[]> question) {
    double timeBefore = bed.metric(SERVED + "_sum", ROUTE, "status=\"200\"");
    double countBefore = bed.metric(SERVED + "_count", ROUTE, "status=\"200\"");
    Processors before = bed.processors();
    Load.Result result = load.asked(endless(question), Duration.ofSeconds(seconds));
    Processors used = bed.processors().minus(before);
    double count = bed.metric(SERVED + "_count", ROUTE, "status=\"200\"") - countBefore;
    double millis =
        1e3
            * (bed.metric(SERVED + "_sum", ROUTE, "status=\"200\"") - timeBefore)
            / Math.max(1, count);
    if (result.count(200) != result.all()) {
      throw new BenchFailure("not every question was answered: " + result.statuses());
    }
    report.line(
        name,
        "%.0f questions/s; at the client p50 %.2f ms, p99 %.2f ms; at the server %.2f ms on average"
            .formatted(result.perSecond(), result.millis(50), result.millis(99), millis));
    report.line(name + ", processor time a question", used.perUnit(result.all()));
    return millis;
  }

  private static Load.Requests endless(Supplier<byte[]> question) {
    return () -> Optional.of(question.get());
  }

  private static Load.Requests limited(Supplier<byte[]> question, int most) {
    return new Load.Requests() {
      private int asked;

      @Override
      public Optional<byte[]> next() {
        return asked++ < most ? Optional.of(question.get()) : Optional.empty();
      }
    };
  }
}
