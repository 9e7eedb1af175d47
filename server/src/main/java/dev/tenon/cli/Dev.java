package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.console.ConsoleRoutes;
import dev.tenon.db.embedded.DatabaseChoice;
import dev.tenon.log.Logging;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.application.ApplicationSimulator;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Everything on this machine: database, server and sandbox, with a tenant to play with. Needs no
/// keys and no network.
@Command(
    name = "dev",
    description = "Start everything here: database, server, sandbox, and a tenant to try it with.")
final class Dev implements Callable<Integer> {
  @Mixin private SettingsOptions options = new SettingsOptions();

  @Option(
      names = "--ready-file",
      paramLabel = "PATH",
      description = "Written when everything answers: addresses, the API key, the connections.")
  private @Nullable Path readyFile;

  private final Console console;
  private final Json json;

  Dev(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    Config config = options.config(console.environment());
    Logging.start(config.log());
    if (!config.server().isLoopback()) {
      throw new ConfigException(
          List.of(
              "dev shows its keys and speaks plain HTTP, so it listens on this machine only: set server.host to 127.0.0.1, not "
                  + config.server().host()));
    }
    VaultKey key = vaultKey(config);
    InstantSource clock = InstantSource.system();
    var stripe = new StripeSimulator();
    var email = new EmailSandbox(clock, 0);
    List<Simulator> simulators = new ArrayList<>();
    simulators.add(stripe);
    simulators.addAll(email.simulators());
    var application = new ApplicationSimulator();
    simulators.add(application);
    UntilStopped.run(
        stop -> {
          DatabaseChoice database = stop.add(DatabaseChoice.open(config, console.environment()));
          Sandbox sandbox =
              stop.add(
                  Sandbox.start(
                      simulators,
                      SandboxSettings.defaults(clock)
                          .withPorts(ports(config.server().port(), simulators))
                          .withDirectory(config.data().folder().resolve("sandbox"))));
          Tenon tenon =
              stop.add(
                  Tenon.start(
                      config,
                      new Tenon.Surroundings(
                          database.address(),
                          key,
                          Optional.empty(),
                          EgressPolicy.allowing(sandbox.urls().values(), ownPrograms(config)),
                          address -> address.isLoopbackAddress(),
                          clock),
                      begun -> {
                        var _ = DevSeed.connect(begun, sandbox, email.smtpPort());
                      }));
          DevSeed.Seeded seeded =
              DevSeed.plant(
                  tenon,
                  sandbox,
                  stripe,
                  email,
                  DevKey.keep(tenon, config.data().folder().resolve("dev-key")));
          DevEndpoint.plant(tenon, seeded.tenant(), sandbox, application);
          Map<String, Object> ready = ready(tenon, sandbox, seeded);
          stop.add(RunningDev.announce(config.data().folder(), ready));
          ReadyFile.write(readyFile, ready);
          console.answer(json.wanted(), text(ready), ready);
          stop.hold();
        });
    return 0;
  }

  /// The key of the settings, else that of the data folder, made at the first start.
  private VaultKey vaultKey(Config config) {
    Optional<Secret> given = config.vault().key().find("vault.key", console.environment());
    if (given.isPresent()) {
      return new VaultKey.Given(given.get());
    }
    Path keyFile = config.data().folder().resolve("vault.key");
    if (!Files.exists(keyFile)) {
      Vault.createKeyFile(keyFile);
    }
    return new VaultKey.InFile(keyFile);
  }

  /// Programs of the developer's own on this machine may be endpoints, and what the settings open.
  private static PrivatePlaces ownPrograms(Config config) {
    List<String> places = new ArrayList<>(config.egress().allowPrivate());
    places.addAll(List.of("localhost", "127.0.0.1", "::1"));
    return PrivatePlaces.parse(places);
  }

  /// The ports after the server's, in the order of the catalogue; free ones when the server's is.
  private static Map<String, Integer> ports(int serverPort, List<Simulator> simulators) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    int next = serverPort + 1;
    for (Simulator simulator : simulators) {
      ports.put(simulator.name(), serverPort == 0 ? 0 : next++);
    }
    return ports;
  }

  private static Map<String, Object> ready(Tenon tenon, Sandbox sandbox, DevSeed.Seeded seeded) {
    Map<String, Object> sandboxUrls = new LinkedHashMap<>();
    sandbox.urls().forEach((name, address) -> sandboxUrls.put(name, address.toString()));
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("api", tenon.publicUrl().get());
    document.put(
        "console",
        ConsoleRoutes.address(
            tenon.publicUrl(), tenon.sessions().createLogin(TenantId.PLATFORM, "dev")));
    document.put("api_key", seeded.apiKey().reveal());
    document.put("tenant", seeded.tenant().toString());
    document.put("sandbox", sandboxUrls);
    document.put("connections", seeded.connections());
    document.put("checkout", seeded.checkoutUrl());
    return document;
  }

  private static String text(Map<String, Object> ready) {
    return """

    Tenon is ready.

      Console   %s
      API       %s
      API key   %s
      Tenant    %s
      Mailbox   %s
      Events    %s

    Three things to try:
      1. Open %s and press Pay. The subscription, the payment and the mail appear in
         the console; the mail itself is in the mailbox, and the signed event that tells your
         application is under Events. Or in another terminal:
         ./tenon trigger checkout
      2. In the mailbox, break Postmark with one click and pay again: Resend sends.
         Or: ./tenon trigger checkout --break postmark
      3. curl -s -H "Authorization: Bearer %s" %s/v1/tenants/%s/subscriptions

    Stop with Ctrl-C."""
        .formatted(
            ready.get("console"),
            ready.get("api"),
            ready.get("api_key"),
            ready.get("tenant"),
            ready.get("sandbox") instanceof Map<?, ?> urls ? urls.get("mailbox") : "",
            ready.get("sandbox") instanceof Map<?, ?> all ? all.get("application") : "",
            ready.get("checkout"),
            ready.get("api_key"),
            ready.get("api"),
            ready.get("tenant"));
  }
}
