package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Runs the providers' own Node clients, installed once under `target`. Tests are skipped where
/// there is no Node.
final class NodeClients {
  private static final Path SOURCE = Path.of("src/test/node/email");
  private static final Path HOME = Path.of("target/node/email");

  private NodeClients() {}

  /// Runs a script and expects it to end well.
  static synchronized void run(String script, String... arguments) throws Exception {
    assumeTrue(hasNode(), "Node 20 and npm are needed for the providers' own clients: skipped");
    install();
    List<String> command = new ArrayList<>(List.of("node", script));
    command.addAll(List.of(arguments));
    execute(60, command);
  }

  private static boolean hasNode() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .filter(folder -> !folder.isEmpty())
        .map(Path::of)
        .anyMatch(
            folder ->
                Files.isExecutable(folder.resolve("node"))
                    && Files.isExecutable(folder.resolve("npm")));
  }

  private static void install() throws Exception {
    Files.createDirectories(HOME);
    Path lock = Path.of("package-lock.json");
    boolean current =
        Files.exists(HOME.resolve("node_modules/.package-lock.json"))
            && Files.exists(HOME.resolve(lock))
            && Files.mismatch(SOURCE.resolve(lock), HOME.resolve(lock)) < 0;
    try (Stream<Path> files = Files.list(SOURCE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, HOME.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (!current) {
      execute(180, List.of("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"));
    }
  }

  private static void execute(int secondsMax, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(HOME, "run", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(HOME.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(secondsMax, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    String words = Files.readString(output);
    Files.delete(output);
    assertThat(ended).as("%s took over %d s: %s", command, secondsMax, words).isTrue();
    assertThat(process.exitValue()).as("%s said: %s", command, words).isZero();
  }
}
