package dev.tenon.cli;

import dev.tenon.TemplatesFolder;
import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.config.Layer.Setting;
import dev.tenon.config.SecretReference;
import dev.tenon.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Reads the settings as a start would, fetches every secret that they name, and tells what is in
/// force and where it comes from. A secret is shown by its reference only.
@Command(
    name = "check",
    description = "Check the settings, and show what differs from the defaults and why.")
final class ConfigCheck implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(names = "--all", description = "Show the defaults too.")
  private boolean all;

  private final Console console;
  private final Json json;

  ConfigCheck(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    Settings settings = options.settings(console.environment());
    Config config = settings.config();
    fetchSecrets(config);
    var _ = TemplatesFolder.load(config.email());
    Map<String, Object> document = new LinkedHashMap<>();
    StringBuilder text = new StringBuilder();
    new TreeMap<>(settings.inForce())
        .forEach(
            (key, setting) -> {
              if (all || !isDefault(setting)) {
                document.put(key, Map.of("value", setting.value(), "from", setting.place()));
                text.append("%s = %s  (%s)%n".formatted(key, setting.value(), setting.place()));
              }
            });
    text.append(
        document.isEmpty() ? "The settings are the defaults, and fine." : "The settings are fine.");
    console.answer(json.wanted(), text.toString(), Map.of("ok", true, "settings", document));
    return 0;
  }

  private static boolean isDefault(Setting setting) {
    return setting.place().startsWith("tenon.default.toml");
  }

  private void fetchSecrets(Config config) {
    Map<String, SecretReference> secrets =
        Map.of(
            "database.password", config.database().password(),
            "server.certificate-key", config.server().certificateKey(),
            "vault.key", config.vault().key());
    List<String> problems = new ArrayList<>();
    new TreeMap<>(secrets)
        .forEach(
            (key, reference) -> {
              try {
                var _ = reference.find(key, console.environment());
              } catch (ConfigException e) {
                problems.addAll(e.problems());
              }
            });
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }
}
