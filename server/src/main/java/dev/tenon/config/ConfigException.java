package dev.tenon.config;

import java.util.List;

/// The settings can't be used. Tells everything that is wrong at once, each with its place, so that
/// one look at the file mends it. Never holds a secret.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /// One or more problems, each a sentence that begins with its place or its key.
  public ConfigException(List<String> problems) {
    super(
        problems.size() == 1
            ? problems.getFirst()
            : problems.size() + " settings need attention:\n  " + String.join("\n  ", problems));
    this.problems = List.copyOf(problems);
  }

  /// One sentence for each problem, in the order of the settings.
  public List<String> problems() {
    return problems;
  }
}
