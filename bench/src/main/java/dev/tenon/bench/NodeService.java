package dev.tenon.bench;

import dev.tenon.db.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// The other way to do it: a service in Node that verifies with Stripe's own SDK and upserts each
/// webhook before it answers (`bench/src/main/node`), on the same database.
final class NodeService implements AutoCloseable {
  private final Process process;
  private final URI hook;

  private NodeService(Process process, URI hook) {
    this.process = process;
    this.hook = hook;
  }

  /// Installs its packages once and starts it; empty where Node or npm is missing.
  static Optional<NodeService> start(DatabaseAddress database, String secret) {
    try {
      Optional<Path> folder = NodePackages.folder();
      return folder.isEmpty() ? Optional.empty() : Optional.of(run(folder.get(), database, secret));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static NodeService run(Path folder, DatabaseAddress database, String secret)
      throws IOException {
    var builder =
        new ProcessBuilder("node", "upsert-service.mjs")
            .directory(folder.toFile())
            .redirectError(folder.resolve("service.log").toFile());
    URI address = URI.create(database.jdbcUrl().substring("jdbc:".length()));
    builder
        .environment()
        .put(
            "DATABASE_URL",
            "postgresql://%s:%s@127.0.0.1:%d%s"
                .formatted(
                    database.user(),
                    database.password().reveal(),
                    address.getPort(),
                    address.getPath()));
    builder.environment().put("WEBHOOK_SECRET", secret);
    builder.environment().put("NODE_ENV", "production");
    Process process = builder.start();
    try {
      var out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      if (line == null) {
        throw new BenchFailure(
            "the Node service did not start; see " + folder.resolve("service.log"));
      }
      return new NodeService(
          process, URI.create("http://127.0.0.1:" + line.replaceAll("[^0-9]", "") + "/in"));
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(e);
    }
  }

  /// Where it takes webhooks.
  URI hook() {
    return hook;
  }

  double processorSeconds() {
    return ProcessorTime.of(process.pid());
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
