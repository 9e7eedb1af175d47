package dev.tenon.cli;

import dev.tenon.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The file that tells scripts that everything answers, and where.
final class ReadyFile {
  private ReadyFile() {}

  /// Writes `document` to `file`, whole or not at all, readable by its owner only.
  static void write(@Nullable Path file, Map<String, ?> document) {
    if (file == null) {
      return;
    }
    try {
      Path whole = file.toAbsolutePath();
      Path part =
          Files.createTempFile(
              whole.getParent(),
              ".ready",
              ".json",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(part, JsonMapper.shared().writeValueAsBytes(document));
      Files.move(part, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new ConfigException(
          List.of("can't write the ready file %s: %s".formatted(file, e.getMessage())));
    }
  }
}
