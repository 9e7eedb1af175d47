package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.connector.http.PublicAddresses;
import dev.tenon.db.embedded.DatabaseChoice;
import dev.tenon.http.ServerTls;
import dev.tenon.log.Logging;
import dev.tenon.vault.VaultKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The server for real work: providers are outside, secrets come from the settings, and nothing is
/// made up that is missing.
@Command(name = "serve", description = "Start the server.")
final class Serve implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(
      names = "--ready-file",
      paramLabel = "PATH",
      description = "Written when everything answers; holds no secrets.")
  private @Nullable Path readyFile;

  private final Console console;
  private final Json json;

  Serve(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    Config config = options.config(console.environment());
    Logging.start(config.log());
    VaultKey key = vaultKey(config);
    Optional<SSLContext> tls =
        config
            .server()
            .certificateKey()
            .find("server.certificate-key", console.environment())
            .map(secret -> ServerTls.context(Path.of(config.server().certificate()), secret));
    PrivatePlaces opened = PrivatePlaces.parse(config.egress().allowPrivate());
    UntilStopped.run(
        stop -> {
          DatabaseChoice database = stop.add(DatabaseChoice.open(config, console.environment()));
          Tenon tenon =
              stop.add(
                  Tenon.start(
                      config,
                      new Tenon.Surroundings(
                          database.address(),
                          key,
                          tls,
                          EgressPolicy.publicAnd(opened),
                          address ->
                              PublicAddresses.isPublic(address)
                                  || opened.networks().contains(address),
                          InstantSource.system())));
          tell(tenon.publicUrl().get(), config.console().enabled());
          stop.hold();
        });
    return 0;
  }

  private void tell(String url, boolean hasConsole) {
    Map<String, String> ready =
        hasConsole ? Map.of("api", url, "console", url + "/console") : Map.of("api", url);
    ReadyFile.write(readyFile, ready);
    console.answer(json.wanted(), "Tenon answers at " + url, ready);
  }

  private VaultKey vaultKey(Config config) {
    Optional<Secret> given = config.vault().key().find("vault.key", console.environment());
    if (given.isPresent()) {
      return new VaultKey.Given(given.get());
    }
    Path keyFile = config.data().folder().resolve("vault.key");
    if (!Files.exists(keyFile)) {
      throw new ConfigException(
          List.of(
              "the vault's key is missing: vault.key is not set and the file %s is not there; restore it from where you keep it, or make one for a new installation with: tenon vault new-key --data %s"
                  .formatted(keyFile, config.data().folder())));
    }
    return new VaultKey.InFile(keyFile);
  }
}
