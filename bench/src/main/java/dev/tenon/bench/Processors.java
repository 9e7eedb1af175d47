package dev.tenon.bench;

/// Processor seconds by part.
record Processors(double server, double postgres, double sandbox, double generator) {
  Processors minus(Processors before) {
    return new Processors(
        server - before.server,
        postgres - before.postgres,
        sandbox - before.sandbox,
        generator - before.generator);
  }

  String perUnit(long units) {
    return "%.0f µs server, %.0f µs PostgreSQL, %.0f µs sandbox, %.0f µs generator"
        .formatted(
            server * 1e6 / units,
            postgres * 1e6 / units,
            sandbox * 1e6 / units,
            generator * 1e6 / units);
  }
}
