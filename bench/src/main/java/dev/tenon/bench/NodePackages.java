package dev.tenon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// The programs in Node that Tenon is compared with (`bench/src/main/node`), with their packages.
final class NodePackages {
  private NodePackages() {}

  /// Installs the packages once; answers where programs and packages are, or nothing where Node or
  /// npm is missing.
  static Optional<Path> folder() {
    Path home = Path.of(System.getProperty("tenon.home", "."));
    Path source = home.resolve("bench/src/main/node");
    Path target = home.resolve(".tenon/bench-node");
    try {
      Files.createDirectories(target);
      for (String file :
          new String[] {
            "package.json", "package-lock.json", "upsert-service.mjs", "postmark-loop.mjs"
          }) {
        Files.copy(source.resolve(file), target.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
      boolean there =
          Files.exists(target.resolve("node_modules/pg"))
              && Files.exists(target.resolve("node_modules/postmark"));
      if (!there
          && new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                  .directory(target.toFile())
                  .redirectErrorStream(true)
                  .redirectOutput(target.resolve("npm.log").toFile())
                  .start()
                  .waitFor()
              != 0) {
        return Optional.empty();
      }
      return Optional.of(target);
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
