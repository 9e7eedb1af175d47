package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files of the embedded server, and their first making.
final class ServerFolder {
  private static final long LOG_BYTES_MAX = 10L * 1024 * 1024;
  private static final int INITDB_SECONDS_MAX = 180;

  private final EmbeddedPostgresConfig config;

  ServerFolder(EmbeddedPostgresConfig config) {
    this.config = config;
  }

  Path data() {
    return config.folder().resolve("data");
  }

  Path portFile() {
    return config.folder().resolve("port");
  }

  Passwords passwords() throws IOException {
    return Passwords.in(config.folder());
  }

  /// Makes the folder. Others may walk through it, since the server may run as another user, but
  /// not list it; what is secret in it has its own permissions.
  void make() throws IOException {
    if (!Files.isDirectory(config.folder())) {
      Files.createDirectories(config.folder());
      Files.setPosixFilePermissions(config.folder(), PosixFilePermissions.fromString("rwx--x--x"));
    }
    @Nullable Path logs = config.logFile().getParent();
    if (logs != null) {
      Files.createDirectories(logs);
    }
    if (Files.exists(config.logFile()) && Files.size(config.logFile()) > LOG_BYTES_MAX) {
      Files.move(
          config.logFile(),
          config.logFile().resolveSibling(config.logFile().getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /// Makes an empty database cluster unless there is one. It is made beside its final name and then
  /// renamed, so an interrupted first start leaves nothing that looks like data.
  void initialise(Programs programs, ServerUser user, Passwords passwords) throws IOException {
    if (Files.exists(data())) {
      refuseOtherVersion(programs);
      return;
    }
    Path making = config.folder().resolve("data.making");
    Programs.deleteTree(making);
    Files.createDirectory(
        making, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    giveTo(making, user);
    Path passwordFile = config.folder().resolve("initdb.password");
    Files.deleteIfExists(passwordFile);
    try {
      Files.createFile(
          passwordFile,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          passwordFile, passwords.administrator().reveal() + "\n", StandardCharsets.UTF_8);
      giveTo(passwordFile, user);
      runInitdb(programs, user, making, passwordFile);
    } finally {
      Files.deleteIfExists(passwordFile);
    }
    Files.move(making, data(), StandardCopyOption.ATOMIC_MOVE);
  }

  private void runInitdb(Programs programs, ServerUser user, Path making, Path passwordFile)
      throws IOException {
    List<String> command =
        List.of(
            programs.initdb().toString(),
            "--pgdata=" + making,
            "--username=" + Roles.ADMINISTRATOR,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            // Bytewise order that knows Unicode's letters, the same on every operating system.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            config.durable() ? "--sync-method=fsync" : "--no-sync");
    CommandRun run = CommandRun.of(user.command(command), config.folder(), INITDB_SECONDS_MAX);
    if (!run.succeeded()) {
      throw new DatabaseStartException(
          "initdb could not make a database in %s: %s".formatted(config.folder(), run.lastLines()));
    }
  }

  private void refuseOtherVersion(Programs programs) throws IOException {
    Path versionFile = data().resolve("PG_VERSION");
    if (!Files.exists(versionFile)) {
      throw new DatabaseStartException(
          "%s holds no PostgreSQL database (PG_VERSION is missing). Restore it from a backup, or move it away to begin with an empty one."
              .formatted(data()));
    }
    String has = Files.readString(versionFile, StandardCharsets.UTF_8).strip();
    CommandRun run =
        CommandRun.of(List.of(programs.postgres().toString(), "-V"), config.folder(), 10);
    String brings = run.output().replaceAll("(?s).* (\\d+)[.\\d]*.*", "$1");
    if (run.succeeded() && !brings.equals(has)) {
      throw new DatabaseStartException(
          "the database in %s was made by PostgreSQL %s, and this Tenon brings %s. Restore a backup made by the older Tenon into an empty folder."
              .formatted(data(), has, brings));
    }
  }

  /// Writes the settings that the server reads at its start.
  void writeSettings(int port, ServerUser user) throws IOException {
    write("postgresql.conf", ServerSettings.server(port, config.durable()), user);
    write("pg_hba.conf", ServerSettings.access(), user);
  }

  private void write(String name, String text, ServerUser user) throws IOException {
    Path fresh = data().resolve(name + ".new");
    Files.writeString(fresh, text, StandardCharsets.UTF_8);
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    giveTo(fresh, user);
    Files.move(fresh, data().resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void giveTo(Path path, ServerUser user) throws IOException {
    if (!user.isOurselves()) {
      Files.setOwner(
          path,
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user.name()));
    }
  }

  /// The port of last time, or 0.
  int rememberedPort() {
    try {
      return Integer.parseInt(Files.readString(portFile(), StandardCharsets.UTF_8).strip());
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }

  void rememberPort(int port) throws IOException {
    Files.writeString(portFile(), Integer.toString(port), StandardCharsets.UTF_8);
  }
}
