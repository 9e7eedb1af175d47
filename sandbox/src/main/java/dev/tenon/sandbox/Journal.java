package dev.tenon.sandbox;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a simulator remembers: JSON objects by key, in the order in which the keys first came.
///
/// Every change is appended to a file as one line before the caller is answered, so that a killed
/// process has lost nothing that it told anybody. (A power cut may take the last moments: this is a
/// stand-in.) The file is written anew without what was replaced when that is most of it. Without a
/// file nothing is kept, and nothing costs.
///
/// A line that can't be read is left out, and the file is set aside as `….broken` first: a sandbox
/// that refuses to start would help nobody. When the disk refuses a line, that is logged and the
/// simulator goes on.
public final class Journal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);
  private static final long COMPACT_BYTES_MIN = 1 << 20;
  private static final int LINE_BYTES_MAX = 128 << 20;

  private final @Nullable Path path;
  private final Map<String, ObjectNode> loaded = new LinkedHashMap<>();
  private final Map<String, Span> live = new LinkedHashMap<>();
  private @Nullable RandomAccessFile file;
  private long end;
  private long liveBytes;

  private Journal(@Nullable Path path) {
    this.path = path;
  }

  /// One change.
  ///
  /// @param json the object as one line; null when the key is gone
  public record Line(String key, @Nullable String json) {
    private byte[] bytes() {
      String text =
          "{\"key\":%s%s}\n"
              .formatted(
                  Json.write(Json.object().stringNode(key)),
                  json == null ? "" : ",\"value\":" + json);
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private record Span(long start, int length) {}

  /// Keeps nothing, for what isn't part of a sandbox yet.
  public static Journal none() {
    return inMemory();
  }

  /// Keeps nothing.
  static Journal inMemory() {
    return new Journal(null);
  }

  /// Reads `path`, which need not be there yet.
  ///
  /// @throws IllegalStateException when another sandbox has it open, or it can't be opened
  static Journal open(Path path) {
    Journal journal = new Journal(path);
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      journal.file = locked(path);
      journal.read();
      return journal;
    } catch (IOException e) {
      journal.close();
      throw new IllegalStateException("The sandbox can't keep its state in " + path + ": " + e, e);
    }
  }

  private static RandomAccessFile locked(Path path) throws IOException {
    if (!Files.exists(path)) {
      // It holds the secrets that sign webhooks.
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rw");
    try {
      @Nullable FileLock lock = opened.getChannel().tryLock();
      if (lock != null) {
        return opened;
      }
    } catch (OverlappingFileLockException e) {
      // By this very process; refused below like any other.
    }
    opened.close();
    throw new IllegalStateException(
        "Another sandbox keeps its state in %s. Stop it, or choose another folder."
            .formatted(path.toAbsolutePath().getParent()));
  }

  private void read() throws IOException {
    boolean broken = false;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(files()))) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int one = in.read(); one >= 0; one = in.read()) {
        line.write(one);
        if (one == '\n') {
          broken |= !take(line.toByteArray());
          line.reset();
        } else if (line.size() > LINE_BYTES_MAX) {
          broken = true;
          break;
        }
      }
      // The rest without an end is what a kill cut off in the middle: nobody was told of it.
    }
    if (broken) {
      Path aside = files().resolveSibling(files().getFileName() + ".broken");
      Files.copy(files(), aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn("Lines of {} can't be read and are left out; it is kept as {}.", path, aside);
      compact();
    }
    opened().setLength(end);
  }

  private boolean take(byte[] line) {
    boolean readable = true;
    try {
      ObjectNode read = Json.readObject(line);
      String key = read.path("key").asString();
      if (read.get("value") instanceof ObjectNode value) {
        loaded.put(key, value);
        note(key, line.length);
      } else {
        loaded.remove(key);
        forget(key);
      }
    } catch (RuntimeException e) {
      log.debug("a line of {} can't be read", path, e);
      readable = false;
    }
    end += line.length;
    return readable;
  }

  /// What was kept under keys that begin with `prefix`, by the rest of the key. Gives each once.
  public synchronized Map<String, ObjectNode> take(String prefix) {
    Map<String, ObjectNode> taken = new LinkedHashMap<>();
    loaded.forEach(
        (key, value) -> {
          if (key.startsWith(prefix)) {
            taken.put(key.substring(prefix.length()), value);
          }
        });
    taken.keySet().forEach(key -> loaded.remove(prefix + key));
    return taken;
  }

  /// Whether anything is kept at all.
  public boolean isKept() {
    return path != null;
  }

  public void put(String key, ObjectNode value) {
    if (isKept()) {
      append(List.of(new Line(key, Json.write(value))));
    }
  }

  public void remove(String key) {
    append(List.of(new Line(key, null)));
  }

  /// Appends several changes at once: a kill keeps all of them or, at worst, the first ones.
  public synchronized void append(List<Line> lines) {
    if (file == null || lines.isEmpty()) {
      return;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long start = end;
    for (Line line : lines) {
      byte[] bytes = line.bytes();
      all.writeBytes(bytes);
      if (line.json() == null) {
        forget(line.key());
      } else {
        end = start + all.size() - bytes.length;
        note(line.key(), bytes.length);
      }
    }
    end = start + all.size();
    try {
      opened().seek(start);
      opened().write(all.toByteArray());
      if (end > COMPACT_BYTES_MIN && end > 3 * liveBytes) {
        compact();
      }
    } catch (IOException e) {
      log.error(
          "The sandbox can't write to {}; a restart will not know the last changes.", path, e);
    }
  }

  private void note(String key, int length) {
    @Nullable Span before = live.put(key, new Span(end, length));
    liveBytes += length - (before == null ? 0 : before.length);
  }

  private void forget(String key) {
    @Nullable Span before = live.remove(key);
    liveBytes -= before == null ? 0 : before.length;
  }

  /// Writes what is live to a new file, which takes the place of the old one in one step.
  private void compact() throws IOException {
    Path next = files().resolveSibling(files().getFileName() + ".next");
    Files.deleteIfExists(next);
    RandomAccessFile fresh = locked(next);
    try {
      long at = 0;
      Map<String, Span> moved = new LinkedHashMap<>();
      for (Map.Entry<String, Span> entry : live.entrySet()) {
        Span span = entry.getValue();
        byte[] bytes = new byte[span.length];
        opened().seek(span.start);
        opened().readFully(bytes);
        fresh.write(bytes);
        moved.put(entry.getKey(), new Span(at, span.length));
        at += span.length;
      }
      Files.move(
          next, files(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      opened().close();
      file = fresh;
      live.putAll(moved);
      end = at;
      liveBytes = at;
    } catch (IOException e) {
      fresh.close();
      throw e;
    }
  }

  private Path files() {
    if (path == null) {
      throw new IllegalStateException("this journal has no file");
    }
    return path;
  }

  private RandomAccessFile opened() {
    if (file == null) {
      throw new IllegalStateException("this journal is closed");
    }
    return file;
  }

  @Override
  public synchronized void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        log.warn("{} can't be closed", path, e);
      }
      file = null;
    }
  }
}
