package dev.tenon.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Keeps the state of each simulator as `<name>.json` in one directory.
///
/// A file that cannot be read is left where it is and the simulator starts empty: a sandbox that
/// refuses to start would help nobody.
public record StateDirectory(Path directory) {
  private static final Logger log = LoggerFactory.getLogger(StateDirectory.class);

  void load(Simulator simulator) {
    Path file = directory.resolve(simulator.name() + ".json");
    if (!Files.exists(file)) {
      return;
    }
    try {
      simulator.load(Json.readObject(Files.readAllBytes(file)));
    } catch (IOException | RuntimeException e) {
      log.warn("The {} simulator starts empty: {} cannot be read.", simulator.name(), file, e);
    }
  }

  void save(Simulator simulator) {
    ObjectNode state = simulator.save();
    if (state.isEmpty()) {
      return;
    }
    try {
      Files.createDirectories(directory);
      Path next = directory.resolve(simulator.name() + ".json.next");
      Files.write(next, Json.write(state).getBytes(StandardCharsets.UTF_8));
      Files.move(
          next,
          directory.resolve(simulator.name() + ".json"),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
