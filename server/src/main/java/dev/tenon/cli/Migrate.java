package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.db.Migrations;
import dev.tenon.db.embedded.DatabaseChoice;
import dev.tenon.log.Logging;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Brings the database up to this version without starting the server, for those who want to do so
/// before they let new nodes in.
@Command(
    name = "migrate",
    description = "Bring the database up to this version, and do nothing else.")
final class Migrate implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  private final Console console;
  private final Json json;

  Migrate(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    Config config = options.config(console.environment());
    Logging.start(config.log());
    UntilStopped.run(
        stop -> {
          DatabaseChoice database = stop.add(DatabaseChoice.open(config, console.environment()));
          int applied = Migrations.run(database.address());
          console.answer(
              json.wanted(),
              switch (applied) {
                case 0 -> "The database is up to date.";
                case 1 -> "Applied 1 migration.";
                default -> "Applied " + applied + " migrations.";
              },
              Map.of("applied", applied));
        });
    return 0;
  }
}
