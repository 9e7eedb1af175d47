package dev.tenon.connector.email.postmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EmailProviderContract;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.LoopbackHttp;
import dev.tenon.connector.email.ScriptedHttp;
import dev.tenon.connector.email.Sent;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PostmarkEmailTest extends EmailProviderContract {
  private final ScriptedHttp server = new ScriptedHttp();
  private final LoopbackHttp http = new LoopbackHttp();
  private final PostmarkEmail postmark =
      new PostmarkEmail(http, server.base(), Secret.of("server-token"));

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Override
  protected EmailProvider provider() {
    return postmark;
  }

  @Override
  protected EmailProvider unreachable() {
    return new PostmarkEmail(http, URI.create("http://127.0.0.1:1"), Secret.of("t"));
  }

  @Override
  protected void willAccept() {
    server.reply(
        200,
        """
        {"To":"ada@example.net","SubmittedAt":"2026-11-24T02:00:00Z",\
        "MessageID":"0a129aee-e1cd-480d-b08d-4f48548ff48d","ErrorCode":0,"Message":"OK"}""");
  }

  @Override
  protected void willRefuseTheRecipient() {
    refuse(
        422,
        406,
        "You tried to send to inactive recipients. Found inactive addresses: ada@example.net.");
  }

  @Override
  protected void willRefuseTheKey() {
    refuse(401, 10, "The Server Token you provided is not valid.");
  }

  @Override
  protected void willLimitTheRate() {
    server.reply(429, Map.of("retry-after", "7"), "{\"ErrorCode\":429,\"Message\":\"Slow down\"}");
  }

  @Override
  protected void willFailInItsOwnWords() {
    refuse(503, 100, "Down for maintenance.");
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
    return Outcome.Passing.class;
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
    "422, 10, bad token, ConnectionBroken",
    "422, 100, maintenance, Passing",
    "422, 300, Invalid 'To' address: 'x'., RefusedRecipient",
    "422, 300, Error parsing 'Cc': illegal address, RefusedRecipient",
    "422, 300, Invalid 'From' address: 'x'., ConnectionBroken",
    "422, 300, Invalid metadata content, RefusedRequest",
    "422, 300, Provide either email TextBody or HtmlBody or both., RefusedRequest",
    "422, 400, signature not found, ConnectionBroken",
    "422, 401, signature not confirmed, ConnectionBroken",
    "422, 402, invalid JSON, RefusedRequest",
    "422, 403, incompatible JSON, RefusedRequest",
    "422, 405, out of credits, ConnectionBroken",
    "422, 406, inactive, RefusedRecipient",
    "422, 409, JSON required, RefusedRequest",
    "422, 410, too many, RefusedRequest",
    "422, 411, attachment, RefusedRequest",
    "422, 412, pending, ConnectionBroken",
    "422, 413, may not send, ConnectionBroken",
    "422, 429, slow, Passing",
    "422, 1235, stream, ConnectionBroken",
    "200, 406, inactive, RefusedRecipient",
    "403, 0, forbidden, ConnectionBroken",
    "500, 0, oops, Unknown",
    "503, 0, own words, Passing",
  })
  void classesEachCode(int status, int code, String words, String outcome) {
    refuse(status, code, words);
    assertThat(postmark.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "413, RefusedRequest",
    "415, RefusedRequest",
    "404, RefusedRequest",
    "302, ConnectionBroken",
    "500, Unknown",
    "503, Unknown",
    "504, Unknown",
    "408, Passing",
    "429, Passing",
    "200, Unknown",
  })
  void classesAnswersWithoutPostmarksWords(int status, String outcome) {
    server.reply(status, "<html>");
    assertThat(postmark.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void namesInactiveRecipientsOfAnAcceptedMessage() {
    server.reply(
        200,
        """
        {"ErrorCode":0,"MessageID":"id-1","Message":\
        "Message OK, but will not deliver to these inactive addresses: a@x.org, b@y.org."}""");
    assertThat(postmark.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            accepted ->
                assertThat(((Sent) accepted.value()).refusedRecipients())
                    .containsExactly("a@x.org", "b@y.org"));
  }

  @Test
  void readsAnAcceptanceWithoutErrorCode() {
    server.reply(
        200,
        """
        {"MessageID":"id-1","Message":"Message accepted, but delivery may be delayed."}""");
    assertThat(postmark.send(message(), "k")).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void passesOnTheWaitThatPostmarkAsksFor() {
    willLimitTheRate();
    assertThat(postmark.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
  }

  @Test
  void writesTheFieldsOfTheApi() {
    willAccept();
    postmark.send(
        builder()
            .attach(Attachment.inline("logo", "logo.png", "image/png", new byte[] {1, 2, 3}))
            .build(),
        "k");
    ScriptedHttp.Request request = server.requests().getFirst();
    assertThat(request.line()).isEqualTo("POST /email HTTP/1.1");
    assertThat(request.headers()).containsEntry("x-postmark-server-token", "server-token");
    JsonNode body = JsonMapper.builder().build().readTree(request.body());
    assertThat(body.path("To").asString()).isEqualTo("\"Ada Lovelace\" <ada@example.net>");
    assertThat(body.path("MessageStream").asString()).isEqualTo("outbound");
    assertThat(body.path("Metadata").path("tenon_message").asString()).isEqualTo("msg_01k6z3v9q8");
    assertThat(body.path("Headers").path(0).path("Name").asString()).isEqualTo("X-Order");
    assertThat(body.path("Attachments").path(0).path("ContentID").asString()).isEqualTo("cid:logo");
    assertThat(body.path("Attachments").path(0).path("Content").asString()).isEqualTo("AQID");
  }

  @Test
  void leavesTheHeadersToUnsubscribeToPostmarkOnItsBroadcastStreamsAlone() {
    for (String stream : List.of("broadcast", "outbound")) {
      willAccept();
      postmark.send(
          builder().stream(stream)
              .header(EmailMessage.UNSUBSCRIBE, "<https://acme.example/leave>")
              .header(EmailMessage.UNSUBSCRIBE_POST, "List-Unsubscribe=One-Click")
              .build(),
          "k");
    }
    assertThat(server.requests().getFirst().body())
        .contains("X-Order")
        .doesNotContain("List-Unsubscribe");
    assertThat(server.requests().getLast().body())
        .contains("List-Unsubscribe-Post", "<https://acme.example/leave>");
  }

  @Test
  void looksAMessageUpByItsMetadata() {
    server.reply(200, "{\"TotalCount\":1,\"Messages\":[{\"MessageID\":\"id-7\"}]}");
    server.reply(200, "{\"TotalCount\":0,\"Messages\":[]}");
    server.reply(500, "");
    assertThat(postmark.lookUp(message()))
        .isInstanceOfSatisfying(
            LookedUp.Found.class,
            found -> assertThat(found.sent().providerMessageId()).isEqualTo("id-7"));
    assertThat(postmark.lookUp(message())).isInstanceOf(LookedUp.Missing.class);
    assertThat(postmark.lookUp(message())).isInstanceOf(LookedUp.Unanswered.class);
    assertThat(server.requests().getFirst().line())
        .contains("/messages/outbound?")
        .contains("metadata_tenon_message=msg_01k6z3v9q8");
  }

  private void refuse(int status, int code, String words) {
    server.reply(status, "{\"ErrorCode\":%d,\"Message\":\"%s\"}".formatted(code, words));
  }
}
