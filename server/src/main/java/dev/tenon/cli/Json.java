package dev.tenon.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The option that every command has: answer in JSON.
public final class Json {
  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Answer in JSON, one document a line.")
  private boolean wanted;

  /// Whether JSON was asked for.
  public boolean wanted() {
    return wanted;
  }
}
