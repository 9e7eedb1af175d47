package dev.tenon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.config.Config.Log.Format;
import dev.tenon.config.Config.Log.Level;
import dev.tenon.config.SecretReference.Absent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {

  /// A default that changes must change here too, and then in the changelog.
  @Test
  void hasTheseDefaults() {
    assertThat(Config.defaults())
        .isEqualTo(
            new Config(
                new Config.Server(
                    "127.0.0.1", 8080, "", List.of(), "", new Absent(), 16 << 20, 64 << 20, 30),
                new Config.Data(Path.of(".tenon")),
                new Config.Database("", "", new Absent(), 12, 12, 0),
                new Config.Vault(new Absent()),
                new Config.Inbox(2 << 20, 2, 256, 4096, 64 << 20),
                new Config.Lanes(4, 60, 128, 1000),
                new Config.Jobs(16, 120, 32, 1000),
                new Config.Deliveries(2_048, 16, 256, 60, 250),
                new Config.Email("", "Tenon", "", "", 50, 10_000_000, List.of("broadcast"), ""),
                new Config.Payments("tenon"),
                new Config.Reconciliation(60, 10),
                new Config.Egress(List.of(), 5, 30),
                new Config.Limits(50, 100),
                new Config.Retention(90, 35, 365, 90, 14, 365),
                new Config.Console(true, 12),
                new Config.Log(Format.TEXT, Level.INFO)));
  }

  @Test
  void documentsEverySettingAndNoOther() throws Exception {
    assertThat(Layer.defaults().settings().keySet()).isEqualTo(Settings.keys());
    List<String> lines = Files.readAllLines(Path.of("../tenon.default.toml"));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("[a-z-]+ = .*")) {
        String before = lines.get(i - 1);
        assertThat(before.startsWith("# ") || before.startsWith("key-requests-per-second"))
            .as("line %d, %s, has a comment above it", i + 1, lines.get(i))
            .isTrue();
      }
    }
  }

  @Test
  void namesTheBoundsOfEachNumberInTheReference() throws Exception {
    String text = Files.readString(Path.of("../tenon.default.toml"));
    for (String bounds :
        List.of("1 to 600", "2 to 200", "16 to 100000", "10 to 60000", "35 to 400", "1 to 3650")) {
      assertThat(text).contains(bounds);
    }
  }

  @Test
  void laysTheCommandLineOverTheEnvironmentOverTheFileOverTheDefaults() {
    Layer file =
        Layer.toml(
            "tenon.toml",
            """
            [server]
            port = 1
            [inbox]
            writers = 3
            batch-size-max = 10
            [log]
            format = "json"
            """);
    Layer environment =
        Layer.environment(
            Map.of(
                "TENON_SERVER__PORT", "2",
                "TENON_INBOX__WRITERS", "4",
                "TENON_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1",
                "TENON_CONSOLE__ENABLED", "FALSE",
                "TENON_HOME", "/not/a/setting"));
    Layer commandLine = Layer.commandLine(Map.of("server.port", "3"));

    Config config = Config.load(List.of(file, environment, commandLine));

    assertThat(config.server().port()).isEqualTo(3);
    assertThat(config.inbox().writers()).isEqualTo(4);
    assertThat(config.inbox().batchSizeMax()).isEqualTo(10);
    assertThat(config.server().trustedProxies()).containsExactly("10.0.0.0/8", "192.0.2.1");
    assertThat(config.console().enabled()).isFalse();
    assertThat(config.log().format()).isEqualTo(Format.JSON);
    assertThat(config.lanes()).isEqualTo(Config.defaults().lanes());
  }

  @Test
  void refusesAnUnknownSettingAndNamesTheNearestOne() {
    Layer file =
        Layer.toml(
            "tenon.toml",
            """
            # a comment
            [inbox]
            body-byte-max = 5000
            """);
    assertThatThrownBy(() -> Config.load(List.of(file)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "tenon.toml:3: unknown setting inbox.body-byte-max; did you mean inbox.body-bytes-max?");
  }

  @Test
  void findsASettingThatStandsInTheWrongSection() {
    assertThatThrownBy(() -> Config.load(List.of(Layer.toml("t.toml", "public-url = \"x\""))))
        .hasMessage("t.toml:1: unknown setting public-url; did you mean server.public-url?");
    assertThatThrownBy(() -> Config.load(List.of(Layer.toml("t.toml", "[x]\nquarks = 1"))))
        .hasMessage("t.toml:2: unknown setting x.quarks; tenon.default.toml lists all of them");
  }

  @Test
  void refusesAnUnknownEnvironmentVariable() {
    assertThatThrownBy(
            () -> Config.load(List.of(Layer.environment(Map.of("TENON_SERVER__PROT", "1")))))
        .hasMessage("TENON_SERVER__PROT: unknown setting server.prot; did you mean server.port?");
  }

  @Test
  void refusesASourceThatNamesNothingOrTooMuch() {
    for (String source : List.of(" ", "x".repeat(101))) {
      Layer layer = Layer.commandLine(Map.of("payments.source", source));
      assertThatThrownBy(() -> Config.load(List.of(layer)))
          .hasMessageContaining("payments.source must have 1 to 100 characters");
    }
  }

  @Test
  void tellsAllProblemsAtOnce() {
    Layer file =
        Layer.toml(
            "tenon.toml",
            """
            [server]
            port = 70000
            host = 5
            [inbox]
            writers = "two"
            [log]
            level = "loud"
            [egress]
            allow-private = "10.0.0.0/8"
            [console]
            enabled = "yes"
            [lanes]
            workers = 1.5
            """);
    assertThatThrownBy(() -> Config.load(List.of(file)))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.problems())
                    .containsExactlyInAnyOrder(
                        "tenon.toml:2: server.port must be a whole number from 0 to 65535, not 70000",
                        "tenon.toml:3: server.host must be text in quotes, not 5",
                        "tenon.toml:5: inbox.writers must be a whole number from 1 to 16, not \"two\"",
                        "tenon.toml:7: log.level must be one of error, warn, info, debug, trace, not \"loud\"",
                        "tenon.toml:9: egress.allow-private must be a list of texts, like [\"a\", \"b\"], not \"10.0.0.0/8\"",
                        "tenon.toml:11: console.enabled must be true or false, not \"yes\"",
                        "tenon.toml:13: lanes.workers must be a whole number from 1 to 64, not 1.5"));
  }

  @Test
  void refusesASecretInTheFileWithoutRepeatingIt() {
    Layer file = Layer.toml("tenon.toml", "[vault]\nkey = \"hunter2\"\n");
    assertThatThrownBy(() -> Config.load(List.of(file)))
        .hasMessageContaining("tenon.toml:2: vault.key is a secret")
        .hasMessageContaining("env:NAME")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void refusesARetiredSettingAndSaysWhatToDo() {
    Layer file = Layer.toml("tenon.toml", "[inbox]\nthreads = 2\n");
    assertThatThrownBy(
            () ->
                new Settings(List.of(file), Map.of("inbox.threads", "Use inbox.writers instead."))
                    .config())
        .hasMessage("tenon.toml:2: the setting inbox.threads is gone. Use inbox.writers instead.");
  }

  @Test
  void saysOfEverySettingThatIsGoneWhatToDo() {
    Layer file =
        Layer.toml(
            "tenon.toml",
            """
            [delivery]
            timeout-seconds = 15
            concurrency-max = 64
            disable-hours = 120
            [retention]
            audit-days = 365
            delivery-days = 30
            """);
    assertThatThrownBy(() -> Config.load(List.of(file)))
        .hasMessageContaining("tenon.toml:2: the setting delivery.timeout-seconds is gone.")
        .hasMessageContaining("tenon.toml:3: the setting delivery.concurrency-max is gone.")
        .hasMessageContaining("tenon.toml:4: the setting delivery.disable-hours is gone.")
        .hasMessageContaining("tenon.toml:6: the setting retention.audit-days is gone.")
        .hasMessageContaining("tenon.toml:7: the setting retention.delivery-days is gone.")
        .hasMessageContaining("remove the line")
        .hasMessageContaining("retention.event-days")
        .hasMessageNotContaining("did you mean");
  }

  @Test
  void noSettingIsBothThereAndGone() {
    assertThat(Settings.RETIRED.keySet()).doesNotContainAnyElementsOf(Settings.keys());
  }

  @Test
  void refusesPlainHttpBeyondLoopback() {
    assertThatThrownBy(
            () -> Config.load(List.of(Layer.commandLine(Map.of("server.host", "0.0.0.0")))))
        .hasMessageContaining("plain HTTP is refused there");
    assertThat(
            Config.load(
                    List.of(
                        Layer.commandLine(
                            Map.of(
                                "server.host", "0.0.0.0", "server.trusted-proxies", "10.0.0.1"))))
                .server()
                .isLoopback())
        .isFalse();
  }

  @Test
  void wantsUserAndPasswordBesideADatabaseUrl() {
    Layer file = Layer.toml("t.toml", "[database]\nurl = \"jdbc:postgresql://db/tenon\"\n");
    assertThatThrownBy(() -> Config.load(List.of(file)))
        .hasMessage("database.url needs database.user and database.password beside it");
  }

  @Test
  void tellsWhereAFileIsNoToml() {
    assertThatThrownBy(() -> Layer.toml("tenon.toml", "[server]\nport = = 3\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("tenon.toml:2 is no TOML");
  }

  @Test
  void tellsThatAFileIsMissing(@TempDir Path folder) {
    assertThatThrownBy(() -> Layer.file(folder.resolve("none.toml")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there is no configuration file")
        .hasMessageContaining("none.toml");
  }

  @Test
  void fetchesSecretsFromWhereTheyAre(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "from a file\n");
    assertThat(new LinkedHashSet<>(List.of("env:KEY", "file:" + file, "command:echo from a shell")))
        .extracting(
            text ->
                SecretReference.parse(text)
                    .find("vault.key", Map.of("KEY", "from outside"))
                    .orElseThrow()
                    .reveal())
        .containsExactly("from outside", "from a file", "from a shell");
    assertThat(SecretReference.parse("").find("vault.key", Map.of())).isEmpty();
  }

  @Test
  void tellsWhyASecretIsNotThere(@TempDir Path folder) {
    assertThatThrownBy(() -> SecretReference.parse("env:KEY").find("vault.key", Map.of()))
        .hasMessage("vault.key: the environment variable KEY is empty or not set");
    assertThatThrownBy(
            () -> SecretReference.parse("file:" + folder.resolve("no")).find("vault.key", Map.of()))
        .hasMessageMatching("vault.key: the file .*/no is not there");
    assertThatThrownBy(() -> SecretReference.parse("command:exit 3").find("vault.key", Map.of()))
        .hasMessageContaining("exit code 3");
  }
}
