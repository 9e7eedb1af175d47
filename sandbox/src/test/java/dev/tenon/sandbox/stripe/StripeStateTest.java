package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StripeStateTest {
  @TempDir Path directory;

  @Test
  void remembersTheAccountAfterARestart() throws Exception {
    SandboxSettings settings =
        SandboxSettings.defaults(InstantSource.system()).withDirectory(directory);
    StripeSimulator first = new StripeSimulator();
    String session;
    try (Sandbox sandbox = Sandbox.start(List.of(first), settings)) {
      session = new StripeExample(sandbox.url("stripe")).sell(first);
    }
    StripeSimulator second = new StripeSimulator();
    try (Sandbox sandbox = Sandbox.start(List.of(second), settings)) {
      assertThat(second.paid(session)).contains(true);
      assertThat(sandbox.urls()).containsOnlyKeys("stripe");
    }
  }

  @Test
  void leavesOutWhatCannotBeReadAndSetsItAside() throws Exception {
    Files.writeString(directory.resolve("stripe.jsonl"), "{broken\n{\"key\":\"x\",\"value\":{}}\n");
    StripeSimulator simulator = new StripeSimulator();
    try (Sandbox sandbox =
        Sandbox.start(
            List.of(simulator),
            SandboxSettings.defaults(InstantSource.system()).withDirectory(directory))) {
      assertThat(sandbox.url("stripe").getPort()).isPositive();
      assertThat(simulator.paid("cs_test_none")).isEmpty();
    }
    assertThat(directory.resolve("stripe.jsonl.broken")).content().startsWith("{broken");
  }

  @Test
  void refusesASecondSandboxOnTheSameFolder() {
    SandboxSettings settings =
        SandboxSettings.defaults(InstantSource.system()).withDirectory(directory);
    try (Sandbox sandbox = Sandbox.start(List.of(new StripeSimulator()), settings)) {
      assertThatThrownBy(() -> Sandbox.start(List.of(new StripeSimulator()), settings).close())
          .hasMessageContaining("Another sandbox");
      assertThat(sandbox.urls()).hasSize(1);
    }
  }
}
