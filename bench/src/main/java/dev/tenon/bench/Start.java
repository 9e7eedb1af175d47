package dev.tenon.bench;

import dev.tenon.db.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// How long `serve` takes until it answers, and how much memory it has then.
@Command(
    name = "start",
    description = "How long serve takes to be ready on a warm database, and its memory when idle.")
final class Start implements Callable<Integer> {
  @Option(names = "--runs", paramLabel = "N", description = "How often (${DEFAULT-VALUE}).")
  private int runs = 5;

  private final Report report;

  Start(Report report) {
    this.report = report;
  }

  @Override
  public Integer call() throws IOException {
    try (Bed bed = Bed.open(Map.of())) {
      bed.stopServer();
      report.heading("start: serve on a warm database, %d runs".formatted(runs));
      // Builds what is not built yet, and makes the cache of classes, as the first start does.
      var _ = ready(bed, _ -> {});
      List<Double> seconds = new ArrayList<>();
      var idle = new AtomicReference<>(0.0);
      for (int run = 0; run < runs; run++) {
        boolean last = run == runs - 1;
        seconds.add(
            ready(
                bed,
                serve -> {
                  if (last) {
                    Pause.millis(10_000);
                    idle.set(ProcessorTime.residentMiB(serve.pid()));
                  }
                }));
      }
      Collections.sort(seconds);
      report.line(
          "./tenon serve to ready",
          "median %.2f s, slowest %.2f s"
              .formatted(seconds.get(seconds.size() / 2), seconds.getLast()));
      report.line("resident memory of the server, idle for 10 s", "%.0f MiB".formatted(idle.get()));
      report.line(
          "resident memory of PostgreSQL, its processes together (shared pages counted once)",
          "%.0f MiB".formatted(ProcessorTime.proportionalMiB(bed.postgresPid())));
    }
    return 0;
  }

  /// Starts the server by the launcher, as everybody does, and stops it again. Answers the seconds
  /// until it was ready.
  private static double ready(Bed bed, Consumer<Child> whenReady) throws IOException {
    Path ready = bed.folder().resolve("serve-ready.json");
    Files.deleteIfExists(ready);
    long start = System.nanoTime();
    try (Child serve =
        Child.start(
            List.of(
                Path.of(System.getProperty("tenon.home", "."), "tenon").toString(),
                "serve",
                "--data",
                bed.folder().toString(),
                "--port",
                "0",
                "--ready-file",
                ready.toString()),
            bed.folder().resolve("serve.log"),
            database(bed))) {
      while (!Files.exists(ready)) {
        serve.requireAlive();
        Pause.millis(2);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      whenReady.accept(serve);
      return seconds;
    }
  }

  private static Map<String, String> database(Bed bed) {
    DatabaseAddress database = bed.ownerDatabase();
    Map<String, String> environment = new HashMap<>();
    environment.put("TENON_DATABASE__URL", database.jdbcUrl());
    environment.put("TENON_DATABASE__USER", database.user());
    environment.put("TENON_DATABASE__PASSWORD", "env:BENCH_DATABASE_PASSWORD");
    environment.put("BENCH_DATABASE_PASSWORD", database.password().reveal());
    return environment;
  }
}
