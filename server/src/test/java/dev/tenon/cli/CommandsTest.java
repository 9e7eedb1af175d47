package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.TestDatabase.TestFolders;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Map<String, String> environment, String... arguments) {
    return new Commands(new Console(new PrintWriter(out), new PrintWriter(err), environment))
        .run(arguments);
  }

  @Test
  void saysThatTheDefaultsAreFine() {
    assertThat(run(Map.of(), "config", "check")).isZero();
    assertThat(out)
        .hasToString("The settings are the defaults, and fine." + System.lineSeparator());
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void showsWhatDiffersAndWhereItComesFrom(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("t.toml"), "[inbox]\nwriters = 3\n");
    int code =
        run(
            Map.of("TENON_LOG__LEVEL", "debug"),
            "config",
            "check",
            "--json",
            "--config",
            file.toString(),
            "--port",
            "0",
            "--set",
            "inbox.waiting-max=100");
    assertThat(code).isZero();
    JsonNode answer = JsonMapper.shared().readTree(out.toString());
    assertThat(answer.at("/ok").asBoolean()).isTrue();
    JsonNode settings = answer.at("/settings");
    assertThat(settings.propertyNames())
        .containsExactlyInAnyOrder(
            "inbox.waiting-max", "inbox.writers", "log.level", "server.port");
    assertThat(settings.at("/inbox.writers/from").asString()).isEqualTo(file + ":2");
    assertThat(settings.at("/log.level/from").asString()).isEqualTo("TENON_LOG__LEVEL");
  }

  @Test
  void refusesWrongSettingsWithALineEachAndExitCodeTwo() {
    int code =
        run(
            Map.of("TENON_SERVER__PORT", "abc", "TENON_VAULT__KEY", "env:NOT_THERE"),
            "config",
            "check",
            "--set",
            "inbox.writer=1");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactlyInAnyOrder(
            "tenon: TENON_SERVER__PORT: server.port must be a whole number from 0 to 65535, not \"abc\"",
            "tenon: the command line: unknown setting inbox.writer; did you mean inbox.writers?");
  }

  @Test
  void refusesASecretThatIsNotThere() {
    assertThat(run(Map.of("TENON_VAULT__KEY", "env:NOT_THERE"), "--json", "config", "check"))
        .isEqualTo(2);
    assertThat(JsonMapper.shared().readTree(err.toString()).at("/errors/0").asString())
        .isEqualTo("vault.key: the environment variable NOT_THERE is empty or not set");
  }

  @Test
  void helpsWithAMistypedCommandInOneLine() {
    assertThat(run(Map.of(), "migrat")).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("migrate").contains("--help");
  }

  @Test
  void tellsInOneLineThatTheDatabaseDoesNotAnswer() {
    int code =
        run(
            Map.of("PW", "x"),
            "migrate",
            "--set",
            "database.url=jdbc:postgresql://127.0.0.1:1/tenon",
            "--set",
            "database.user=tenon",
            "--set",
            "database.password=env:PW");
    assertThat(code).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .contains("the database at jdbc:postgresql://127.0.0.1:1/tenon does not let us in")
        .contains("Check database.url");
  }

  @Test
  void migratesAnEmbeddedDatabaseAndStopsItAgain() throws Exception {
    Path folder = TestFolders.make("tenon-cli");
    try {
      assertThat(run(Map.of(), "migrate", "--json", "--data", folder.toString())).isZero();
      assertThat(JsonMapper.shared().readTree(out.toString()).has("applied")).isTrue();
      assertThat(folder.resolve("postgres/data/PG_VERSION")).exists();
      assertThat(folder.resolve("postgres/data/postmaster.pid")).doesNotExist();
    } finally {
      TestFolders.delete(folder);
    }
  }

  @Test
  void explainsItself() {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(out.toString()).contains("config").contains("migrate").contains("--json");
  }
}
