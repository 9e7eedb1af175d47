package dev.tenon.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The sandbox is killed with `kill -9` the moment it has answered, and started again.
@Timeout(120)
class KilledSandboxTest {
  private static final String RESEND_MAIL =
      """
      {"from": "a@acme.test", "to": ["ada@customer.test"], "subject": "Hello", "html": "<p>1</p>"}
      """;
  private static final String POSTMARK_MAIL =
      """
      {"From": "a@acme.test", "To": "x@bounce-testing.postmarkapp.com", "Subject": "Gone",
       "TextBody": "text", "Tag": "welcome", "Metadata": {"tenant": "t_1"},
       "Attachments": [{"Name": "a.txt", "ContentType": "text/plain", "Content": "aGVsbG8="}]}
      """;

  @TempDir private Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebhookSink sink = new WebhookSink();
  private Process process;
  private JsonNode urls;

  @BeforeEach
  void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SandboxMain.class.getName(),
                "--data",
                data.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    while (line != null && !line.startsWith("{\"")) {
      line = out.readLine();
    }
    urls = Json.readObject(String.valueOf(line).getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
    sink.close();
    http.close();
  }

  private void killAndStartAgain() throws Exception {
    assertThat(process.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    start();
  }

  @Test
  void stripesAccountAndFirstAnswersAreThereAgain() throws Exception {
    HttpResponse<String> first = stripe("/v1/customers", "email=ada@example.com", "k-1");
    String id = json(first).path("id").asString();
    stripe("/v1/customers/" + id, "name=Ada", "k-2");
    killAndStartAgain();
    JsonNode customer = json(call("stripe", "/v1/customers/" + id, Map.of(), ""));
    assertThat(customer.path("email").asString()).isEqualTo("ada@example.com");
    assertThat(customer.path("name").asString()).isEqualTo("Ada");
    HttpResponse<String> again = stripe("/v1/customers", "email=ada@example.com", "k-1");
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
    JsonNode events = json(call("stripe", "/v1/events", Map.of(), ""));
    assertThat(events.path("data").size()).isEqualTo(2);
  }

  @Test
  void whatWasNotDeliveredIsDeliveredAfterwards() throws Exception {
    sink.answer(500);
    stripe("/v1/webhook_endpoints", "enabled_events[]=*&url=" + sink.url(), "");
    stripe("/v1/customers", "email=ada@example.com", "");
    while (sink.received().isEmpty()) {
      Thread.onSpinWait();
    }
    killAndStartAgain();
    sink.answer(200);
    sink.clear();
    while (sink.received().isEmpty()) {
      Thread.onSpinWait();
    }
    WebhookSink.Received webhook = sink.received().getFirst();
    assertThat(webhook.body()).contains("customer.created");
    assertThat(webhook.headers().get("Stripe-Signature")).startsWith("t=");
    // Delivered once for all: a further start sends nothing.
    JsonNode deliveries = deliveries();
    while (!deliveries.toString().contains("delivered")) {
      deliveries = deliveries();
    }
    killAndStartAgain();
    assertThat(deliveries().toString()).doesNotContain("customer.created");
  }

  private JsonNode deliveries() throws Exception {
    return json(call("stripe", "/_sandbox/deliveries", Map.of(), ""));
  }

  @Test
  void resendSendsOnceUnderItsKeyAndTheMailStays() throws Exception {
    Map<String, String> headers =
        Map.of("Authorization", "Bearer re_any", "Idempotency-Key", "mail-1");
    HttpResponse<String> first = call("resend", "/emails", headers, RESEND_MAIL);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    JsonNode before = json(call("mailbox", "/api/messages", Map.of(), ""));
    killAndStartAgain();
    HttpResponse<String> again = call("resend", "/emails", headers, RESEND_MAIL);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(json(call("mailbox", "/api/messages", Map.of(), ""))).isEqualTo(before);
    assertThat(before.path("total").asInt()).isEqualTo(1);
  }

  @Test
  void postmarkStillRefusesWhomItRefusedAndShowsTheWholeMail() throws Exception {
    Map<String, String> headers = Map.of("X-Postmark-Server-Token", "any");
    assertThat(call("postmark", "/email", headers, POSTMARK_MAIL).statusCode()).isEqualTo(200);
    JsonNode whole = json(call("mailbox", "/api/messages/mail_00000001", Map.of(), ""));
    killAndStartAgain();
    assertThat(json(call("mailbox", "/api/messages/mail_00000001", Map.of(), ""))).isEqualTo(whole);
    assertThat(whole.path("state").asString()).isEqualTo("bounced");
    assertThat(whole.path("attachments").size()).isEqualTo(1);
    HttpResponse<String> refused = call("postmark", "/email", headers, POSTMARK_MAIL);
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(json(refused).path("ErrorCode").asInt()).isEqualTo(406);
  }

  @Test
  void aClearedMailboxStaysEmptyAndCountsOn() throws Exception {
    Map<String, String> headers = Map.of("X-Postmark-Server-Token", "any");
    String mail = POSTMARK_MAIL.replace("x@bounce-testing.postmarkapp.com", "ada@customer.test");
    call("postmark", "/email", headers, mail);
    var _ =
        http.send(
            HttpRequest.newBuilder(uri("mailbox", "/api/messages")).DELETE().build(),
            HttpResponse.BodyHandlers.ofString());
    killAndStartAgain();
    assertThat(json(call("mailbox", "/api/messages", Map.of(), "")).path("total").asInt()).isZero();
    call("postmark", "/email", headers, mail);
    assertThat(call("mailbox", "/api/messages/mail_00000002", Map.of(), "").statusCode())
        .isEqualTo(200);
  }

  private HttpResponse<String> stripe(String path, String form, String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("stripe", path))
            .header("Authorization", "Bearer sk_test_any")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer;
  }

  /// A POST of JSON, or a GET without a body.
  private HttpResponse<String> call(
      String simulator, String path, Map<String, String> headers, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(simulator, path)).header("User-Agent", "test");
    if (simulator.equals("stripe")) {
      request.header("Authorization", "Bearer sk_test_any");
    }
    headers.forEach(request::header);
    if (!body.isEmpty()) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String simulator, String path) {
    return URI.create(urls.path(simulator).asString() + path);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return Json.readObject(answer.body().getBytes(StandardCharsets.UTF_8));
  }
}
