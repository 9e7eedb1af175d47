package dev.tenon.vault;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.util.Native;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Zstandard (RFC 8878) with a dictionary of what webhooks and mails are made of: the names of
/// fields and the frame of a template, which are most of a body, are not stored again each time.
///
/// The dictionary is plain content, `payload-dictionary-1`. **It never changes**: what was packed
/// with it opens with nothing else. A better one gets the next number and a form of its own.
final class DictionaryZstd {
  private static final Logger LOG = LoggerFactory.getLogger(DictionaryZstd.class);

  /// With the dictionary, level 3 is both faster and smaller than level 1 for bodies of some
  /// kilobytes (6.8 against 8.4 µs, 447 against 487 bytes for a Stripe event of 2.6 KB).
  private static final int LEVEL = 3;

  private static final int KEPT = 16;

  private DictionaryZstd() {}

  /// Whether the native library could be loaded. It is unpacked into `java.io.tmpdir`, where a
  /// system may forbid to run programs.
  static boolean isAvailable() {
    return Library.LOADED;
  }

  static byte[] compress(byte[] plain) {
    return Compressors.POOL.with(context -> context.compress(plain));
  }

  /// Opens what [#compress] made, which starts at `from` and opens to exactly `length` bytes.
  static byte[] decompress(byte[] packed, int from, int length) {
    if (!isAvailable()) {
      throw new VaultException(
          "a sealed payload needs the zstd library, which could not be loaded at start: name a folder that allows it in -Djava.io.tmpdir");
    }
    try {
      byte[] plain = new byte[length];
      int opened =
          Decompressors.POOL.with(
              context ->
                  context.decompressByteArray(
                      plain, 0, length, packed, from, packed.length - from));
      if (opened != length) {
        throw new VaultException("a sealed payload has the wrong length");
      }
      return plain;
    } catch (ZstdException e) {
      throw new VaultException("a sealed payload does not open", e);
    }
  }

  private static final class Library {
    static final boolean LOADED = load();

    private static boolean load() {
      try {
        Native.load();
        return true;
      } catch (UnsatisfiedLinkError | ExceptionInInitializerError e) {
        LOG.warn("zstd can't be loaded, so bodies take more room: {}", e.getMessage());
        return false;
      }
    }
  }

  /// Contexts hold native memory and are for one thread at a time: a few are kept, and beyond them
  /// one is made and closed. The last one used is the next: its tables are still in the processor's
  /// cache, which by turns they would not be.
  private static final class Pool<C extends AutoCloseable> {
    private final LinkedBlockingDeque<C> kept = new LinkedBlockingDeque<>(KEPT);
    private final Supplier<C> maker;

    Pool(Supplier<C> maker) {
      this.maker = maker;
    }

    interface Use<C, R> {
      R of(C context);
    }

    <R> R with(Use<C, R> use) {
      C context = kept.pollFirst();
      if (context == null) {
        context = maker.get();
      }
      try {
        return use.of(context);
      } finally {
        if (!kept.offerFirst(context)) {
          close(context);
        }
      }
    }

    private static void close(AutoCloseable context) {
      try {
        context.close();
      } catch (Exception e) {
        LOG.warn("a zstd context could not be closed", e);
      }
    }
  }

  private static final class Compressors {
    private static final ZstdDictCompress DICTIONARY =
        new ZstdDictCompress(Dictionary.BYTES, LEVEL);
    static final Pool<ZstdCompressCtx> POOL =
        new Pool<>(
            () -> {
              var context = new ZstdCompressCtx();
              // The seal says whether a byte was changed, and the length stands in front of it.
              context.setLevel(LEVEL).setChecksum(false).setContentSize(false).setDictID(false);
              context.loadDict(DICTIONARY);
              return context;
            });
  }

  private static final class Decompressors {
    private static final ZstdDictDecompress DICTIONARY = new ZstdDictDecompress(Dictionary.BYTES);
    static final Pool<ZstdDecompressCtx> POOL =
        new Pool<>(
            () -> {
              var context = new ZstdDecompressCtx();
              context.loadDict(DICTIONARY);
              return context;
            });
  }

  private static final class Dictionary {
    static final byte[] BYTES = read();

    private static byte[] read() {
      try (InputStream in = DictionaryZstd.class.getResourceAsStream("payload-dictionary-1")) {
        if (in == null) {
          throw new IllegalStateException("payload-dictionary-1 is missing from the build");
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
