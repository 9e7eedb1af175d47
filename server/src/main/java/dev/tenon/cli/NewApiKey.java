package dev.tenon.cli;

import dev.tenon.access.ApiKey;
import dev.tenon.access.ApiKeys;
import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.db.Database;
import dev.tenon.db.Migrations;
import dev.tenon.db.embedded.DatabaseChoice;
import dev.tenon.id.Ids;
import dev.tenon.log.Logging;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Makes a platform key from the command line: the way to the first key of an installation, for
/// whom may log in to its database anyway.
@Command(
    name = "new",
    description =
        "Make a platform API key that may do everything, and print it once. With the embedded"
            + " database, run it while the server is stopped.")
final class NewApiKey implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(names = "--name", paramLabel = "NAME", description = "What the key is for.")
  private String name = "made on the command line";

  private final Console console;
  private final Json json;

  NewApiKey(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    Config config = options.config(console.environment());
    Logging.start(config.log());
    InstantSource clock = InstantSource.system();
    UntilStopped.run(
        stop -> {
          DatabaseChoice choice = stop.add(DatabaseChoice.open(config, console.environment()));
          int _ = Migrations.run(choice.address());
          Database database =
              stop.add(Database.open(choice.address(), new Database.PoolSizes(2, 2)));
          var keys = new ApiKeys(database, new Ids(clock), clock);
          ApiKey.Created created =
              database.asTenant(
                  TenantId.PLATFORM,
                  tx -> keys.create(tx, name, EnumSet.of(Scope.ALL), Optional.empty()));
          console.answer(
              json.wanted(), created.text().reveal(), Map.of("api_key", created.text().reveal()));
        });
    return 0;
  }
}
