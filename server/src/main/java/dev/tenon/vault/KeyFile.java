package dev.tenon.vault;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import dev.tenon.connector.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Set;

/// The file that holds the key-encryption keyset, in Tink's JSON form: several keys with one
/// primary, so that a rotation adds a key and older ones still open what they sealed.
final class KeyFile {
  private static final int BYTES_MAX = 64 * 1024;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  static {
    try {
      AeadConfig.register();
    } catch (GeneralSecurityException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private KeyFile() {}

  static void create(Path file) {
    try {
      String json = generate();
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      // The rights are given when the file is made: there is no moment in which others can read it.
      try (var channel =
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              rights(file))) {
        ByteBuffer bytes = ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
    } catch (FileAlreadyExistsException e) {
      throw new VaultException(
          "the key file %s exists already; it is never overwritten, because what it sealed would be lost"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new VaultException("can't create the key file %s".formatted(file), e);
    }
  }

  /// A new keyset in its JSON form.
  static String generate() {
    try {
      return TinkJsonProtoKeysetFormat.serializeKeyset(
          KeysetHandle.generateNew(
              PredefinedAeadParameters.AES256_GCM, RegistryConfiguration.get()),
          RegistryConfiguration.get(),
          InsecureSecretKeyAccess.get());
    } catch (GeneralSecurityException e) {
      throw new VaultException("can't make a key", e);
    }
  }

  static KeysetHandle parse(Secret text) {
    try {
      KeysetHandle keyset =
          TinkJsonProtoKeysetFormat.parseKeyset(
              text.reveal(), RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
      keyset.getPrimary();
      return keyset;
    } catch (GeneralSecurityException | IllegalStateException e) {
      throw new VaultException("the key in vault.key is not a readable keyset", e);
    }
  }

  static KeysetHandle read(Path file) {
    try {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
        if (!OWNER_ONLY.containsAll(rights)) {
          throw new VaultException(
              "the key file %s may be read by others (%s); run: chmod 600 %s"
                  .formatted(file, PosixFilePermissions.toString(rights), file));
        }
      }
      if (Files.size(file) > BYTES_MAX) {
        throw new VaultException("the key file %s is too large to be a keyset".formatted(file));
      }
      KeysetHandle keyset =
          TinkJsonProtoKeysetFormat.parseKeyset(
              Files.readString(file), RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
      keyset.getPrimary();
      return keyset;
    } catch (NoSuchFileException e) {
      throw new VaultException(
          "the key file %s is missing; restore it from where you keep it, or create one for a new installation"
              .formatted(file),
          e);
    } catch (IOException | GeneralSecurityException | IllegalStateException e) {
      throw new VaultException("the key file %s is not a readable keyset".formatted(file), e);
    }
  }

  private static FileAttribute<?>[] rights(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    boolean posix = folder != null && Files.getFileStore(folder).supportsFileAttributeView("posix");
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }
}
