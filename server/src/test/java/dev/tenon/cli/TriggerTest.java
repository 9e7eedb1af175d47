package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.WholeProgram.Ran;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.sandbox.mailbox.Carrier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `trigger` against the whole program: what it shows is what happened, and it leaves the sandbox
/// as it was.
class TriggerTest {
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
  void showsTheWholeWalkOfACheckout() {
    Ran ran = program.run("trigger", "checkout", "--json");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    List<JsonNode> steps = ran.lines();
    assertThat(names(steps))
        .startsWith("checkout_session_created", "paid_in_the_sandbox")
        .endsWith("done")
        .contains(
            "webhook_received",
            "fact_applied",
            "subscription_active",
            "payment_recorded",
            "mail_queued",
            "mail_sent",
            "in_the_mailbox",
            "mail_delivered");
    assertThat(steps)
        .filteredOn(step -> step.path("step").asString().equals("webhook_received"))
        .extracting(step -> step.path("kind").asString())
        .contains(
            "checkout.session.completed",
            "invoice.paid",
            // Names its invoice and not its customer.
            "invoice_payment.paid",
            "customer.subscription.updated")
        .doesNotHaveDuplicates();
    assertThat(steps)
        .filteredOn(step -> step.path("step").asString().equals("webhook_received"))
        .extracting(step -> step.path("received_event").asString())
        .containsExactlyInAnyOrderElementsOf(receivedEventIds());
    assertThat(one(steps, "mail_sent").path("provider").asString()).isEqualTo("postmark");
    assertThat(one(steps, "payment_recorded").path("amount").asLong()).isEqualTo(2900);
    assertThat(one(steps, "in_the_mailbox").path("provider").asString()).isEqualTo("postmark");
    assertThat(steps)
        .allSatisfy(step -> assertThat(step.path("elapsed_ms").asLong(-1)).isNotNegative());
  }

  private List<String> receivedEventIds() {
    return program
        .rows(
            // What planting the sandbox's price sent is not of this walk; of mails it shows the
            // states.
            """
            select f.received_event_id from fact f
            join connection c on c.tenant_id = f.tenant_id and c.id = f.connection_id
            where c.provider = 'stripe' and f.kind not in ('product.created', 'price.created')
            """)
        .stream()
        .map(id -> Ids.write(Prefix.RECEIVED_EVENT, UUID.fromString(id)))
        .toList();
  }

  @Test
  void showsTheFallbackWhenAProviderIsBrokenAndMendsItAfterwards() {
    Ran ran = program.run("trigger", "checkout", "--break", "postmark=key", "--json");

    assertThat(ran.code()).isZero();
    assertThat(one(ran.lines(), "mail_sent").path("provider").asString()).isEqualTo("resend");
    assertThat(one(ran.lines(), "provider_broken").path("how").asString()).isEqualTo("key");
    assertThat(one(ran.lines(), "provider_mended").path("provider").asString())
        .isEqualTo("postmark");
    assertThat(program.sandbox.faults("postmark").list()).isEmpty();
    assertThat(program.rows("select provider || ' ' || outcome from attempt order by number"))
        .containsExactly("postmark connection_broken", "resend accepted");
  }

  @Test
  void tellsWhatDidNotHappenInTimeAndMendsAllTheSame() {
    List<String> all = Stream.of(Carrier.values()).map(Carrier::id).toList();
    List<String> words = new ArrayList<>(List.of("trigger", "checkout", "--wait", "3"));
    all.forEach(provider -> words.addAll(List.of("--break", provider)));

    Ran ran = program.run(words.toArray(String[]::new));

    assertThat(ran.code()).isEqualTo(Failure.TIMED_OUT);
    assertThat(ran.err())
        .contains("still missing", "is sent (it is", "in the mailbox")
        .contains(program.api() + "/console");
    for (String provider : all) {
      assertThat(program.sandbox.faults(provider).list()).isEmpty();
    }
  }

  @Test
  void movesTheNewestSubscriptionOn() {
    assertThat(program.run("trigger", "checkout").code()).isZero();

    assertThat(program.run("trigger", "subscription", "renew").code()).isZero();
    assertThat(program.run("trigger", "subscription", "trial-ending").code()).isZero();
    Ran failed = program.run("trigger", "subscription", "fail-payment", "--json");
    Ran paid = program.run("trigger", "subscription", "renew", "--json");
    Ran cancelled = program.run("trigger", "subscription", "cancel", "--json");
    Ran again = program.run("trigger", "subscription", "cancel");

    assertThat(names(failed.lines())).contains("subscription_past_due", "payment_recorded");
    // The open invoice is paid, so the payment that was there is what succeeds.
    assertThat(one(paid.lines(), "payment_recorded").path("state").asString())
        .isEqualTo("succeeded");
    assertThat(names(cancelled.lines()))
        .contains("subscription_ended", "mail_queued", "mail_sent", "in_the_mailbox");
    assertThat(again.code()).isEqualTo(Failure.NOT_FOUND);
    assertThat(again.err()).contains("no subscription that has not ended", "trigger checkout");
    assertThat(program.rows("select state from payment order by state"))
        .containsExactly("succeeded", "succeeded", "succeeded");
  }

