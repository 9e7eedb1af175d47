package dev.tenon.bench;

import dev.tenon.Tenon;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.config.Settings;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.log.Logging;
import dev.tenon.vault.Vault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.json.JsonMapper;

/// The server as `serve` runs it, in a process of its own, with two differences: it may call
/// providers on this machine, and it plants a tenant with connections at its first start.
///
/// Arguments: the data folder, the ready file, the URL of the Postmark stand-in. The database comes
/// by `TENON_DATABASE__…`.
final class HubMain {
  private HubMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path data = Path.of(arguments[0]);
    Path ready = Path.of(arguments[1]);
    URI postmark = URI.create(arguments[2]);
    Config config =
        new Settings(
                List.of(
                    Layer.environment(System.getenv()),
                    Layer.commandLine(Map.of("data.folder", data.toString(), "server.port", "0"))))
            .config();
    Logging.start(config.log());
    Path keyFile = data.resolve("vault.key");
    if (!Files.exists(keyFile)) {
      Vault.createKeyFile(keyFile);
    }
    var database =
        new DatabaseAddress(
            config.database().url(),
            config.database().user(),
            config.database().password().find("database.password", System.getenv()).orElseThrow());
    Tenon tenon =
        Tenon.start(
            config,
            new Tenon.Surroundings(
                database,
                keyFile,
                EgressPolicy.allowing(List.of(postmark), PrivatePlaces.parse(List.of("127.0.0.1"))),
                address -> address.isLoopbackAddress(),
                InstantSource.system()));
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  tenon.close();
                  stopped.countDown();
                }));
    Path part = ready.resolveSibling("ready.part");
    Files.write(part, JsonMapper.shared().writeValueAsBytes(Plant.find(tenon, data, postmark)));
    Files.move(part, ready, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    stopped.await();
  }
}
