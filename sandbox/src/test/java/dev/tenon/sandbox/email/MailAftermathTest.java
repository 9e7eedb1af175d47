package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tenon.sandbox.Delivery;
import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.MovableClock;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.WebhookSink;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Mail;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What becomes of mails: by themselves, by hand, and told with the faults that webhooks have.
class MailAftermathTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final WebhookSink sink = new WebhookSink();
  private final HttpClient http = HttpClient.newHttpClient();
  private EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private Sandbox sandbox = start(SandboxSettings.defaults(InstantSource.system()));

  private Sandbox start(SandboxSettings settings) {
    return Sandbox.start(
        email.simulators(), settings.withWebhookRetries(List.of(Duration.ofMillis(20))));
  }

  @AfterEach
  void stop() {
    sandbox.close();
    sink.close();
    http.close();
  }

  @Test
  void registersEveryProvidersWebhookByOneCall() throws Exception {
    String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assertThat(
            control("resend", "{\"url\":\"%s\",\"secret\":\"%s\"}".formatted(sink.url(), secret)))
        .contains(secret);
    assertThat(email.registerWebhook(Carrier.POSTMARK, sink.url().toString(), "pass"))
        .containsEntry("username", "tenon")
        .containsEntry("password", "pass");
    Map<String, String> first = email.registerWebhook(Carrier.SENDGRID, sink.url() + "?old", "");
    assertThat(email.registerWebhook(Carrier.SENDGRID, sink.url().toString(), ""))
        .as("moved, with the key that it had")
        .containsEntry("public_key", first.get("public_key"));
    assertThat(email.registerWebhook(Carrier.MAILGUN, sink.url().toString(), "own-key"))
        .containsEntry("signing_key", "own-key");
    assertThat(email.registerWebhook(Carrier.SES, sink.url().toString(), "2"))
        .containsKeys("topic_arn", "subscription_arn", "signing_cert_url");
    assertThatThrownBy(() -> email.registerWebhook(Carrier.SMTP, sink.url().toString(), ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(control("resend", "{\"url\":\"nowhere\"}")).contains("absolute http");

    postmark("ann@shop.test");
    idle("postmark");
    JsonNode delivery = sink.await(found -> found.body().contains("\"Delivery\"")).json();
    assertThat(delivery.path("Recipient").asString()).isEqualTo("ann@shop.test");
    assertThat(sink.await(found -> found.body().contains("\"Delivery\"")).headers())
        .containsEntry(
            "Authorization",
            "Basic "
                + Base64.getEncoder()
                    .encodeToString("tenon:pass".getBytes(StandardCharsets.UTF_8)));
    assertThat(
            sink.await(found -> found.body().contains("SubscribeURL"))
                .json()
                .path("Type")
                .asString())
        .isEqualTo("SubscriptionConfirmation");
  }

  @Test
  void saysOfAMailWhatIsPressed() throws Exception {
    email.registerWebhook(Carrier.RESEND, sink.url().toString(), "");
    resend("ann@shop.test");
    Mail mail = newest();
    happen(mail, "event=complained&recipient=ann%40shop.test");
    idle("resend");
    assertThat(sink.received())
        .extracting(each -> each.json().path("type").asString())
        .containsExactly("email.complained", "email.sent", "email.delivered");
    assertThat(newest().fate()).isEqualTo(Fate.COMPLAINED);
    assertThat(get("mailbox", "/messages/" + mail.id()).body())
        .contains("complained")
        .contains("email.complained, answered 200");
    resend("ann@shop.test");
    assertThat(newest().fate()).as("Resend keeps the address").isEqualTo(Fate.SUPPRESSED);
    assertThat(happen(newest(), "event=delivered&recipient=eve%40shop.test").statusCode())
        .isEqualTo(400);
    assertThat(happen(newest(), "event=unsubscribed&recipient=ann%40shop.test").statusCode())
        .as("Resend tells nothing of that")
        .isEqualTo(400);
    http.send(
        HttpRequest.newBuilder(uri("resend", "/_sandbox/suppressions/ann@shop.test"))
            .DELETE()
            .build(),
        BodyHandlers.discarding());
    resend("ann@shop.test");
    assertThat(newest().fate()).isEqualTo(Fate.DELIVERED);
  }

  @Test
  void dependsOnNoOrderAndOnNoCountOfWebhooks() throws Exception {
    email.registerWebhook(Carrier.RESEND, sink.url().toString(), "");
    sandbox.faults("resend").set(List.of(Fault.reorderWebhooks(), Fault.duplicateWebhooks()));
    resend("opened@sandbox.test");
    idle("resend");
    assertThat(sink.received())
        .extracting(each -> each.json().path("type").asString())
        .containsExactly(
            "email.opened",
            "email.opened",
            "email.delivered",
            "email.delivered",
            "email.sent",
            "email.sent");
    assertThat(sink.received().get(0).headers().get("svix-id"))
        .isEqualTo(sink.received().get(1).headers().get("svix-id"));
  }

  @Test
  void givesUpWhereTheProviderDoes() throws Exception {
    email.registerWebhook(Carrier.POSTMARK, sink.url().toString(), "");
    email.registerWebhook(Carrier.MAILGUN, sink.url().toString(), "");
    sink.answer(403);
    postmark("ann@shop.test");
    idle("postmark");
    assertThat(sandbox.webhooks("postmark").list())
        .extracting(Delivery::tries, Delivery::state)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(1, Delivery.State.FAILED));
    sink.answer(406);
    mailgun("ann@shop.test");
    idle("mailgun");
    assertThat(sandbox.webhooks("mailgun").list())
        .allMatch(each -> each.tries() == 1 && each.state() == Delivery.State.FAILED);
    sink.answer(500);
    sink.clear();
    mailgun("bob@shop.test");
    idle("mailgun");
    List<String> tokens =
        sink.received().stream()
            .map(each -> each.json().at("/signature/token").asString())
            .toList();
    assertThat(tokens).as("two events, two tries each").hasSize(4);
    assertThat(tokens.stream().distinct()).as("a further try repeats its token").hasSize(2);
  }

  @Test
  void repeatsAnEventOfSendGridWithANewId() throws Exception {
    email.registerWebhook(Carrier.SENDGRID, sink.url().toString(), "");
    sink.answer(500);
    sendgrid("ann@shop.test");
    sink.await(2);
    List<JsonNode> tries = sink.received().stream().map(WebhookSink.Received::json).toList();
    assertThat(tries.get(0).at("/0/sg_message_id")).isEqualTo(tries.get(1).at("/0/sg_message_id"));
    assertThat(tries.get(0).at("/0/sg_event_id")).isNotEqualTo(tries.get(1).at("/0/sg_event_id"));
  }

  @Test
  void hasTheShapesOfResendsDescription() throws Exception {
    Optional<Path> published =
        Stream.of("../../shared", "../../../shared")
            .map(folder -> Path.of(folder, "api", "resend.openapi.json"))
            .filter(Files::exists)
            .findFirst();
    assumeTrue(
        published.isPresent(), "Resend's API description is not beside the project: skipped");
    ObjectNode document = Json.readObject(Files.readAllBytes(published.orElseThrow()));
    email.registerWebhook(Carrier.RESEND, sink.url().toString(), "");
    for (String box :
        List.of("delayed", "bounce", "soft-bounce", "complaint", "click", "suppressed", "failed")) {
      resend(box + "@sandbox.test");
    }
    idle("resend");
    assertThat(sink.received()).hasSize(17);
    for (WebhookSink.Received each : sink.received()) {
      String type = each.json().path("type").asString();
      StringBuilder name = new StringBuilder("Email");
      for (String word : type.substring("email.".length()).split("_", -1)) {
        name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
      ObjectNode schema = document.deepCopy();
      schema.put("$ref", "#/components/schemas/" + name + "Event");
      var errors =
          SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
              .getSchema(Json.write(schema), InputFormat.JSON)
              .validate(each.body(), InputFormat.JSON);
      assertThat(errors).as(each.body()).isEmpty();
    }
  }

  @Test
  void remembersWhatBecameOfAMailAndWhomToTell(@TempDir Path folder) throws Exception {
    sandbox.close();
    restart(folder);
    email.registerWebhook(Carrier.RESEND, sink.url().toString(), "");
    resend("ann@shop.test");
    happen(newest(), "event=hard_bounced&recipient=ann%40shop.test");
    idle("resend");
    sandbox.close();
    restart(folder);
    assertThat(newest().fate()).isEqualTo(Fate.BOUNCED);
    assertThat(newest().events()).hasSize(3);
    sink.clear();
    resend("ann@shop.test");
    idle("resend");
    assertThat(sink.received())
        .extracting(each -> each.json().path("type").asString())
        .containsExactly("email.suppressed");
  }

  @Test
  void goesOnInAnotherSandbox() throws Exception {
    sandbox.close();
    sandbox = start(SandboxSettings.defaults(InstantSource.system()));
    email.registerWebhook(Carrier.SENDGRID, sink.url().toString(), "");
    sendgrid("ann@shop.test");
    assertThat(sink.await(found -> found.body().contains("delivered")).json()).hasSize(2);
    resend("bob@shop.test");
    assertThat(newest().fate()).isEqualTo(Fate.DELIVERED);
  }

  @Test
  void losesNoEventOfSendGridByAStopBeforeItsBatchWasSent(@TempDir Path folder) throws Exception {
    sandbox.close();
    restart(folder);
    email.registerWebhook(Carrier.SENDGRID, sink.url().toString(), "");
    sendgrid("ann@shop.test");
    sandbox.close();
    restart(folder);
    JsonNode events = sink.await(found -> found.body().contains("ann@shop.test")).json();
    assertThat(events)
        .extracting(event -> event.path("event").asString())
        .containsExactly("processed", "delivered");
  }

  @Test
  void sendsAScheduledMailWhenItsTimeComesAlsoAfterARestart(@TempDir Path folder) throws Exception {
    sandbox.close();
    MovableClock clock = new MovableClock(Instant.now());
    email = new EmailSandbox(clock, 0);
    sandbox = start(SandboxSettings.defaults(clock).withDirectory(folder));
    email.registerWebhook(Carrier.RESEND, sink.url().toString(), "");
    send(
        "resend",
        "/emails",
        """
        {"from":"a@acme.test","to":["ann@shop.test"],"subject":"Hi","text":"Hi","scheduled_at":"in 2 hours"}
        """);
    idle("resend");
    assertThat(newest().fate()).isEqualTo(Fate.SCHEDULED);
    assertThat(happen(newest(), "event=opened&recipient=ann%40shop.test").statusCode())
        .as("nothing happens to what isn't sent")
        .isEqualTo(400);
    sandbox.close();
    clock.advance(Duration.ofHours(3));
    email = new EmailSandbox(clock, 0);
    sandbox = start(SandboxSettings.defaults(clock).withDirectory(folder));
    assertThat(
            sink.await(found -> found.body().contains("email.delivered"))
                .json()
                .at("/data/to/0")
                .asString())
        .isEqualTo("ann@shop.test");
    assertThat(newest().fate()).isEqualTo(Fate.DELIVERED);
  }

  /// Its description knows nothing of null in the fields that SendGrid leaves open so.
  @Test
  void hasTheShapesOfSendGridsDescription() throws Exception {
    Optional<Path> published =
        Stream.of("../../shared", "../../../shared")
            .map(folder -> Path.of(folder, "api", "sendgrid-webhooks-v3.openapi.json"))
            .filter(Files::exists)
            .findFirst();
    assumeTrue(
        published.isPresent(), "SendGrid's API description is not beside the project: skipped");
    ObjectNode document = Json.readObject(Files.readAllBytes(published.orElseThrow()));
    String path = "/v3/user/webhooks/event/settings";
    send("sendgrid", path, "{\"url\":\"%s\",\"enabled\":true}".formatted(sink.url()));
    HttpRequest all =
        HttpRequest.newBuilder(uri("sendgrid", path + "/all"))
            .header("Authorization", "Bearer SG.any.key")
            .build();
    String answer = http.send(all, BodyHandlers.ofString()).body();
    ObjectNode schema = document.deepCopy();
    schema.put("$ref", "#/components/schemas/EventWebhookAllResponse");
    assertThat(
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Json.write(schema), InputFormat.JSON)
                .validate(answer.replaceAll(",\"[a-z_]+\":null", ""), InputFormat.JSON))
        .as(answer)
        .isEmpty();
    assertThat(answer).contains("\"friendly_name\":null").doesNotContain("private_key");
  }

  private void restart(Path folder) {
    email = new EmailSandbox(InstantSource.system(), 0);
    sandbox = start(SandboxSettings.defaults(InstantSource.system()).withDirectory(folder));
  }

  @Test
  void keepsAttachmentsAndShowsInlineImages() throws Exception {
    send(
        "postmark",
        "/email",
        """
        {"From":"billing@acme.test","To":"ann@shop.test","Subject":"Logo",
         "HtmlBody":"<img src='cid:logo'><img src='cid:gone'>",
         "Attachments":[
           {"Name":"lo\\"go.png","Content":"iVBORw0KGgo=","ContentType":"image/png","ContentID":"cid:logo"},
           {"Name":"page.html","Content":"PHNjcmlwdD4=","ContentType":"text/html"}]}
        """);
    String id = newest().id();
    assertThat(get("mailbox", "/api/messages/" + id + "/html").body())
        .contains("'data:image/png;base64,iVBORw0KGgo='")
        .contains("'cid:gone'");
    HttpResponse<String> file = get("mailbox", "/messages/" + id + "/attachments/1");
    assertThat(file.body()).isEqualTo("<script>");
    assertThat(file.headers().firstValue("Content-Type")).contains("application/octet-stream");
    assertThat(file.headers().firstValue("Content-Disposition").orElse(""))
        .startsWith("attachment;");
    assertThat(get("mailbox", "/messages/" + id + "/attachments/2").statusCode()).isEqualTo(404);
    assertThat(get("mailbox", "/api/messages/" + id).body()).doesNotContain("iVBORw0KGgo=\",");
    assertThat(get("mailbox", "/?provider=resend").body()).contains("No such mail");
    assertThat(get("mailbox", "/?provider=postmark&query=logo").body()).contains("Found 1 mail");
  }

  @Test
  void showsNoMoreOfALongMailThanAPageCanBear() throws Exception {
    send(
        "resend",
        "/emails",
        Json.write(
            Json.object()
                .put("from", "a@acme.test")
                .put("to", "ann@shop.test")
                .put("subject", "Long")
                .put("text", "x".repeat(3_000_000))));
    String id = newest().id();
    for (String tab : List.of("text", "source")) {
      assertThat(get("mailbox", "/messages/" + id + "?tab=" + tab).body().length())
          .isLessThan(300_000);
    }
    HttpResponse<String> source = get("mailbox", "/messages/" + id + "/source");
    assertThat(source.body().length()).isGreaterThan(3_000_000);
    assertThat(source.headers().firstValue("Content-Disposition").orElse("")).contains(".json");
  }

  @Test
  void forgetsTheAttachmentsOfABatchAsResendDoes() throws Exception {
    send(
        "resend",
        "/emails/batch",
        """
        [{"from":"a@acme.test","to":["ann@shop.test"],"subject":"Hi","text":"Hi",
          "attachments":[{"filename":"a.txt","content":"aGVsbG8="}]}]
        """);
    assertThat(newest().content().attachments()).isEmpty();
  }

  private Mail newest() {
    return email.mailbox().list("", 1).getFirst();
  }

  private void idle(String name) throws InterruptedException {
    assertThat(sandbox.webhooks(name).awaitIdle(PATIENCE)).isTrue();
  }

  private String control(String name, String body) throws Exception {
    return http.send(
            HttpRequest.newBuilder(uri(name, "/_sandbox/webhook"))
                .PUT(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  private HttpResponse<String> happen(Mail mail, String form) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri("mailbox", "/messages/" + mail.id() + "/events"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build(),
        BodyHandlers.ofString());
  }

  private void postmark(String to) throws Exception {
    send(
        "postmark",
        "/email",
        "{\"From\":\"a@acme.test\",\"To\":\"%s\",\"Subject\":\"Hi\",\"TextBody\":\"Hi\"}"
            .formatted(to));
  }

  private void resend(String to) throws Exception {
    send(
        "resend",
        "/emails",
        "{\"from\":\"a@acme.test\",\"to\":[\"%s\"],\"subject\":\"Hi\",\"text\":\"Hi\"}"
            .formatted(to));
  }

  private void sendgrid(String to) throws Exception {
    send(
        "sendgrid",
        "/v3/mail/send",
        """
        {"from":{"email":"a@acme.test"},"subject":"Hi","personalizations":[{"to":[{"email":"%s"}]}],
         "content":[{"type":"text/plain","value":"Hi"}]}
        """
            .formatted(to));
  }

  private void mailgun(String to) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri("mailgun", "/v3/acme.test/messages"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder().encodeToString("api:k".getBytes(StandardCharsets.UTF_8)))
            .POST(BodyPublishers.ofString("from=a@acme.test&to=" + to + "&subject=Hi&text=Hi"))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }

  private void send(String name, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(name, path))
            .header("Content-Type", "application/json")
            .header("X-Postmark-Server-Token", "any")
            .header("Authorization", "Bearer " + (name.equals("resend") ? "re_any" : "SG.any.key"))
            .POST(BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
  }

  private HttpResponse<String> get(String name, String path) throws Exception {
    return http.send(HttpRequest.newBuilder(uri(name, path)).build(), BodyHandlers.ofString());
  }

  private URI uri(String name, String path) {
    return URI.create(sandbox.url(name) + path);
  }
}
