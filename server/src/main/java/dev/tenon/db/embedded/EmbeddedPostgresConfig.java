package dev.tenon.db.embedded;

import java.nio.file.Path;

/// Where and how the embedded database runs.
///
/// @param folder holds the rows (`data/`), the passwords, the remembered port and the lock; made
///   when it isn't there
/// @param port on 127.0.0.1; 0 picks a free one at the first start and keeps it as long as nobody
///   else takes it
/// @param durable whether a commit is on the disk before it is answered. False is for tests only: a
///   power cut then loses the whole database
/// @param logFile what PostgreSQL itself has to say; set aside as `….1` at a start that finds it
///   larger than 10 MiB
/// @param binaries where the programs are unpacked, once per version; may be shared
public record EmbeddedPostgresConfig(
    Path folder, int port, boolean durable, Path logFile, Path binaries) {
  public EmbeddedPostgresConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be between 0 and 65535, not " + port);
    }
    folder = folder.toAbsolutePath().normalize();
    logFile = logFile.toAbsolutePath().normalize();
    binaries = binaries.toAbsolutePath().normalize();
  }

  /// A durable database wholly inside `folder`, on a free port.
  public static EmbeddedPostgresConfig in(Path folder) {
    return new EmbeddedPostgresConfig(
        folder, 0, true, folder.resolve("postgres.log"), folder.resolve("programs"));
  }

  /// The same with another port.
  public EmbeddedPostgresConfig withPort(int newPort) {
    return new EmbeddedPostgresConfig(folder, newPort, durable, logFile, binaries);
  }
}
