package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The fields of our objects against Stripe's own samples, where the file is at hand.
class StripeShapesTest {
  private static final List<Path> PLACES =
      List.of(
          Path.of("../../shared/api/stripe-fixtures3.json"),
          Path.of("../../../shared/api/stripe-fixtures3.json"));

  /// Where the samples and real life differ: fields that are missing in the samples, that appear
  /// only when they are expanded, or that were removed in 2025-03-31.basil
  /// (`invoice.subscription`).
  private static final Set<String> BESIDES_THE_SAMPLES =
      Set.of(
          "subscription.quantity",
          "checkout.session.client_secret",
          "invoice.payments",
          "charge.refunds",
          "customer.customer_account",
          "invoice.subscription");

  @Test
  void hasNoFieldThatStripeLacksAndLacksNone() throws Exception {
    Path file = PLACES.stream().filter(Files::exists).findFirst().orElse(Path.of("absent"));
    assumeTrue(Files.exists(file), "Skipped: Stripe's fixtures3.json is not at hand.");
    JsonNode samples = Json.readObject(Files.readAllBytes(file)).path("resources");
    StripeSimulator simulator = new StripeSimulator();
    try (Sandbox sandbox =
        Sandbox.start(List.of(simulator), SandboxSettings.defaults(InstantSource.system()))) {
      StripeExample example = new StripeExample(sandbox.url("stripe"));
      example.sell(simulator);
      example.discount();
      example.changeAndGiveBack();
      simulator.registerEndpoint(URI.create("http://127.0.0.1:1/x"), "whsec_x");
      List<String> differences = new ArrayList<>();
      ObjectNode state = simulator.objects();
      for (String type :
          List.of(
              "customer",
              "product",
              "price",
              "checkout.session",
              "subscription",
              "invoice",
              "payment_intent",
              "charge",
              "payment_method",
              "coupon",
              "promotion_code",
              "discount",
              "setup_intent",
              "invoiceitem",
              "refund",
              "webhook_endpoint",
              "event")) {
        JsonNode ours = state.path(type).path(0);
        assertThat(ours.isObject()).as("one " + type).isTrue();
        differences.addAll(compare(type, ours, samples.path(type)));
      }
      assertThat(differences).isEmpty();
    }
  }

  private static List<String> compare(String type, JsonNode ours, JsonNode sample) {
    Set<String> names = new TreeSet<>(ours.propertyNames());
    names.addAll(sample.propertyNames());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      boolean same = ours.has(name) == sample.has(name);
      if (!same && !BESIDES_THE_SAMPLES.contains(type + "." + name)) {
        differences.add((ours.has(name) ? "extra " : "missing ") + type + "." + name);
      }
    }
    return differences;
  }
}
