package dev.tenon.bench;

import java.io.PrintStream;

/// Prints what was measured as it comes, in a form that can be put into a Markdown page.
final class Report {
  private final PrintStream out;

  Report(PrintStream out) {
    this.out = out;
  }

  void heading(String text) {
    out.printf("%n### %s%n%n%s%n%n| what | measured |%n|---|---|%n", text, Machine.describe());
  }

  /// Says beside a figure whether it reaches its aim, and answers it.
  boolean verdict(String what, String measured, String aim, boolean reached) {
    line(what, "%s (aim: %s): %s".formatted(measured, aim, reached ? "reached" : "MISSED"));
    return reached;
  }

  void line(String what, String measured) {
    out.printf("| %s | %s |%n", what, measured);
    out.flush();
  }
}
