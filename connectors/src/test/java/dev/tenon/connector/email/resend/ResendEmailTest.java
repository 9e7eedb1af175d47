package dev.tenon.connector.email.resend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EmailProviderContract;
import dev.tenon.connector.email.LoopbackHttp;
import dev.tenon.connector.email.ScriptedHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class ResendEmailTest extends EmailProviderContract {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ScriptedHttp server = new ScriptedHttp();
  private final LoopbackHttp http = new LoopbackHttp();
  private final ResendEmail resend = new ResendEmail(http, server.base(), Secret.of("re_key"));

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Override
  protected EmailProvider provider() {
    return resend;
  }

  @Override
  protected EmailProvider unreachable() {
    return new ResendEmail(http, URI.create("http://127.0.0.1:1"), Secret.of("re_key"));
  }

  @Override
  protected void willAccept() {
    server.reply(200, "{\"id\":\"49a3999c-0ce1-4ea6-ab68-afcd6dc2e794\"}");
  }

  @Override
  protected void willRefuseTheRecipient() {
    refuse(422, "validation_error", "Invalid `to` field. Use our testing email address instead.");
  }

  @Override
  protected void willRefuseTheKey() {
    refuse(401, "missing_api_key", "Missing API key in the authorization header.");
  }

  @Override
  protected void willLimitTheRate() {
    server.reply(
        429,
        Map.of("ratelimit-reset", "1", "retry-after", "2"),
        "{\"statusCode\":429,\"name\":\"rate_limit_exceeded\",\"message\":\"Too many requests.\"}");
  }

  @Override
  protected void willFailInItsOwnWords() {
    refuse(500, "application_error", "An unexpected error occurred.");
  }

  @Override
  protected void willFailWithoutWords() {
    server.reply(502, "");
  }

  @Override
  protected void willLoseTheAnswer() {
    server.hangUpAfterRequest();
  }

  @Override
  protected Class<?> failureInItsOwnWords() {
    return Outcome.Unknown.class;
  }

  @Override
  protected Class<?> failureWithoutWords() {
    return Outcome.Unknown.class;
  }

  @Override
  protected List<String> received() {
    return server.requests().stream().map(ScriptedHttp.Request::body).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "400, validation_error, wrong field, RefusedRequest",
    "400, validation_error, Invalid `to` field., RefusedRecipient",
    "400, invalid_idempotency_key, key, RefusedRequest",
    "422, missing_required_field, Missing `to` field., RefusedRequest",
    "422, invalid_attachment, attachment, RefusedRequest",
    "401, restricted_api_key, key, ConnectionBroken",
    "403, invalid_api_key, key, ConnectionBroken",
    "403, validation_error, The domain is not verified., ConnectionBroken",
    "404, not_found, nothing, RefusedRequest",
    "405, method_not_allowed, no, RefusedRequest",
    "409, invalid_idempotent_request, other payload, RefusedRequest",
    "409, concurrent_idempotent_requests, running, Unknown",
    "409, resource_locked, locked, Unknown",
    "429, rate_limit_exceeded, slow, Passing",
    "429, daily_quota_exceeded, quota, ConnectionBroken",
    "429, monthly_quota_exceeded, quota, ConnectionBroken",
    "500, application_error, oops, Unknown",
    "503, service_unavailable, oops, Unknown",
  })
  void classesEachName(int status, String name, String words, String outcome) {
    refuse(status, name, words);
    assertThat(resend.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void waitsAsLongAsResendAsks() {
    willLimitTheRate();
    assertThat(resend.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(2)));
  }

  @Test
  void sendsKeyAndAuthorisation() {
    willAccept();
    resend.send(message(), "key-1");
    assertThat(server.requests().getFirst().headers())
        .containsEntry("idempotency-key", "key-1")
        .containsEntry("authorization", "Bearer re_key")
        .containsEntry("user-agent", "tenon");
  }

  /// Against the provider's own description, with unknown fields refused at the top so that a
  /// misspelt one is noticed.
  @Test
  void writesBodiesThatResendsOwnDescriptionAccepts() throws Exception {
    Path description = Path.of("../../shared/api/resend.openapi.json");
    if (!Files.exists(description)) {
      description = Path.of("../../../shared/api/resend.openapi.json");
    }
    assumeTrue(
        Files.exists(description),
        "SKIPPED: shared/api/resend.openapi.json is not beside the repository, so the bodies were"
            + " not compared with Resend's description");
    JsonNode api = JSON.readTree(Files.readAllBytes(description));
    ObjectNode root = JSON.createObjectNode();
    root.set("components", api.path("components"));
    root.put("$ref", "#/components/schemas/SendEmailRequest");
    ((ObjectNode) root.path("components").path("schemas").path("SendEmailRequest"))
        .put("additionalProperties", false);
    for (String part : List.of("Attachment", "Tag")) {
      ((ObjectNode) root.path("components").path("schemas").path(part))
          .put("additionalProperties", false);
    }
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(root);
    byte[] full =
        resend.requestBody(
            builder()
                .cc(EmailAddress.of("cc@example.net"))
                .bcc(EmailAddress.of("bcc@example.net"))
                .replyTo(EmailAddress.of("reply@example.net"))
                .attach(
                    Attachment.file(
                        "a.txt", "text/plain", "hello".getBytes(StandardCharsets.UTF_8)))
                .attach(Attachment.inline("logo", "logo.png", "image/png", new byte[] {1}))
                .build());
    List<Error> errors = schema.validate(JSON.readTree(full));
    assertThat(errors).isEmpty();
    assertThat(schema.validate(JSON.readTree("{\"from\":\"x\",\"recipients\":[]}")))
        .as("the description is really in force")
        .isNotEmpty();
  }

  private void refuse(int status, String name, String words) {
    server.reply(
        status,
        "{\"statusCode\":%d,\"name\":\"%s\",\"message\":\"%s\"}".formatted(status, name, words));
  }
}
