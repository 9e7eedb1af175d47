package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.WholeProgram.Ran;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `doctor` and `reconcile` on the whole program.
class DoctorTest {
  @TempDir private Path folder;
  private WholeProgram program;

  @BeforeEach
  void start() {
    program = new WholeProgram(folder);
  }

  @AfterEach
  void stop() {
    program.close();
  }

  @Test
  void doctorSaysWhatToDoAboutAnEndpointThatNobodyRegistered() {
    Ran ran = program.run("doctor", "--json");
    assertThat(ran.lines())
        .anyMatch(
            line ->
                line.path("about").asString().equals("server")
                    && line.path("grade").asString().equals("ok"));
    JsonNode endpoint =
        ran.lines().stream()
            .filter(line -> line.path("says").asString().contains("/webhook"))
            .findFirst()
            .orElseThrow();
    assertThat(endpoint.path("grade").asString()).isEqualTo("warn");
    assertThat(endpoint.path("says").asString()).contains("Register");
  }

  @Test
  void reconcileTellsWhatWasMissing() {
    assertThat(program.run("trigger", "checkout").code()).isZero();
    Ran ran = program.run("reconcile", "--since", "1h", "--until", "0s", "--json");
    assertThat(ran.code()).as(ran.toString()).isZero();
    assertThat(ran.lines().getLast().path("missing").asInt(-1)).isZero();
    assertThat(ran.lines().getLast().path("listed").asInt()).isPositive();
  }

  @Test
  void reconcileOfAForeignConnectionIsNotFound() {
    Ran ran = program.run("reconcile", "--connection", "con_0000000000000000000000000a");
    assertThat(ran.code()).isEqualTo(Failure.NOT_FOUND);
    assertThat(Map.of("lines", ran.lines().size())).containsEntry("lines", 0);
  }
}
