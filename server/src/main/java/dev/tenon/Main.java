package dev.tenon;

import dev.tenon.cli.Commands;
import dev.tenon.cli.Console;

/// The entry: `java -jar tenon.jar COMMAND`. What there is stands in [Commands].
public final class Main {
  private Main() {}

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] arguments) {
    System.exit(new Commands(Console.ofProcess()).run(arguments));
  }
}
