package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class EmailSandboxTest {
  private static final String POSTMARK_MAIL =
      """
      {"From":"billing@acme.test","To":"ann@shop.test","Subject":"Hi","TextBody":"Hello",
       "HtmlBody":"<p>Hello <a href='https://shop.test/x'>there</a></p><script>alert(1)</script>"}
      """;
  private static final String RESEND_MAIL =
      """
      {"from":"billing@acme.test","to":["ann@shop.test"],"subject":"Hi","text":"Hello"}
      """;

  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));
  private final HttpClient http =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();

  @AfterEach
  void stop() {
    http.close();
    sandbox.close();
  }

  @Test
  void breaksAProviderWithOneClickAndMendsIt() throws Exception {
    assertThat(get("mailbox", "/").body()).contains("works").doesNotContain("broken");
    HttpResponse<String> page = post("mailbox", "/providers/postmark/break?how=down", "");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("broken: answers 503");
    assertThat(postmark(POSTMARK_MAIL).statusCode()).isEqualTo(503);
    assertThat(resend(RESEND_MAIL, "").statusCode()).isEqualTo(200);
    post("mailbox", "/providers/postmark/mend", "");
    assertThat(postmark(POSTMARK_MAIL).statusCode()).isEqualTo(200);
    assertThat(email.mailbox().size()).isEqualTo(2);
  }

  @Test
  void answersARefusedKeyInTheProvidersWords() throws Exception {
    post("mailbox", "/providers/postmark/break?how=key", "");
    HttpResponse<String> answer = postmark(POSTMARK_MAIL);
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(json(answer).path("ErrorCode").asInt()).isEqualTo(10);
  }

  @Test
  void replaysTheAnswerThatATimeOutHid() throws Exception {
    sandbox
        .faults("resend")
        .set(List.of(Fault.timeOutAfterAccepting(Duration.ofMillis(10)).times(1)));
    assertThatThrownBy(() -> resend(RESEND_MAIL, "key-1")).isInstanceOf(IOException.class);
    assertThat(email.mailbox().size()).isEqualTo(1);
    HttpResponse<String> again = resend(RESEND_MAIL, "key-1");
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(json(again).path("id").asString())
        .isEqualTo(email.mailbox().list("", 1).getFirst().carrierId());
    assertThat(email.mailbox().size()).isEqualTo(1);
  }

  @Test
  void findsByMetadataWhatATimeOutHid() throws Exception {
    sandbox
        .faults("postmark")
        .set(List.of(Fault.timeOutAfterAccepting(Duration.ofMillis(10)).times(1)));
    String mail = POSTMARK_MAIL.replace("\"Subject\"", "\"Metadata\":{\"m\":\"7\"},\"Subject\"");
    assertThatThrownBy(() -> postmark(mail)).isInstanceOf(IOException.class);
    HttpRequest search =
        HttpRequest.newBuilder(uri("postmark", "/messages/outbound?count=10&offset=0&metadata_m=7"))
            .header("X-Postmark-Server-Token", "any")
            .build();
    assertThat(json(http.send(search, BodyHandlers.ofString())).path("TotalCount").asInt())
        .isEqualTo(1);
  }

  @Test
  void givesPostmarksErrorsForWhatIsNoMail() throws Exception {
    assertThat(code(postmark("{nonsense"))).isEqualTo("422/402");
    assertThat(code(postmark("[]"))).isEqualTo("422/403");
    assertThat(code(postmark("{\"From\":7}"))).isEqualTo("422/403");
    assertThat(code(postmark(POSTMARK_MAIL.replace("Hi", "a\\nBcc: eve@shop.test"))))
        .isEqualTo("422/300");
    HttpRequest nobody =
        HttpRequest.newBuilder(uri("postmark", "/email"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(POSTMARK_MAIL))
            .build();
    assertThat(code(http.send(nobody, BodyHandlers.ofString()))).isEqualTo("401/10");
    String huge = POSTMARK_MAIL.replace("Hello", "x".repeat(6 * 1024 * 1024));
    assertThat(code(postmark(huge))).isEqualTo("413/413");
  }

  @Test
  void limitsTheRateAsResendDoes() throws Exception {
    EmailSandbox strict =
        new EmailSandbox(
            InstantSource.fixed(Instant.EPOCH), 0, new ResendSettings(1, Duration.ZERO));
    try (Sandbox running =
        Sandbox.start(strict.simulators(), SandboxSettings.defaults(InstantSource.system()))) {
      URI url = URI.create(running.url("resend") + "/emails");
      assertThat(resendAt(url, RESEND_MAIL, "").headers().firstValue("ratelimit-remaining"))
          .hasValue("0");
      HttpResponse<String> second = resendAt(url, RESEND_MAIL, "");
      assertThat(second.statusCode()).isEqualTo(429);
      assertThat(json(second).path("name").asString()).isEqualTo("rate_limit_exceeded");
      assertThat(second.headers().firstValue("retry-after")).hasValue("1");
    }
  }

  @Test
  void answersInTheShapeThatResendPublishes() throws Exception {
    Optional<Path> published =
        Stream.of("../../shared", "../../../shared")
            .map(folder -> Path.of(folder, "api", "resend.openapi.json"))
            .filter(Files::exists)
            .findFirst();
    assumeTrue(
        published.isPresent(), "Resend's API description is not beside the project: skipped");
    ObjectNode document = Json.readObject(Files.readAllBytes(published.orElseThrow()));
    String id = json(resend(RESEND_MAIL, "")).path("id").asString();
    assertShape(document, "SendEmailResponse", resend(RESEND_MAIL, ""));
    assertShape(document, "Email", resendGet("/emails/" + id));
    assertShape(document, "ListEmailsResponse", resendGet("/emails"));
    HttpRequest batch =
        resendRequest(URI.create(sandbox.url("resend") + "/emails/batch"))
            .POST(BodyPublishers.ofString("[" + RESEND_MAIL + "]"))
            .build();
    assertShape(document, "CreateBatchEmailsResponse", http.send(batch, BodyHandlers.ofString()));
  }

  /// Its description says that `help` is an object, and nothing of null, which SendGrid writes in
  /// `field` and `help` where it has nothing to say: those are left out here.
  @Test
  void refusesInTheShapeThatSendGridPublishes() throws Exception {
    Optional<Path> published =
        Stream.of("../../shared", "../../../shared")
            .map(folder -> Path.of(folder, "api", "sendgrid-mail-v3.openapi.json"))
            .filter(Files::exists)
            .findFirst();
    assumeTrue(
        published.isPresent(), "SendGrid's API description is not beside the project: skipped");
    ObjectNode schema = Json.readObject(Files.readAllBytes(published.orElseThrow()));
    schema.put("$ref", "#/components/schemas/ErrorResponse");
    ((ObjectNode) schema.at("/components/schemas/ErrorResponse"))
        .putArray("required")
        .add("errors");
    for (String mail : List.of("{}", "[]", "nonsense", "{\"personalizations\":[{\"to\":[{}]}]}")) {
      HttpResponse<String> refused = sendgrid(mail);
      assertThat(refused.statusCode()).isEqualTo(400);
      ObjectNode body = Json.readObject(refused.body().getBytes(StandardCharsets.UTF_8));
      for (JsonNode error : body.path("errors")) {
        ((ObjectNode) error).remove("help");
        if (error.path("field").isNull()) {
          ((ObjectNode) error).remove("field");
        }
        assertThat(error.path("message").asString("")).isNotBlank();
      }
      assertThat(
              SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                  .getSchema(Json.write(schema), InputFormat.JSON)
                  .validate(Json.write(body), InputFormat.JSON))
          .as(refused.body())
          .isEmpty();
    }
  }

  @Test
  void showsAMailThatCanDoNothing() throws Exception {
    postmark(POSTMARK_MAIL);
    String id = email.mailbox().list("", 1).getFirst().id();
    HttpResponse<String> html = get("mailbox", "/api/messages/" + id + "/html");
    assertThat(html.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'")
        .startsWith("sandbox ")
        .doesNotContain("allow-scripts");
    assertThat(html.body()).contains("target=\"_blank\"");
    for (String tab : List.of("html", "text", "headers", "source")) {
      HttpResponse<String> page = get("mailbox", "/messages/" + id + "?tab=" + tab);
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).doesNotContain("<script>alert");
    }
    assertThat(get("mailbox", "/messages/mail_99999999").statusCode()).isEqualTo(404);
    assertThat(get("mailbox", "/messages/nonsense").statusCode()).isEqualTo(400);
    assertThat(get("mailbox", "/mailbox.css").statusCode()).isEqualTo(200);
    assertThat(get("mailbox", "/mailbox.js").statusCode()).isEqualTo(200);
  }

  @Test
  void waitsForTheNextMail() throws Exception {
    postmark(POSTMARK_MAIL);
    String first = email.mailbox().list("", 1).getFirst().id();
    var waiting =
        http.sendAsync(
            HttpRequest.newBuilder(
                    uri("mailbox", "/api/messages?since=" + first + "&wait_ms=20000&query=second"))
                .build(),
            BodyHandlers.ofString());
    resend(RESEND_MAIL, "");
    resend(RESEND_MAIL.replace("Hi", "Second"), "");
    JsonNode found = json(waiting.get()).path("data");
    assertThat(found.size()).isEqualTo(1);
    assertThat(found.get(0).path("subject").asString()).isEqualTo("Second");
    assertThat(found.get(0).path("provider").asString()).isEqualTo("resend");
  }

  @Test
  void refusesParametersOutOfBounds() throws Exception {
    for (String query : List.of("limit=0", "limit=x", "wait_ms=99999999", "since=no")) {
      assertThat(get("mailbox", "/api/messages?" + query).statusCode()).as(query).isEqualTo(400);
    }
    assertThat(get("mailbox", "/?query=" + "x".repeat(201)).statusCode()).isEqualTo(400);
    assertThat(post("mailbox", "/providers/nobody/break", "").statusCode()).isEqualTo(400);
    assertThat(post("mailbox", "/providers/smtp/break?how=gently", "").statusCode()).isEqualTo(400);
  }

  @Test
  void emptiesTheMailbox() throws Exception {
    postmark(POSTMARK_MAIL);
    HttpRequest delete = HttpRequest.newBuilder(uri("mailbox", "/api/messages")).DELETE().build();
    assertThat(http.send(delete, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    assertThat(json(get("mailbox", "/api/messages")).path("data").size()).isZero();
  }

  private static void assertShape(ObjectNode document, String name, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    ObjectNode schema = document.deepCopy();
    schema.put("$ref", "#/components/schemas/" + name);
    var errors =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(Json.write(schema), InputFormat.JSON)
            .validate(answer.body(), InputFormat.JSON);
    assertThat(errors).as(answer.body()).isEmpty();
  }

  private HttpResponse<String> postmark(String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri("postmark", "/email"))
            .header("Content-Type", "application/json")
            .header("X-Postmark-Server-Token", "any")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> sendgrid(String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri("sendgrid", "/v3/mail/send"))
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer SG.any.key")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> resend(String body, String key) throws Exception {
    return resendAt(uri("resend", "/emails"), body, key);
  }

  private HttpResponse<String> resendAt(URI uri, String body, String key) throws Exception {
    HttpRequest.Builder request = resendRequest(uri).POST(BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Idempotency-Key", key);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> resendGet(String path) throws Exception {
    return http.send(resendRequest(uri("resend", path)).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder resendRequest(URI uri) {
    return HttpRequest.newBuilder(uri)
        .header("Content-Type", "application/json")
        .header("Authorization", "Bearer re_any");
  }

  private HttpResponse<String> get(String simulator, String path) throws Exception {
    return http.send(HttpRequest.newBuilder(uri(simulator, path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String simulator, String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(simulator, path)).POST(BodyPublishers.ofString(body)).build(),
        BodyHandlers.ofString());
  }

  private URI uri(String simulator, String path) {
    return URI.create(sandbox.url(simulator) + path);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
  }

  private static String code(HttpResponse<String> answer) {
    return answer.statusCode() + "/" + json(answer).path("ErrorCode").asInt();
  }
}
