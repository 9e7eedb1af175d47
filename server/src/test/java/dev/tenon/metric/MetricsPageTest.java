package dev.tenon.metric;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// `docs/operations/metrics.md` and what a running server exposes are the same list.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class MetricsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "operations", "metrics.md");

  private static final String INTRODUCTION =
      """
      # Metrics

      `GET /metrics` answers in Prometheus' text form: with a platform key that has \
      `operation:read`; without one to this machine, where `server.public-url` is not set or names it.

      No label names a tenant, a connection or an id, so the number of series doesn't grow with use. \
      Whose fault it is, the console and the API tell: refused webhooks stand at \
      `/v1/tenants/{tenant}/connections/{connection}/refusals`.

      Figures about queues are read every 15 seconds, with a bounded number of rows. Every node reads \
      the same queues: take the greatest over the nodes, not the sum. Counters are of the node alone: \
      sum them.

      ## What to watch

      | sign | means |
      |---|---|
      | `increase(tenon_facts_ended_total{state="dead"}[1h]) > 0` | a fact was given up: look at it, mend the cause, replay it |
      | `tenon_facts_oldest_age_seconds > 60` | applying falls behind, or stands |
      | `tenon_jobs_oldest_age_seconds > 300` | follow-up work falls behind |
      | `rate(tenon_inbox_refused_total{reason="busy"}[5m]) > 0` | intake is at its limit; providers come again |
      | `rate(tenon_inbox_refused_total{reason="signature_mismatch"}[15m]) > 0` | a wrong webhook secret, or a stranger |
      | `increase(tenon_email_fallbacks_total[15m]) > 0` | mail flows, and through a fallback: look at the first connection of the route (`email.fallback_in_use` names it) |
      | `tenon_email_breakers_open > 0` | a provider is skipped; the fallback sends, if there is one |
      | `increase(tenon_reconciliation_missing_total[1d]) > 0` | a provider's webhooks get lost: look at its endpoint (`./tenon doctor`) |
      | `tenon_reconciliation_oldest_age_seconds > 14400` | a connection could not be reconciled for hours: its reconciliations say why |
      | `hikaricp_connections_pending > 0` for minutes | the pool is too small or the database too slow |

      ## Tenon's own

      | name | kind | labels | meaning |
      |---|---|---|---|
      """;

  private static final String OTHERS =
      """

      ## Of the libraries

      | name | meaning |
      |---|---|
      """;

  /// The families that Micrometer, the pool and the HTTP edge add.
  private static final Map<String, String> LIBRARIES = libraries();

  /// Those that are there only after something has happened.
  private static final Set<String> LATER =
      Set.of(
          "jvm_gc_pause_seconds",
          "jvm_gc_pause_seconds_max",
          "jvm_gc_concurrent_phase_time_seconds",
          "jvm_gc_concurrent_phase_time_seconds_max",
          "hikaricp_connections_usage_seconds",
          "hikaricp_connections_usage_seconds_max");

  private StartedTenon program;

  @BeforeAll
  void start() {
    program = new StartedTenon();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  private static Map<String, String> libraries() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put(
        "http_server_requests_seconds",
        "Requests by `method`, `route` (the pattern) and `status`: their number and time.");
    all.put("http_server_requests_seconds_max", "The longest request of the last minutes.");
    all.put("http_server_requests_active", "Requests under way.");
    all.put(
        "hikaricp_connections",
        "Connections of a `pool`: `tenon-engine`, `tenon-tenant`, `tenon-intake`, and the small ones for look-ups (`tenon-look-up`, `tenon-directory`) and for `/readyz` (`tenon-pulse`).");
    all.put("hikaricp_connections_active", "Connections in use.");
    all.put("hikaricp_connections_idle", "Connections that nobody uses.");
    all.put("hikaricp_connections_max", "The size of the pool.");
    all.put("hikaricp_connections_min", "How many are kept open.");
    all.put("hikaricp_connections_pending", "Threads that wait for a connection.");
    all.put(
        "hikaricp_connections_timeout_total",
        "Waits for a connection that took too long: the caller was answered 503.");
    all.put("hikaricp_connections_acquire_seconds", "Waits for a connection.");
    all.put(
        "hikaricp_connections_acquire_seconds_max",
        "The longest wait for a connection of the last minutes.");
    all.put("hikaricp_connections_creation_seconds", "Time to open a connection.");
    all.put("hikaricp_connections_creation_seconds_max", "The longest of the last minutes.");
    all.put("hikaricp_connections_usage_seconds", "Time that connections were held.");
    all.put("hikaricp_connections_usage_seconds_max", "The longest of the last minutes.");
    all.put("jvm_memory_used_bytes", "Memory in use by `area` and pool (`id`).");
    all.put("jvm_memory_committed_bytes", "Memory that is set aside.");
    all.put("jvm_memory_max_bytes", "Memory that may be used; -1 for no bound.");
    all.put("jvm_buffer_count_buffers", "Buffers outside the heap.");
    all.put("jvm_buffer_memory_used_bytes", "Memory of these buffers.");
    all.put("jvm_buffer_total_capacity_bytes", "Their capacity.");
    all.put("jvm_gc_live_data_size_bytes", "Old generation after the last full collection.");
    all.put("jvm_gc_max_data_size_bytes", "Its bound.");
    all.put("jvm_gc_memory_allocated_bytes_total", "What was allocated.");
    all.put("jvm_gc_memory_promoted_bytes_total", "What grew old.");
    all.put("jvm_gc_pause_seconds", "Pauses of the collector.");
    all.put("jvm_gc_pause_seconds_max", "The longest of the last minutes.");
    all.put("jvm_gc_concurrent_phase_time_seconds", "Work of the collector beside the program.");
    all.put("jvm_gc_concurrent_phase_time_seconds_max", "The longest of the last minutes.");
    all.put(
        "jvm_threads_live_threads", "Threads of the platform; virtual threads are not among them.");
    all.put("jvm_threads_daemon_threads", "Those that don't keep the process alive.");
    all.put("jvm_threads_peak_threads", "The most there were.");
    all.put("jvm_threads_started_threads_total", "Threads started so far.");
    all.put("jvm_threads_states_threads", "Threads by `state`.");
    all.put("jvm_classes_loaded_classes", "Classes loaded.");
    all.put("jvm_classes_loaded_count_classes_total", "Classes loaded since the start.");
    all.put("jvm_classes_unloaded_classes_total", "Classes unloaded.");
    all.put("system_cpu_count", "Processors that the process may use.");
    all.put("system_cpu_usage", "Use of the machine's processors, 0 to 1.");
    all.put("system_load_average_1m", "Load of the machine.");
    all.put("process_cpu_usage", "Use of the processors by this process, 0 to 1.");
    all.put("process_cpu_time_ns_total", "Processor time used so far, in nanoseconds.");
    all.put("process_files_open_files", "Files and sockets that are open.");
    all.put("process_files_max_files", "How many may be open.");
    all.put("process_uptime_seconds", "Time since the start.");
    all.put("process_start_time_seconds", "When the process started, in seconds since 1970.");
    return all;
  }

  private static String page() {
    var page = new StringBuilder(INTRODUCTION);
    for (Metric metric : Metric.values()) {
      page.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  metric.exposed(),
                  metric.kind().text(),
                  metric.labels().stream()
                      .map(l -> "`" + l + "`")
                      .collect(Collectors.joining(", ")),
                  metric.meaning()));
    }
    page.append(
        "\nHistograms have `_count`, `_sum`, `_bucket` and a `_max` of the last minutes.\n");
    page.append(OTHERS);
    LIBRARIES.forEach((name, meaning) -> page.append("| `%s` | %s |\n".formatted(name, meaning)));
    return page.toString();
  }

  @Test
  void thePageListsEveryMetric() throws IOException {
    if (System.getenv("TENON_WRITE_DOCS") != null) {
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE))
        .as("write it anew: TENON_WRITE_DOCS=1 ./tenon test MetricsPageTest")
        .isEqualTo(page());
  }

  @Test
  void theServerExposesWhatThePageListsAndNothingElse() {
    String first = scrape();
    String scraped = scrape();
    assertThat(first).isNotEmpty();
    Set<String> exposed = new TreeSet<>();
    scraped
        .lines()
        .filter(line -> line.startsWith("# TYPE "))
        .forEach(line -> exposed.add(line.split(" ", -1)[2]));
    Set<String> own = new TreeSet<>();
    for (Metric metric : Metric.values()) {
      own.add(metric.exposed());
      own.add(metric.exposed() + "_max");
    }
    Set<String> unknown = new TreeSet<>(exposed);
    unknown.removeAll(LIBRARIES.keySet());
    unknown.removeAll(own);
    assertThat(unknown).as("exposed, and not on the page").isEmpty();
    Set<String> missing = new TreeSet<>(LIBRARIES.keySet());
    missing.removeAll(exposed);
    missing.removeAll(LATER);
    assertThat(missing).as("on the page, and not exposed").isEmpty();
    assertThat(scraped).doesNotContain("ten_").doesNotContain("con_0");
  }

  @Test
  void everyMetricIsUsed() throws IOException {
    try (var files = Files.walk(Path.of("src/main/java"))) {
      String sources =
          files
              .filter(file -> file.toString().endsWith(".java") && !file.endsWith("Metric.java"))
              .map(MetricsPageTest::read)
              .collect(Collectors.joining());
      for (Metric metric : Metric.values()) {
        assertThat(sources).contains("Metric." + metric.name());
      }
    }
  }

  @Test
  void noLabelGrowsWithUse() {
    for (Metric metric : Metric.values()) {
      assertThat(metric.labels())
          .isSubsetOf("provider", "reason", "state", "kind", "outcome", "step");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String scrape() {
    HttpResponse<String> response = program.call("GET", "/metrics", "", "");
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }
}
