package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// As whom PostgreSQL's programs run: as ourselves, or, since PostgreSQL refuses to run as root, as
/// somebody with fewer rights.
///
/// @param name the login name
/// @param prefix what stands before a command to run it as this user; empty for ourselves. Each of
///   these programs replaces itself by the command or passes its end on
record ServerUser(String name, List<String> prefix) {
  private static final List<String> CANDIDATES = List.of("postgres", "nobody");
  private static final int PROBE_SECONDS_MAX = 10;

  /// Chooses the user: ourselves unless we are root; then the owner of `data` when it exists, else
  /// `postgres`, else `nobody`.
  static ServerUser choose(Path data) {
    String self = System.getProperty("user.name", "");
    if (!isRoot()) {
      refuseForeign(data, self);
      return new ServerUser(self, List.of());
    }
    List<String> names = new ArrayList<>();
    owner(data).filter(owner -> !owner.equals("root")).ifPresent(names::add);
    if (names.isEmpty()) {
      names.addAll(CANDIDATES);
    }
    for (String name : names) {
      Optional<ServerUser> user = ids(name).flatMap(ids -> switchTo(name, ids));
      if (user.isPresent()) {
        return user.get();
      }
    }
    throw new DatabaseStartException(
        "PostgreSQL refuses to run as root, and becoming one of %s failed (setpriv and runuser were tried). Run Tenon as an ordinary user, or set database.url to a PostgreSQL of your own."
            .formatted(names));
  }

  /// `command` so that it runs as this user.
  List<String> command(List<String> command) {
    List<String> all = new ArrayList<>(prefix);
    all.addAll(command);
    return List.copyOf(all);
  }

  boolean isOurselves() {
    return prefix.isEmpty();
  }

  /// Refuses with a message that names the first folder on the way to `folder` that this user can't
  /// enter.
  void requireReach(Path folder) {
    if (isOurselves() || canEnter(folder)) {
      return;
    }
    Path blocked = folder;
    for (Path step = folder; step != null; step = step.getParent()) {
      if (!canEnter(step)) {
        blocked = step;
      }
    }
    throw new DatabaseStartException(
        "PostgreSQL runs as the user \"%s\" (it refuses root), and that user can't enter %s, which is on the way to %s. Choose a data folder outside of it (--data /var/lib/tenon), or allow it with: chmod o+x %s"
            .formatted(name, blocked, folder, blocked));
  }

  private boolean canEnter(Path folder) {
    return succeeds(command(List.of("/bin/sh", "-c", "cd \"$1\"", "sh", folder.toString())));
  }

  private static void refuseForeign(Path data, String self) {
    owner(data)
        .filter(owner -> !owner.equals(self))
        .ifPresent(
            owner -> {
              throw new DatabaseStartException(
                  "the database in %s belongs to the user \"%s\", and Tenon runs as \"%s\". Run it as that user or as root, or choose another data folder (--data)."
                      .formatted(data, owner, self));
            });
  }

  private static Optional<ServerUser> switchTo(String name, Ids ids) {
    List<List<String>> ways =
        List.of(
            List.of(
                "setpriv",
                "--reuid=" + ids.user(),
                "--regid=" + ids.group(),
                "--clear-groups",
                "--"),
            List.of("runuser", "-u", name, "--"));
    return ways.stream()
        .map(way -> new ServerUser(name, way))
        .filter(user -> succeeds(user.command(List.of("/bin/sh", "-c", "test $(id -u) -ne 0"))))
        .findFirst();
  }

  private static boolean isRoot() {
    return ids(System.getProperty("user.name", "")).map(ids -> ids.user() == 0).orElse(false);
  }

  private record Ids(long user, long group) {}

  private static Optional<Ids> ids(String name) {
    try (var lines = Files.lines(Path.of("/etc/passwd"), StandardCharsets.UTF_8)) {
      return lines
          .map(line -> line.split(":", -1))
          .filter(parts -> parts.length >= 4 && parts[0].equals(name))
          .map(parts -> new Ids(Long.parseLong(parts[2]), Long.parseLong(parts[3])))
          .findFirst();
    } catch (IOException | java.io.UncheckedIOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> owner(Path path) {
    try {
      return Files.exists(path) ? Optional.of(Files.getOwner(path).getName()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
      process.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
