package dev.tenon.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Prints the script by which a shell completes the commands and options.
@Command(
    name = "completion",
    description =
        "Print a completion script. bash: source <(./tenon completion bash); zsh the same.")
final class Completion implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "1", paramLabel = "SHELL", description = "bash or zsh.")
  private String shell = "bash";

  private final Console console;
  private final Json json;

  Completion(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    String script = AutoComplete.bash("tenon", root);
    switch (shell) {
      case "bash" -> {}
      // The script is for bash and knows how to run in zsh, once its completions are loaded.
      case "zsh" -> script = "autoload -Uz compinit && compinit\n" + script;
      default ->
          throw new CommandFailed(
              Failure.USAGE, "there is a completion script for bash and zsh, not for " + shell);
    }
    console.answer(json.wanted(), script, Map.of("shell", shell, "script", script));
    return 0;
  }
}
