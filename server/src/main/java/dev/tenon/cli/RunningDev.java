package dev.tenon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The file in the data folder by which other commands find a `dev` that runs: what its ready file
/// says, and its process. Readable by its owner only, since it holds the API key; gone when `dev`
/// stops.
final class RunningDev implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunningDev.class);
  private static final long BYTES_MAX = 64 * 1024;

  private final Path file;

  private RunningDev(Path file) {
    this.file = file;
  }

  static Path file(Path dataFolder) {
    return dataFolder.resolve("dev.json");
  }

  /// Tells where this process answers.
  static RunningDev announce(Path dataFolder, Map<String, ?> ready) {
    Map<String, Object> document = new LinkedHashMap<>(ready);
    document.put("process", ProcessHandle.current().pid());
    Path file = file(dataFolder);
    ReadyFile.write(file, document);
    return new RunningDev(file);
  }

  /// What was announced in `dataFolder`; empty when nothing was, or when its process is gone.
  static Optional<JsonNode> find(Path dataFolder) {
    Path file = file(dataFolder);
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > BYTES_MAX) {
        return Optional.empty();
      }
      JsonNode document = JsonMapper.shared().readTree(Files.readAllBytes(file));
      boolean alive =
          ProcessHandle.of(document.path("process").asLong(0))
              .filter(ProcessHandle::isAlive)
              .isPresent();
      return alive && document.path("api").isString() ? Optional.of(document) : Optional.empty();
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("can't remove {}: {}", file, e.getMessage());
    }
  }
}
