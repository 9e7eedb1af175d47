package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.access.ApiKey;
import dev.tenon.access.Caller;
import dev.tenon.access.Scope;
import dev.tenon.config.ConfigException;
import dev.tenon.connector.Secret;
import dev.tenon.tenant.TenantId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// The platform key that `dev` shows. It is kept in the data folder, readable by its owner only, so
/// that a shell with the key of yesterday goes on working; a key can't be read from the database.
final class DevKey {
  private static final String NAME = "dev";
  private static final int KEYS_MAX = 100;

  private DevKey() {}

  /// The key in `file` if it still opens this installation; otherwise a new one, and earlier ones
  /// of `dev` are revoked.
  static Secret keep(Tenon tenon, Path file) {
    try {
      if (Files.exists(file)) {
        String text = Files.readString(file).strip();
        if (tenon.keys().authenticate(text).filter(Caller::platform).isPresent()) {
          return Secret.of(text);
        }
      }
      revokeEarlier(tenon);
      Secret made = make(tenon);
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, made.reveal());
      return made;
    } catch (IOException e) {
      throw new ConfigException(
          List.of("can't keep the key of dev in %s: %s".formatted(file, e.getMessage())));
    }
  }

  /// A new key.
  static Secret make(Tenon tenon) {
    return tenon
        .database()
        .asTenant(
            TenantId.PLATFORM,
            tx -> tenon.keys().create(tx, NAME, EnumSet.of(Scope.ALL), Optional.empty()))
        .text();
  }

  private static void revokeEarlier(Tenon tenon) {
    List<ApiKey> keys =
        tenon
            .database()
            .asTenant(TenantId.PLATFORM, tx -> tenon.keys().list(tx, Optional.empty(), KEYS_MAX));
    keys.stream()
        .filter(key -> key.name().equals(NAME) && key.revokedAt().isEmpty())
        .forEach(
            key -> {
              boolean _ = tenon.keys().revoke(TenantId.PLATFORM, key.id());
            });
  }
}
