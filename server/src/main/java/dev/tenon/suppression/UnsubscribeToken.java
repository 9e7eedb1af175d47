package dev.tenon.suppression;

import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/// What a link to unsubscribe says: who gets no more of which stream of whom, and by which message
/// the link came.
///
/// In a link it is sealed with the platform's key, so that it can't be guessed, changed or read,
/// and needs no row: it works as long as that key is there. Whatever isn't whole is known at once,
/// without the database.
///
/// @param message by which the link came; it may be long gone
/// @param address comparable, as `EmailAddress.comparable` makes it
record UnsubscribeToken(TenantId tenant, UUID message, String stream, String address) {
  private static final byte VERSION = 1;
  private static final int CHARS_MAX = 1_000;
  private static final String OWNER = "unsubscribe";
  private static final String FIELD = "token";

  String write(Vault vault) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      write(out, tenant.uuid());
      write(out, message);
      out.writeUTF(stream);
      out.writeUTF(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(vault.seal(TenantId.PLATFORM, OWNER, FIELD, bytes.toByteArray()));
  }

  /// Empty for whatever [#write] did not write.
  static Optional<UnsubscribeToken> read(Vault vault, String text) {
    if (text.length() > CHARS_MAX) {
      return Optional.empty();
    }
    try {
      byte[] plain =
          vault.open(TenantId.PLATFORM, OWNER, FIELD, Base64.getUrlDecoder().decode(text));
      var in = new DataInputStream(new ByteArrayInputStream(plain));
      return in.readByte() == VERSION
          ? Optional.of(
              new UnsubscribeToken(
                  new TenantId(readUuid(in)), readUuid(in), in.readUTF(), in.readUTF()))
          : Optional.empty();
    } catch (IllegalArgumentException | VaultException | IOException e) {
      return Optional.empty();
    }
  }

  private static void write(DataOutputStream out, UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }

  private static UUID readUuid(DataInputStream in) throws IOException {
    return new UUID(in.readLong(), in.readLong());
  }

  /// Knows the recipient to himself, and tells others little, should the mail be passed on.
  String maskedAddress() {
    int at = address.lastIndexOf('@');
    return address.substring(0, Math.min(1, at)) + "•••" + address.substring(at);
  }

  @Override
  public String toString() {
    return "link of message " + message;
  }
}
