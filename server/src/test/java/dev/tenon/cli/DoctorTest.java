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
  void aConnectionThatIsBusyHoldsUpNoOtherAndOneWithoutAKeyIsNamed() {
    program.rows(
        """
        insert into connection (tenant_id, id, provider, name, environment, state, state_reason,
          settings, created_at, updated_at)
        select tenant_id, gen_random_uuid(), provider, 'Busy', environment, state, state_reason,
          settings, created_at, updated_at
        from connection where provider = 'stripe'
        """);
    program.rows(
        """
        insert into reconciliation (tenant_id, id, connection_id, state, cause, requested_by, since,
          until, cursor_at, created_at)
        select tenant_id, gen_random_uuid(), id, 'running', 'request', 'a test',
          now() - interval '1 hour', now(), now(), now()
        from connection where name = 'Busy'
        """);
    Ran ran = program.run("reconcile", "--since", "1h", "--until", "0s", "--json");
    assertThat(ran.code()).isEqualTo(Failure.FAILED);
    assertThat(ran.err()).contains("runs for this connection");
    assertThat(ran.lines().getLast().path("state").asString()).isEqualTo("done");

    assertThat(program.run("doctor", "--json").lines())
        .filteredOn(line -> line.path("about").asString().contains("(Busy)"))
        .singleElement()
        .matches(line -> line.path("grade").asString().equals("warn"))
        .matches(line -> line.path("says").asString().contains("has no `secret_key`"));
  }

  @Test
  void reconcileOfAForeignConnectionIsNotFound() {
    Ran ran = program.run("reconcile", "--connection", "con_0000000000000000000000000a");
    assertThat(ran.code()).isEqualTo(Failure.NOT_FOUND);
    assertThat(Map.of("lines", ran.lines().size())).containsEntry("lines", 0);
  }
}
