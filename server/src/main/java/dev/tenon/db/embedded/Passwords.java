package dev.tenon.db.embedded;

import dev.tenon.connector.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/// The passwords of the embedded server: made at the first start, kept in files that only we can
/// read.
record Passwords(Secret administrator, Secret login) {
  private static final int BYTES = 24;

  static Passwords in(Path folder) throws IOException {
    return new Passwords(
        readOrMake(folder.resolve("administrator.password")),
        readOrMake(folder.resolve("login.password")));
  }

  private static Secret readOrMake(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }
    return Secret.of(Files.readString(file, StandardCharsets.UTF_8).strip());
  }

  /// Writes beside and renames, so that a crash never leaves half a password.
  private static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, text, StandardCharsets.UTF_8, StandardOpenOption.SYNC);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
