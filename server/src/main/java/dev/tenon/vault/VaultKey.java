package dev.tenon.vault;

import dev.tenon.connector.Secret;
import java.nio.file.Path;

/// Where the key-encryption keyset is: the key of keys, which is never in the database.
public sealed interface VaultKey {

  /// In a file that only its owner may read.
  record InFile(Path file) implements VaultKey {}

  /// Given as text, as `tenon vault new-key --print` prints it.
  record Given(Secret text) implements VaultKey {}
}
