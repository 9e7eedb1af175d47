package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.NodePackages;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.WebhookSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/// Stripe's own Node SDK against the simulator, and its verifier against our signatures.
class StripeNodeTest {
  @Test
  void worksWithStripesNodeSdk() throws Exception {
    NodePackages node = NodePackages.install("stripe");
    StripeSimulator simulator = new StripeSimulator();
    try (WebhookSink sink = new WebhookSink();
        Sandbox sandbox =
            Sandbox.start(List.of(simulator), SandboxSettings.defaults(InstantSource.system()))) {
      String port = Integer.toString(sandbox.url("stripe").getPort());
      ObjectNode sold =
          read(node.run("check.mjs", "127.0.0.1", port, "sell", sink.url().toString()));
      simulator.pay(sold.path("session").asString());
      assertThat(sandbox.webhooks("stripe").awaitIdle(Duration.ofSeconds(10))).isTrue();
      WebhookSink.Received delivered = sink.received().getLast();
      ObjectNode given = Json.object();
      given.put("session", sold.path("session").asString());
      given.put("secret", sold.path("secret").asString());
      given.put("body", delivered.body());
      String header = delivered.headers().getOrDefault("Stripe-Signature", "");
      given.put("header", header);
      given.put("at", Long.parseLong(header.substring(2, header.indexOf(','))));
      String file = node.write("delivered.json", Json.write(given));
      ObjectNode verified = read(node.run("check.mjs", "127.0.0.1", port, "verify", file));
      assertThat(verified.path("type").asString()).isEqualTo("charge.succeeded");
      assertThat(verified.path("types").valueStream().map(type -> type.asString()).toList())
          .contains("checkout.session.completed", "invoice.paid", "customer.created");
    }
  }

  private static ObjectNode read(String output) {
    return Json.readObject(output.getBytes(StandardCharsets.UTF_8));
  }
}