  @Test
  void tellsThatAWebhookWasNotTaken() {
    assertThat(
            program.rows(
                """
                update connection_secret set expires_at = '2020-01-01'
                where field = 'webhook_secret' returning field
                """))
        .isNotEmpty();
    // Secrets are remembered for two seconds; a new start has forgotten them.
    program.restart(() -> {});

    Ran ran = program.run("trigger", "checkout", "--wait", "3");

    assertThat(ran.code()).isEqualTo(Failure.TIMED_OUT);
    assertThat(ran.err())
        .contains("the webhook checkout.session.completed arrives (answered 401)")
        .contains("/_sandbox/deliveries");
  }

  @Test
  void saysWhatIsWrongWithTheServerTheKeyOrTheSandbox() {
    Ran key = program.run(Map.of("TENON_API_KEY", "tn_live_wrong"), "trigger", "checkout");
    Ran nobody = program.run(Map.of("TENON_API_URL", "http://127.0.0.1:1"), "trigger", "checkout");
    WholeProgram.TenantKey other = program.otherTenant();
    Ran noConnection =
        program.run(
            Map.of("TENON_TENANT", other.tenant().toString(), "TENON_API_KEY", other.key()),
            "trigger",
            "checkout");
    Ran foreign = program.run(Map.of("TENON_API_KEY", other.key()), "trigger", "checkout");

    assertThat(key.code()).isEqualTo(Failure.REFUSED);
    assertThat(key.err()).contains("TENON_API_KEY");
    assertThat(nobody.code()).isEqualTo(Failure.UNREACHABLE);
    assertThat(nobody.err()).contains("nothing answers at http://127.0.0.1:1");
    assertThat(noConnection.code()).isEqualTo(Failure.NOT_FOUND);
    assertThat(noConnection.err()).contains("no active connection to Stripe");
    assertThat(foreign.code()).isEqualTo(Failure.NOT_FOUND);
  }

  @Test
  void neverPlaysWithARealProvider() throws Exception {
    WholeProgram.TenantKey other = program.otherTenant();
    String path = "/v1/tenants/%s/connections".formatted(other.tenant());
    assertThat(
            program
                .call(
                    "POST",
                    path,
                    other.key(),
                    """
                    {"provider": "stripe", "name": "real", "environment": "production",
                     "credentials": {"secret_key": "sk_live_x"}}
                    """)
                .statusCode())
        .isEqualTo(201);

    Ran ran =
        program.run(
            Map.of("TENON_TENANT", other.tenant().toString(), "TENON_API_KEY", other.key()),
            "trigger",
            "checkout");

    assertThat(ran.code()).isEqualTo(Failure.FAILED);
    assertThat(ran.err()).contains("speaks to the real Stripe", "./tenon dev");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThat(program.run("trigger", "chekout").code()).isEqualTo(Failure.USAGE);
    assertThat(program.run("trigger").err()).contains("trigger --list");
    Ran how = program.run("trigger", "checkout", "--break", "postmark=sideways");
    assertThat(how.code()).isEqualTo(Failure.USAGE);
    assertThat(how.err()).contains("down, key, silent");
    assertThat(program.run("trigger", "--list").out()).contains("subscription fail-payment");
  }

  @Test
  void findsADevByItsDataFolder() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Map<String, Object> ready =
        Map.of(
            "api", program.api(),
            "api_key", program.seeded.apiKey().reveal(),
            "tenant", program.tenant());
    Map<String, String> nothing =
        Map.of("TENON_API_URL", "", "TENON_API_KEY", "", "TENON_TENANT", "");
    Ran stopped = program.run(nothing, "trigger", "checkout", "--data", data.toString());
    try (var _ = RunningDev.announce(data, ready)) {
      assertThat(Files.getPosixFilePermissions(RunningDev.file(data)))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThat(program.run(nothing, "trigger", "checkout", "--data", data.toString()).code())
          .isZero();
    }

    assertThat(stopped.code()).isEqualTo(Failure.UNREACHABLE);
    assertThat(stopped.err()).contains("no dev is running", data.toString(), "./tenon dev");
    assertThat(RunningDev.find(data)).isEqualTo(Optional.empty());
  }

  private static List<String> names(List<JsonNode> steps) {
    return steps.stream().map(step -> step.path("step").asString()).toList();
  }

  private static JsonNode one(List<JsonNode> steps, String name) {
    List<JsonNode> found =
        steps.stream().filter(step -> step.path("step").asString().equals(name)).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }
}
