package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.http.Json;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// What a message can be asked for beside what it says: when, how urgently, with which files.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class MessageOptionsTest {
  private final StartedTenon program = new StartedTenon();
  private TenantId tenant;
  private String own;

  @BeforeAll
  void start() {
    tenant = program.tenant("Acme");
    own = program.key(tenant);
    HttpResponse<String> sender =
        call(
            "POST",
            "/senders",
            program.key(TenantId.PLATFORM),
            "",
            "{\"address\": \"hello@acme.example\", \"name\": \"Acme\"}");
    assertThat(sender.statusCode()).isEqualTo(201);
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void aMessageForLaterWaitsCanBeCancelledAndIsSentAtOnceWhenResent() {
    String at = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    JsonNode made = ok(post(mail("\"send_at\": \"%s\", \"priority\": \"high\"".formatted(at))));
    assertThat(made.path("state").asString()).isEqualTo("queued");
    assertThat(made.path("send_at").asString()).isEqualTo(at);
    assertThat(made.path("next_try_at").asString()).isEqualTo(at);

    String path = "/messages/" + made.path("id").asString();
    JsonNode cancelled = ok(call("POST", path + "/cancel", own, "", ""));
    assertThat(cancelled.path("state").asString()).isEqualTo("cancelled");
    assertThat(cancelled.has("next_try_at") && !cancelled.path("next_try_at").isNull()).isFalse();

    JsonNode again = ok(call("POST", path + "/resend", own, "", "{}"));
    assertThat(again.path("send_at").isNull() || !again.has("send_at")).isTrue();
    assertThat(again.path("priority").asString()).isEqualTo("high");
  }

  @Test
  void refusesTimesThatArePastOrTooFarAhead() {
    for (Instant wrong :
        new Instant[] {
          Instant.now().minus(6, ChronoUnit.MINUTES), Instant.now().plus(31, ChronoUnit.DAYS)
        }) {
      problem(post(mail("\"send_at\": \"%s\"".formatted(wrong))), "send_at");
    }
  }

  @Test
  void aRunThatNeverAnsweredIsTakenUpAlsoWhenTheTimeIsPast() throws Exception {
    String key = UUID.randomUUID().toString();
    Instant soon = Instant.now().plusSeconds(3_000);
    String body = mail("\"send_at\": \"%s\"".formatted(soon));
    JsonNode made = ok(call("POST", "/messages", own, key, body));
    // As after a crash before the answer was written; the request was another then, whose time is
    // past by now.
    String late = mail("\"send_at\": \"%s\"".formatted(soon.minusSeconds(9_000)));
    execute(
        """
        update tenon.idempotency_key set state = 'running', status = null, sealed = null,
          running_until = now() - interval '1 second', request_hash = '%s'
        """
            .formatted(hash(late)));
    JsonNode again = ok(call("POST", "/messages", own, key, late));
    assertThat(again.path("id")).isEqualTo(made.path("id"));
  }

  @Test
  void thePriorityFollowsFromTheStreamUnlessItIsGiven() {
    assertThat(ok(post(mail("\"stream\": \"broadcast\""))).path("priority").asString())
        .isEqualTo("bulk");
    assertThat(ok(post(mail("\"stream\": \"outbound\""))).path("priority").asString())
        .isEqualTo("normal");
    assertThat(
            ok(post(mail("\"stream\": \"broadcast\", \"priority\": \"high\"")))
                .path("priority")
                .asString())
        .isEqualTo("high");
    problem(post(mail("\"priority\": \"urgent\"")), "priority");
  }

  @Test
  void takesFilesUpToWhatEveryProviderTakes() {
    String big = Base64.getEncoder().encodeToString(new byte[7_000_000]);
    assertThat(
            ok(post(mail(file("\"name\": \"a.pdf\", \"content\": \"" + big + "\""))))
                .path("state")
                .asString())
        .isEqualTo("queued");
    String bigger = Base64.getEncoder().encodeToString(new byte[7_500_000]);
    problem(post(mail(file("\"name\": \"a.pdf\", \"content\": \"" + bigger + "\""))), "message");
  }

  @Test
  void refusesFilesThatAProviderWouldRefuseNamingTheField() {
    problem(
        post(mail(file("\"name\": \"Setup.EXE\", \"content\": \"AQID\""))), "attachments[0].name");
    problem(
        post(mail(file("\"name\": \"a.pdf\", \"content\": \"AQ=ID\""))), "attachments[0].content");
    problem(post(mail(file("\"name\": \"a.pdf\", \"content\": \"\""))), "attachments[0].content");
    problem(post(mail(file("\"name\": \"../a.pdf\", \"content\": \"AQID\""))), "attachments[0]");
    problem(
        post(mail(file("\"name\": \"a.pdf\", \"content_type\": \"a b\", \"content\": \"AQID\""))),
        "attachments[0]");
    String one = "{\"name\": \"a.png\", \"content\": \"AQID\", \"content_id\": \"logo\"}";
    problem(post(mail("\"attachments\": [%s, %s]".formatted(one, one))), "attachments");
    problem(
        post(
            mail(
                "\"attachments\": [%s]".formatted(String.join(",", Collections.nCopies(26, one))))),
        "attachments");
  }

  @Test
  void showsAllThatAMessageIsBesideItsWords() {
    JsonNode made =
        ok(
            post(
                mail(
                    """
                    "cc": ["Bob <bob@example.org>"], "bcc": ["eve@example.org"],
                    "reply_to": ["help@acme.example"], "headers": {"In-Reply-To": "<1@x.test>"},
                    "tags": ["first", "second", "first"],
                    "metadata": {"an order": "Nº 42\\n€", "user": "7"},
                    "attachments": [{"name": "a.pdf", "content": "AQIDBA=="}]""")));
    JsonNode message = ok(call("GET", "/messages/" + made.path("id").asString(), own, "", ""));
    assertThat(message.path("cc").toString()).isEqualTo("[\"Bob <bob@example.org>\"]");
    assertThat(message.path("bcc").toString()).isEqualTo("[\"eve@example.org\"]");
    assertThat(message.path("reply_to").toString()).isEqualTo("[\"help@acme.example\"]");
    assertThat(message.path("headers").path("In-Reply-To").asString()).isEqualTo("<1@x.test>");
    assertThat(message.path("tags").toString()).isEqualTo("[\"first\",\"second\"]");
    assertThat(message.path("metadata").path("an order").asString()).isEqualTo("Nº 42\n€");
    assertThat(message.at("/files/0/name").asString()).isEqualTo("a.pdf");
    assertThat(message.at("/files/0/bytes").asInt()).isEqualTo(4);
    assertThat(message.path("resent_of").isString()).isFalse();

    String path = "/messages/" + made.path("id").asString();
    assertThat(call("POST", path + "/cancel", own, "", "").statusCode()).isEqualTo(200);
    JsonNode again = ok(call("POST", path + "/resend", own, "", "{}"));
    assertThat(again.path("resent_of")).isEqualTo(made.path("id"));
    for (String kept : new String[] {"cc", "bcc", "reply_to", "headers", "tags", "metadata"}) {
      assertThat(again.path(kept)).as(kept).isEqualTo(message.path(kept));
    }
  }

  @Test
  void theStreamHasALongNameAndAShortOne() {
    for (String name : new String[] {"stream", "message_stream"}) {
      assertThat(ok(post(mail("\"%s\": \"alerts\"".formatted(name)))).path("stream").asString())
          .isEqualTo("alerts");
    }
    problem(post(mail("\"stream\": \"a\", \"message_stream\": \"b\"")), "message_stream");
  }

  @Test
  void refusesWhatCantStandInAHeaderOrLeadsAProviderElsewhere() {
    for (String name : new String[] {"Bcc", "X-SES-Tenant", "X-SMTPAPI", "Content-Type"}) {
      problem(post(mail("\"headers\": {\"%s\": \"x\"}".formatted(name))), "headers." + name);
    }
    problem(post(mail("\"headers\": {\"X-A\": \"x\\r\\nBcc: eve@x.test\"}")), "headers.X-A");
    problem(post(mail("\"headers\": {\"X-A\": null}")), "headers.X-A");
    problem(post(mail("\"headers\": {\"X-A\": \"1\", \"x-a\": \"2\"}")), "headers.x-a");
    problem(post(mail("\"headers\": {\"X-A: y\\r\\nBcc\": \"x\"}")), "headers");
    problem(post(mail("\"tags\": [\"two words\"]")), "tags");
    problem(post(mail("\"tags\": [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]")), "tags");
    problem(post(mail("\"metadata\": {\"k\": \"%s\"}".formatted("x".repeat(501)))), "metadata.k");
    problem(post(mail("\"metadata\": {\"%s\": \"x\"}".formatted("k".repeat(41)))), "metadata");
    problem(post(mail("\"metadata\": {\"tenon_message\": \"x\"}")), "metadata.tenon_message");
    problem(
        post(
            mail(
                "\"metadata\": {%s}"
                    .formatted(
                        IntStream.range(0, 21)
                            .mapToObj("\"k%d\": \"x\""::formatted)
                            .collect(Collectors.joining(","))))),
        "metadata");
    problem(
        post(
            mail(
                "\"stream\": \"broadcast\", \"headers\": {\"list-unsubscribe\": \"<https://x.test>\"}")),
        "headers.list-unsubscribe");
    ok(post(mail("\"headers\": {\"List-Unsubscribe\": \"<https://x.test>\"}")));
  }

  private static String file(String fields) {
    return "\"attachments\": [{%s}]".formatted(fields);
  }

  private String hash(String body) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(("POST /v1/tenants/" + tenant + "/messages?").getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return "\\x" + HexFormat.of().formatHex(digest.digest(body.getBytes(StandardCharsets.UTF_8)));
  }

  private void execute(String sql) throws SQLException {
    try (var connection = program.database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      int _ = statement.executeUpdate(sql);
    }
  }

  private static String mail(String more) {
    return "{\"to\": \"ada@example.org\", \"subject\": \"s\", \"text\": \"t\", %s}".formatted(more);
  }

  private HttpResponse<String> post(String body) {
    return call("POST", "/messages", own, "", body);
  }

  private HttpResponse<String> call(
      String method, String path, String key, String idempotencyKey, String body) {
    var request =
        program
            .request("/v1/tenants/" + tenant + path)
            .header("Authorization", "Bearer " + key)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!idempotencyKey.isEmpty()) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return program.send(request);
  }

  private static JsonNode ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return Json.MAPPER.readTree(response.body());
  }

  private static void problem(HttpResponse<String> response, String param) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(Json.MAPPER.readTree(response.body()).path("param").asString()).isEqualTo(param);
  }
}
