package dev.tenon.vault;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Makes bodies small before they are sealed, and whole again after.
///
/// Form: one byte that says how (0 stored, 1 deflated, 2 zstd with the first dictionary), four
/// bytes of original length, the data. A body that does not shrink is stored as it is. Every form
/// that was ever written stays readable.
final class Payloads {
  private static final int HEADER = 5;
  private static final byte STORED = 0;
  private static final byte DEFLATED = 1;
  private static final byte ZSTD_1 = 2;
  private static final int WORTH_TRYING_BYTES_MIN = 64;

  private Payloads() {}

  static byte[] pack(byte[] plain) {
    if (plain.length >= WORTH_TRYING_BYTES_MIN) {
      byte[] packed = DictionaryZstd.isAvailable() ? zstd(plain) : deflate(plain);
      if (packed.length < HEADER + plain.length) {
        return packed;
      }
    }
    return header(STORED, plain.length, plain.length).put(plain).array();
  }

  private static byte[] zstd(byte[] plain) {
    byte[] packed = DictionaryZstd.compress(plain);
    return header(ZSTD_1, plain.length, packed.length).put(packed).array();
  }

  private static byte[] deflate(byte[] plain) {
    try (var deflater = new Deflater(Deflater.BEST_SPEED, true)) {
      deflater.setInput(plain);
      deflater.finish();
      byte[] out = new byte[plain.length];
      int used = deflater.deflate(out);
      return deflater.finished()
          ? header(DEFLATED, plain.length, used).put(out, 0, used).array()
          : header(STORED, plain.length, plain.length).put(plain).array();
    }
  }

  private static ByteBuffer header(byte form, int plainBytes, int packedBytes) {
    return ByteBuffer.allocate(HEADER + packedBytes).put(form).putInt(plainBytes);
  }

  /// The length in front is authenticated with the rest, but whoever filled it may be a caller of a
  /// provider: it is checked before any memory is taken.
  static byte[] unpack(byte[] packed, int bytesMax) {
    if (packed.length < HEADER) {
      throw new VaultException("a sealed payload is too short");
    }
    int length = ByteBuffer.wrap(packed, 1, 4).getInt();
    if (length < 0 || length > bytesMax) {
      throw new VaultException(
          "a sealed payload would open to more than %d bytes".formatted(bytesMax));
    }
    return switch (packed[0]) {
      case STORED -> {
        if (packed.length - HEADER != length) {
          throw new VaultException("a sealed payload has the wrong length");
        }
        yield Arrays.copyOfRange(packed, HEADER, packed.length);
      }
      case DEFLATED -> inflate(packed, new byte[length]);
      case ZSTD_1 -> DictionaryZstd.decompress(packed, HEADER, length);
      default -> throw new VaultException("a sealed payload has an unknown form");
    };
  }

  private static byte[] inflate(byte[] packed, byte[] out) {
    try (var inflater = new Inflater(true)) {
      inflater.setInput(packed, HEADER, packed.length - HEADER);
      int filled = 0;
      while (filled < out.length) {
        int read = inflater.inflate(out, filled, out.length - filled);
        if (read == 0) {
          throw new VaultException("a sealed payload is cut short");
        }
        filled += read;
      }
      // One more byte would mean that the length in front is not the truth.
      if (!inflater.finished() && inflater.inflate(new byte[1]) > 0) {
        throw new VaultException("a sealed payload is longer than it says");
      }
      return out;
    } catch (DataFormatException e) {
      throw new VaultException("a sealed payload does not inflate", e);
    }
  }
}
