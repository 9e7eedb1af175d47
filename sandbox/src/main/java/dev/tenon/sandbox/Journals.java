package dev.tenon.sandbox;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The journals of one sandbox by name: `<name>.jsonl` in one folder, or in memory without one.
final class Journals implements AutoCloseable {
  private final Optional<Path> directory;
  private final Map<String, Journal> open = new LinkedHashMap<>();

  Journals(Optional<Path> directory) {
    this.directory = directory;
  }

  /// The same one for the same name.
  synchronized Journal get(String name) {
    return open.computeIfAbsent(
        name,
        made ->
            directory
                .map(folder -> Journal.open(folder.resolve(made + ".jsonl")))
                .orElseGet(Journal::inMemory));
  }

  @Override
  public synchronized void close() {
    open.values().forEach(Journal::close);
    open.clear();
  }
}
