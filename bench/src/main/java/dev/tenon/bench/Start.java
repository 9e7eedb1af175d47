package dev.tenon.bench;

import dev.tenon.Main;
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
      List<Double> seconds = new ArrayList<>();
      double idle = 0;
      for (int run = 0; run < runs; run++) {
        Path ready = bed.folder().resolve("serve-ready.json");
        Files.deleteIfExists(ready);
        long start = System.nanoTime();
        try (Child serve =
            Child.start(
                Main.class,
                bed.folder().resolve("serve.log"),
                database(bed),
                "serve",
                "--data",
                bed.folder().toString(),
                "--port",
                "0",
                "--ready-file",
                ready.toString())) {
          while (!Files.exists(ready)) {
            serve.requireAlive();
            Pause.millis(2);
          }
          seconds.add((System.nanoTime() - start) / 1e9);
          if (run == runs - 1) {
            Pause.millis(10_000);
            idle = ProcessorTime.residentMiB(serve.pid());
          }
        }
      }
      Collections.sort(seconds);
      report.line(
          "process start to ready",
          "median %.2f s, slowest %.2f s"
              .formatted(seconds.get(seconds.size() / 2), seconds.getLast()));
      report.line("resident memory of the server, idle for 10 s", "%.0f MiB".formatted(idle));
      report.line(
          "resident memory of PostgreSQL, its processes together (shared pages counted once)",
          "%.0f MiB".formatted(ProcessorTime.proportionalMiB(bed.postgresPid())));
    }
    return 0;
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
