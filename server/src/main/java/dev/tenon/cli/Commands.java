package dev.tenon.cli;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line: one root, the commands below it, and one place that turns a failure into a
/// line and an exit code.
public final class Commands {
  private final Console console;

  /// Commands that speak through `console`.
  public Commands(Console console) {
    this.console = console;
  }

  @Command(
      name = "tenon",
      description = "The integrations hub that a multi-tenant SaaS runs beside its application.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  private static final class Root {}

  /// Runs `arguments` and answers the exit code: 0 when it is done, else one of those in [Failure].
  public int run(String... arguments) {
    Json json = new Json();
    CommandLine config =
        new CommandLine(new ConfigCommand()).addSubcommand(new ConfigCheck(console, json));
    CommandLine vault =
        new CommandLine(new VaultCommand()).addSubcommand(new NewKey(console, json));
    CommandLine apiKey =
        new CommandLine(new ApiKeyCommand()).addSubcommand(new NewApiKey(console, json));
    CommandLine events =
        new CommandLine(new EventsCommand())
            .addSubcommand(new EventsList(console, json))
            .addSubcommand(new EventsTypes(console, json));
    CommandLine root =
        new CommandLine(new Root())
            .addMixin("json", json)
            .addSubcommand(config)
            .addSubcommand(new Dev(console, json))
            .addSubcommand(new Serve(console, json))
            .addSubcommand(new SandboxCommand(console, json))
            .addSubcommand(new Trigger(console, json))
            .addSubcommand(new Tail(console, json))
            .addSubcommand(new Listen(console, json))
            .addSubcommand(events)
            .addSubcommand(new ReplayCommand(console, json))
            .addSubcommand(new Reconcile(console, json))
            .addSubcommand(new Doctor(console, json))
            .addSubcommand(new VerifySignature(console, json, System.in))
            .addSubcommand(new Migrate(console, json))
            .addSubcommand(vault)
            .addSubcommand(apiKey)
            .addSubcommand(new Completion(console, json));
    root.getSubcommands().values().forEach(Commands::addHelp);
    config.getSubcommands().values().forEach(Commands::addHelp);
    events.getSubcommands().values().forEach(Commands::addHelp);
    apiKey.getSubcommands().values().forEach(Commands::addHelp);
    vault.getSubcommands().values().forEach(Commands::addHelp);
    root.setOut(console.out());
    root.setErr(console.err());
    root.setParameterExceptionHandler(
        (e, _) ->
            new Failure(Failure.USAGE, List.of(usage(e))).print(console, wantsJson(arguments)));
    root.setExecutionExceptionHandler((e, _, _) -> Failure.of(e).print(console, json.wanted()));
    if (arguments.length == 0) {
      root.usage(console.out());
      return Failure.USAGE;
    }
    return root.execute(arguments);
  }

  private static void addHelp(CommandLine command) {
    command.getCommandSpec().mixinStandardHelpOptions(true);
  }

  private static boolean wantsJson(String[] arguments) {
    return Arrays.asList(arguments).contains("--json");
  }

  private static String usage(ParameterException e) {
    String name = e.getCommandLine().getCommandSpec().qualifiedName();
    String meant = "";
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      meant = " Did you mean " + unmatched.getSuggestions().getFirst() + "?";
    }
    return "%s.%s See: %s --help".formatted(e.getMessage(), meant, name);
  }

  private static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      @Nullable String version = Commands.class.getPackage().getImplementationVersion();
      return new String[] {"tenon " + (version == null ? "(built from source)" : version)};
    }
  }
}
