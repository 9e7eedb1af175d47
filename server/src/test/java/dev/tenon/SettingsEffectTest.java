package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.ConfigException;
import dev.tenon.config.Layer;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultException;
import dev.tenon.vault.VaultKey;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Settings that the whole program shows an effect of.
class SettingsEffectTest {
  private static final String MESSAGES = "/v1/tenants/" + TenantId.PLATFORM + "/messages";

  @TempDir private Path folder;
  private final TestDatabase database = TestDatabase.fresh();
  private final Secret vaultKey = Vault.newKey();

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void withoutASenderAMailIsRefusedAndWithOneItComesFromThere() {
    try (Tenon tenon = start(Map.of())) {
      assertThat(send(tenon, "a@b.test").statusCode()).isEqualTo(400);
    }
    try (Tenon tenon = start(Map.of("email.sender", "Acme <hello@acme.example>"))) {
      HttpResponse<String> sent = send(tenon, "a@b.test");
      assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
      assertThat(sent.body()).contains("hello@acme.example");
    }
  }

  @Test
  void whatTheProductIsCalledStandsInTheSubject() {
    try (Tenon tenon =
        start(Map.of("email.sender", "hello@acme.example", "email.product", "Rocket"))) {
      assertThat(send(tenon, "a@b.test").body()).contains("Rocket");
    }
  }

  @Test
  void aMessageLargerThanAllowedIsRefused() {
    try (Tenon tenon =
        start(Map.of("email.sender", "hello@acme.example", "email.message-bytes-max", "1024"))) {
      HttpResponse<String> refused = send(tenon, "a@b.test");
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("at most 1024");
    }
  }

  @Test
  void templatesOfTheOperatorsOwnAreLoaded() throws Exception {
    Path own = Files.createDirectories(folder.resolve("templates/welcome"));
    Files.writeString(own.resolve("subject.txt"), "Hi from us");
    Files.writeString(own.resolve("text.txt"), "Hi");
    try (Tenon tenon =
        start(
            Map.of(
                "email.sender",
                "hello@acme.example",
                "email.templates-folder",
                folder.resolve("templates").toString()))) {
      assertThat(send(tenon, "a@b.test").body()).contains("Hi from us");
    }
    Files.writeString(own.resolve("template.html"), "<p>\n<b>open</p>");
    assertThatThrownBy(
            () ->
                start(Map.of("email.templates-folder", folder.resolve("templates").toString()))
                    .close())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("email.templates-folder: template 'welcome': its HTML, line 2")
        .hasMessageContaining(own.toString());
  }

  @Test
  void theConsoleCanBeSwitchedOff() {
    try (Tenon tenon = start(Map.of())) {
      assertThat(get(tenon, "/console").statusCode()).isNotEqualTo(404);
    }
    try (Tenon tenon = start(Map.of("console.enabled", "false"))) {
      assertThat(get(tenon, "/console").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theVaultOpensWithTheKeyOfTheSettingsAndWithNoOther() {
    start(Map.of()).close();
    start(Map.of()).close();
    assertThatThrownBy(() -> start(Map.of(), Vault.newKey()).close())
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("not the one that sealed it");
    assertThatThrownBy(() -> start(Map.of(), Secret.of("no key")).close())
        .isInstanceOf(VaultException.class)
        .hasMessageContaining("vault.key");
  }

  private Tenon start(Map<String, String> settings) {
    return start(settings, vaultKey);
  }

  private Tenon start(Map<String, String> settings, Secret key) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("server.port", "0");
    return Tenon.start(
        Config.load(List.of(Layer.commandLine(all))),
        new Tenon.Surroundings(
            database.address(),
            new VaultKey.Given(key),
            Optional.empty(),
            EgressPolicy.publicOnly(),
            InetAddress::isLoopbackAddress,
            InstantSource.system()));
  }

  private static HttpResponse<String> send(Tenon tenon, String to) {
    String key =
        tenon
            .database()
            .asTenant(
                TenantId.PLATFORM,
                tx -> tenon.keys().create(tx, "test", EnumSet.of(Scope.ALL), Optional.empty()))
            .text()
            .reveal();
    return call(
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(MESSAGES)))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    """
                    {"template": "welcome", "to": "%s", "data": {"customer_name": "Ada"}}
                    """
                        .formatted(to))));
  }

  private static HttpResponse<String> get(Tenon tenon, String path) {
    return call(HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(path))).GET());
  }

  private static HttpResponse<String> call(HttpRequest.Builder request) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
