package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.connector.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Looks at an installation, and says in each line what to do. Changes nothing.
@Command(
    name = "doctor",
    description =
        "Look at settings, keys, database and the running server, and at what is registered at"
            + " providers. Says what to do about each thing that is not well.")
final class Doctor implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(
      names = "--api",
      paramLabel = "URL",
      description = "Address of the running server ($TENON_API_URL).")
  private @Nullable String api;

  @Option(names = "--key", paramLabel = "KEY", description = "API key; better in $TENON_API_KEY.")
  private @Nullable String key;

  private final Console console;
  private final Json json;

  Doctor(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    ClientLog.start(console.environment());
    List<Finding> findings = new ArrayList<>();
    Optional<Config> config = settings(findings);
    config.ifPresent(
        read -> {
          findings.addAll(DoctorHere.look(read, console.environment()));
          findings.addAll(server(read));
        });
    findings.forEach(
        one ->
            console.answer(
                json.wanted(),
                "%-5s %s: %s".formatted(one.grade().text(), one.about(), one.says()),
                Map.of("grade", one.grade().text(), "about", one.about(), "says", one.says())));
    return findings.stream().anyMatch(one -> one.grade() == Finding.Grade.FAIL)
        ? Failure.FAILED
        : 0;
  }

  private Optional<Config> settings(List<Finding> findings) {
    try {
      Config config = options.config(console.environment());
      findings.add(Finding.ok("settings", "they can be read and fit together"));
      return Optional.of(config);
    } catch (ConfigException e) {
      e.problems().forEach(problem -> findings.add(Finding.fail("settings", problem)));
      return Optional.empty();
    }
  }

  private List<Finding> server(Config config) {
    Map<String, String> environment = new HashMap<>(console.environment());
    // Which dev runs is told by the data folder that these settings name.
    environment.put("TENON_DATA__FOLDER", config.data().folder().toString());
    if (api != null) {
      environment.put(HubOptions.API_VARIABLE, api);
    }
    if (key != null) {
      environment.put(HubOptions.KEY_VARIABLE, key);
    }
    Hub hub;
    try {
      hub = new HubOptions().find(environment);
    } catch (CommandFailed e) {
      return List.of(
          Finding.warn(
              "server",
              "not looked at, nor what is registered at providers: name the running server with"
                  + " --api, and a platform key in TENON_API_KEY"));
    }
    // The tenant doesn't matter: every one that the key reaches is looked at.
    Secret secret = hub.key();
    try (HubClient client = HubClient.open(new Hub(hub.api(), secret, "any"))) {
      return DoctorThere.look(client);
    }
  }
}
