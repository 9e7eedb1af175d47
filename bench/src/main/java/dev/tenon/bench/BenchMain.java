package dev.tenon.bench;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `./tenon bench …`: what the server can do on this machine. Each benchmark starts what it needs,
/// sends traffic to this machine only, is bounded in time, and removes what it made.
public final class BenchMain {
  private BenchMain() {}

  @Command(
      name = "tenon bench",
      description = "Measure this version on this machine.",
      mixinStandardHelpOptions = true)
  private static final class Root {}

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    var report = new Report(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    CommandLine root =
        new CommandLine(new Root())
            .addSubcommand(new Ingest(report))
            .addSubcommand(new PathBench(report))
            .addSubcommand(new DeliverBench(report))
            .addSubcommand(new EntitlementBench(report))
            .addSubcommand(new MailBench(report))
            .addSubcommand(new Crash(report))
            .addSubcommand(new Start(report));
    root.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
    root.setExecutionExceptionHandler(
        (e, _, _) -> {
          if (!(e instanceof BenchFailure)) {
            throw e;
          }
          System.err.println(
              "tenon bench: "
                  + e.getMessage()
                  + (e.getCause() == null ? "" : " (" + e.getCause().getMessage() + ")"));
          return 1;
        });
    if (arguments.length == 0) {
      root.usage(System.err);
      System.exit(2);
    }
    System.exit(root.execute(arguments));
  }
}
