package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.vault.Vault;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Makes the key that seals all other keys.
@Command(
    name = "new-key",
    description = "Make the vault's key file in the data folder; an existing one is left alone.")
final class NewKey implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(
      names = "--print",
      description = "Print the key instead, to keep it where vault.key will name it.")
  private boolean print;

  private final Console console;
  private final Json json;

  NewKey(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    if (print) {
      String key = Vault.newKey().reveal();
      console.answer(json.wanted(), key, Map.of("key", key));
      return 0;
    }
    Config config = options.config(console.environment());
    Path file = config.data().folder().resolve("vault.key");
    Vault.createKeyFile(file);
    console.answer(
        json.wanted(),
        "Made %s. Keep a copy apart from your backups: without it nothing sealed can be read."
            .formatted(file),
        Map.of("key_file", file.toString()));
    return 0;
  }
}
