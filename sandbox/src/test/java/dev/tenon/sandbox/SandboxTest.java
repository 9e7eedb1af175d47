package dev.tenon.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SandboxTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private final Counting counting = new Counting();
  private Sandbox sandbox = open(SandboxSettings.defaults(InstantSource.system()));

  private Sandbox open(SandboxSettings settings) {
    return Sandbox.start(
        List.of(counting), settings.withWebhookRetries(List.of(Duration.ofMillis(10))));
  }

  @BeforeEach
  void fresh() {
    counting.work.set(0);
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void answersAnInjectedStatusForTheNextCallsOnly() throws Exception {
    put("{\"kind\":\"status\",\"status\":503,\"count\":2,\"path\":\"/work\"}");
    assertThat(get("/work").statusCode()).isEqualTo(503);
    assertThat(get("/work").statusCode()).isEqualTo(503);
    assertThat(get("/work").statusCode()).isEqualTo(200);
    assertThat(counting.work).hasValue(1);
  }

  @Test
  void doesTheWorkAndNeverAnswers() {
    sandbox
        .faults("counting")
        .set(List.of(Fault.timeOutAfterAccepting(Duration.ofMillis(20)).times(1)));
    // A POST, because the JDK's client repeats a GET by itself when the connection is cut.
    assertThatThrownBy(() -> post("/work")).isInstanceOf(IOException.class);
    assertThat(counting.work).hasValue(1);
  }

  @Test
  void closesTheConnectionWithoutDoingTheWork() throws Exception {
    sandbox.faults("counting").set(List.of(Fault.reset()));
    assertThatThrownBy(() -> get("/work")).isInstanceOf(IOException.class);
    assertThat(counting.work).hasValue(0);
    assertThat(get("/_sandbox/faults").body()).contains("\"reset\"");
    assertThat(get("/").body()).contains("reset");
  }

  @Test
  void refusesAFaultThatMakesNoSense() throws Exception {
    assertThat(put("{\"kind\":\"explode\"}").statusCode()).isEqualTo(400);
    assertThat(put("{\"kind\":\"status\",\"status\":99}").statusCode()).isEqualTo(400);
    assertThat(put("{\"kind\":\"reset\",\"often\":1}").body()).contains("Unknown field often");
    assertThat(put("nonsense").statusCode()).isEqualTo(400);
  }

  @Test
  void retriesAWebhookAndLogsTheAnswer() throws Exception {
    counting.refusals.set(1);
    Webhooks webhooks = sandbox.webhooks("counting");
    webhooks.send(List.of(webhook("a")));
    assertThat(webhooks.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(webhooks.list()).hasSize(1);
    assertThat(webhooks.list().getFirst().tries()).isEqualTo(2);
    assertThat(webhooks.list().getFirst().state()).isEqualTo(Delivery.State.DELIVERED);
    assertThat(counting.received).containsExactly("a", "a");
    assertThat(get("/_sandbox/deliveries").body()).contains("\"response\":\"thanks\"");
  }

  @Test
  void givesUpAfterTheLastRetryAndResendsWhenAsked() throws Exception {
    counting.refusals.set(2);
    Webhooks webhooks = sandbox.webhooks("counting");
    webhooks.send(List.of(webhook("a")));
    assertThat(webhooks.awaitIdle(Duration.ofSeconds(10))).isTrue();
    Delivery failed = webhooks.list().getFirst();
    assertThat(failed.state()).isEqualTo(Delivery.State.FAILED);
    assertThat(failed.status()).isEqualTo(500);
    assertThat(webhooks.resend(failed.id())).isPresent();
    assertThat(webhooks.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(webhooks.list().getFirst().state()).isEqualTo(Delivery.State.DELIVERED);
  }

  @Test
  void reordersAndDuplicatesWebhooksOnDemand() throws Exception {
    sandbox
        .faults("counting")
        .set(List.of(Fault.duplicateWebhooks().times(1), Fault.reorderWebhooks().times(1)));
    Webhooks webhooks = sandbox.webhooks("counting");
    webhooks.send(List.of(webhook("a"), webhook("b")));
    webhooks.send(List.of(webhook("c"), webhook("d")));
    assertThat(webhooks.awaitIdle(Duration.ofSeconds(10))).isTrue();
    assertThat(counting.received).containsExactly("b", "b", "a", "a", "c", "d");
  }

  @Test
  void refusesTwoSimulatorsOfOneName() {
    SandboxSettings settings = SandboxSettings.defaults(InstantSource.system());
    assertThatThrownBy(() -> Sandbox.start(List.of(counting, counting), settings))
        .hasMessageContaining("counting");
  }

  @Test
  void readsPortsAndDirectoryFromTheCommandLine() {
    SandboxSettings settings =
        SandboxMain.settings(new String[] {"--stripe-port", "4242", "--data", "/tmp/x"});
    assertThat(settings.ports()).isEqualTo(Map.of("stripe", 4242));
    assertThat(settings.directory()).isPresent();
    assertThatThrownBy(() -> SandboxMain.settings(new String[] {"--stripe-port", "99999"}))
        .hasMessageContaining("65535");
  }

  private OutgoingWebhook webhook(String id) {
    URI url = URI.create(sandbox.url("counting") + "/_sandbox/hook");
    return new OutgoingWebhook(id, "thing.done", "", url, id);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI url = URI.create(sandbox.url("counting") + path);
    return http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path) throws IOException, InterruptedException {
    URI url = URI.create(sandbox.url("counting") + path);
    return http.send(
        HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofString("{}")).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> put(String body) throws IOException, InterruptedException {
    URI url = URI.create(sandbox.url("counting") + "/_sandbox/faults");
    return http.send(
        HttpRequest.newBuilder(url).PUT(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /// Counts the work it does, and takes webhooks itself.
  private static final class Counting implements Simulator {
    final AtomicInteger work = new AtomicInteger();
    final AtomicInteger refusals = new AtomicInteger();
    final List<String> received = Collections.synchronizedList(new ArrayList<>());

    @Override
    public String name() {
      return "counting";
    }

    @Override
    public String title() {
      return "Counting";
    }

    @Override
    public void routing(HttpRouting.Builder routing, SimulatorContext context) {
      routing
          .any(
              "/work",
              (request, response) -> {
                work.incrementAndGet();
                Json.send(response, 200, Json.object());
              })
          .post(
              "/_sandbox/hook",
              (request, response) -> {
                received.add(request.content().as(String.class));
                response.status(refusals.getAndDecrement() > 0 ? 500 : 200).send("thanks");
              });
    }
  }
}
