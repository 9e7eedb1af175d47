package dev.tenon.db.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// The programs of PostgreSQL, unpacked: `initdb`, `pg_ctl` and `postgres`, and nothing else.
///
/// The archive stands on the class path, one per operating system and processor. It is unpacked
/// beside its final name and then renamed, so that a reader sees all of it or none, and two starts
/// at once do no harm. The final name holds the archive's checksum, so a new version never mixes
/// with an old one.
record Programs(Path home) {
  /// Far above the 60 MB that a release holds; keeps a broken archive from filling the disk.
  private static final long UNPACKED_BYTES_MAX = 512L * 1024 * 1024;

  Path initdb() {
    return home.resolve("bin/initdb");
  }

  Path postgres() {
    return home.resolve("bin/postgres");
  }

  Path control() {
    return home.resolve("bin/pg_ctl");
  }

  /// Unpacks into `cache` unless that was done before.
  static Programs unpack(Path cache) {
    String archive = archiveName();
    try {
      String checksum = checksum(archive);
      Path home = cache.resolve(archive.replace(".txz", "") + "-" + checksum.substring(0, 16));
      if (!Files.isDirectory(home)) {
        Files.createDirectories(cache);
        Path fresh = cache.resolve(".unpacking-" + UUID.randomUUID());
        try {
          unpack(archive, fresh);
          publish(fresh, home);
        } finally {
          deleteTree(fresh);
        }
      }
      return new Programs(home);
    } catch (IOException e) {
      throw new DatabaseStartException(
          "could not unpack PostgreSQL into %s: %s. Free some space or choose another data folder."
              .formatted(cache, e),
          e);
    }
  }

  /// Several JVMs may unpack at once; the first to rename wins and the others use its copy.
  private static void publish(Path fresh, Path home) throws IOException {
    try {
      Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (IOException e) {
      if (!Files.isDirectory(home)) {
        throw e;
      }
    }
  }

  private static String archiveName() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = os.startsWith("mac") ? "darwin" : os.startsWith("linux") ? "linux" : "";
    String chip =
        switch (processor) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          default -> "";
        };
    String name = "postgres-%s-%s.txz".formatted(system, chip);
    if (system.isEmpty()
        || chip.isEmpty()
        || Programs.class.getClassLoader().getResource(name) == null) {
      throw new DatabaseStartException(
          "there is no embedded PostgreSQL for %s on %s in this build. Set database.url to a PostgreSQL of your own (15 or later)."
              .formatted(os, processor));
    }
    return name;
  }

  private static InputStream open(String archive) throws IOException {
    @Nullable InputStream in = Programs.class.getClassLoader().getResourceAsStream(archive);
    if (in == null) {
      throw new IOException(archive + " is not on the class path");
    }
    return new BufferedInputStream(in, 1 << 16);
  }

  private static String checksum(String archive) throws IOException {
    try (var in = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void unpack(String archive, Path into) throws IOException {
    long written = 0;
    try (var tar = new TarArchiveInputStream(new XZInputStream(open(archive)))) {
      Files.createDirectories(into);
      @Nullable TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null) {
        written += entry.getSize();
        if (written > UNPACKED_BYTES_MAX) {
          throw new IOException(archive + " unpacks to more than " + UNPACKED_BYTES_MAX + " bytes");
        }
        unpack(tar, entry, into);
        entry = tar.getNextEntry();
      }
    }
    // Another user may have to run these, whatever the umask of this one is.
    Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path into)
      throws IOException {
    Path target = inside(into, entry.getName());
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      inside(into, into.relativize(target.resolveSibling(entry.getLinkName())).toString());
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isFile()) {
      Files.copy(tar, target);
      boolean executable = (entry.getMode() & 0100) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  private static Path inside(Path root, String name) throws IOException {
    Path target = root.resolve(name).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("the archive names a file outside itself: " + name);
    }
    return target;
  }

  /// Deletes `root` and what it holds, following no links; does nothing when it isn't there.
  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
