package dev.tenon.connector.email.ses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EmailProviderContract;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.LoopbackHttp;
import dev.tenon.connector.email.ScriptedHttp;
import dev.tenon.connector.email.Settling;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SesEmailTest extends EmailProviderContract {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final SesEmail.Key KEY =
      new SesEmail.Key("eu-central-1", "AKIAEXAMPLE00000", Secret.of("the secret key"));

  private final ScriptedHttp server = new ScriptedHttp();
  private final LoopbackHttp http = new LoopbackHttp();
  private final SesEmail ses = ses(server.base(), SesEmail.Options.DEFAULTS);

  private SesEmail ses(URI base, SesEmail.Options options) {
    return new SesEmail(
        http, base, KEY, options, InstantSource.fixed(Instant.parse("2026-11-24T10:00:00Z")));
  }

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Override
  protected EmailProvider provider() {
    return ses;
  }

  @Override
  protected EmailProvider unreachable() {
    return ses(URI.create("http://127.0.0.1:1"), SesEmail.Options.DEFAULTS);
  }

  @Override
  protected void willAccept() {
    server.reply(200, "{\"MessageId\":\"0107018f-3a1c-4d2e-9c1e-5f7f0e8d2a11-000000\"}");
  }

  @Override
  protected void willRefuseTheRecipient() {
    refuse(400, "BadRequestException", "Missing final '@domain'");
  }

  @Override
  protected void willRefuseTheKey() {
    refuse(
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.");
  }

  @Override
  protected void willLimitTheRate() {
    refuse(429, "TooManyRequestsException", "Maximum sending rate exceeded.");
  }

  @Override
  protected void willFailInItsOwnWords() {
    refuse(503, "ServiceUnavailable", "The request has failed due to a temporary failure.");
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
    "400, BadRequestException, Illegal address, RefusedRecipient",
    "400, BadRequestException, Domain contains illegal character, RefusedRecipient",
    "400, BadRequestException, Configuration set name is not valid, ConnectionBroken",
    "400, BadRequestException, Duplicate header 'X-A', RefusedRequest",
    "400, BadRequestException, Header value contains illegal character, RefusedRequest",
    "400, MessageRejected, 'Email address is not verified. The following identities failed the"
        + " check in region EU-CENTRAL-1: hello@mail.example.org', ConnectionBroken",
    "400, MessageRejected, Transaction failed: virus detected, RefusedRequest",
    "400, MessageRejected, Sending paused for this account, ConnectionBroken",
    "400, MailFromDomainNotVerifiedException, MAIL FROM domain, ConnectionBroken",
    "400, AccountSuspendedException, suspended, ConnectionBroken",
    "400, SendingPausedException, paused, ConnectionBroken",
    "400, LimitExceededException, limit, ConnectionBroken",
    "404, NotFoundException, Configuration set <x> does not exist., ConnectionBroken",
    "429, TooManyRequestsException, Maximum sending rate exceeded., Passing",
    "429, TooManyRequestsException, Daily message quota exceeded., ConnectionBroken",
    "400, ThrottlingException, Rate exceeded, Passing",
    "403, AccessDeniedException, not authorized to perform: ses:SendEmail, ConnectionBroken",
    "403, InvalidSignatureException, Signature expired, ConnectionBroken",
    "403, SomethingNew, no, ConnectionBroken",
    "400, SomethingNew, no, RefusedRequest",
    "500, InternalServiceErrorException, oops, Unknown",
    "500, InternalFailure, oops, Unknown",
    "504, '', '', Unknown",
  })
  void classesEachError(int status, String type, String words, String outcome) {
    refuse(status, type, words);
    assertThat(ses.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void findsTheErrorWhereverItStands() {
    server.reply(
        400,
        Map.of("x-amzn-errortype", "SendingPausedException:http://internal.amazon.com/coral/"),
        "{\"message\":\"paused\"}");
    server.reply(400, "{\"__type\":\"com.amazonaws.ses#SendingPausedException\"}");
    for (int i = 0; i < 2; i++) {
      Outcome<?> outcome = ses.send(message(), "k");
      assertThat(outcome).isInstanceOf(Outcome.ConnectionBroken.class);
      assertThat(outcome.detail().code()).isEqualTo("SendingPausedException");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MessageRejected, Email address is not verified., SENDER",
    "MailFromDomainNotVerifiedException, no, SENDER",
    "BadRequestException, Configuration set name is not valid, SENDER",
    // So SES words it for a key without any right, too.
    "AccessDeniedException, 'User `arn:aws:iam::1:user/x` is not authorized to perform"
        + " `ses:SendEmail` on resource `arn:aws:ses:eu-central-1:1:identity/example.org`',"
        + " CONNECTION",
    "AccessDeniedException, explicit deny, CONNECTION",
    "AccountSuspendedException, no, CONNECTION",
  })
  void tellsHowFarARefusalReaches(String type, String words, Outcome.ConnectionBroken.Reach reach) {
    refuse(400, type, words);
    assertThat(ses.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class, broken -> assertThat(broken.reach()).isEqualTo(reach));
  }

  @ParameterizedTest
  @CsvSource({
    "NotFoundException, Configuration set <x> does not exist., SENDER",
    "NotFoundException, Configuration set <tenant> does not exist., SENDER",
    "NotFoundException, Tenant <x> does not exist., CONNECTION",
    "AccessDeniedException, 'not authorized to perform `ses:SendEmail` on resource"
        + " `arn:aws:ses:eu-central-1:1:configuration-set/x`', SENDER",
    "AccessDeniedException, 'not authorized to perform `ses:SendEmail` on resource"
        + " `arn:aws:ses:eu-central-1:1:identity/example.org`', CONNECTION",
    "SendingPausedException, Sending paused for configuration set x, SENDER",
    "MessageRejected, Sending paused for configuration set x, SENDER",
    "SendingPausedException, Sending paused for this account, CONNECTION",
    "UnrecognizedClientException, no, CONNECTION",
  })
  void oneStreamsWrongConfigurationSetLeavesTheConnectionToTheOthers(
      String type, String words, Outcome.ConnectionBroken.Reach reach) {
    SesEmail one = ses(server.base(), new SesEmail.Options(Map.of("outbound", "x"), ""));
    SesEmail two =
        ses(server.base(), new SesEmail.Options(Map.of("outbound", "x", "broadcast", ""), ""));
    refuse(400, type, words);
    refuse(400, type, words);
    assertThat(two.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class, broken -> assertThat(broken.reach()).isEqualTo(reach));
    assertThat(one.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class,
            broken ->
                assertThat(broken.reach())
                    .as("the only one of all streams")
                    .isEqualTo(Outcome.ConnectionBroken.Reach.CONNECTION));
  }

  @Test
  void refusesAnAddressWhoseRequestsCantBeSigned() {
    for (String path : List.of("/a%20b", "/a+b", "/a@b", "/a:b", "/a?b=c")) {
      URI base = URI.create("https://email.example" + path);
      assertThatThrownBy(() -> ses(base, SesEmail.Options.DEFAULTS))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the address https://email.example/a");
    }
    assertThat(ses(URI.create("https://email.example/a/~b_c.d/"), SesEmail.Options.DEFAULTS).name())
        .isEqualTo("ses");
  }

  @Test
  void signsItsRequest() {
    willAccept();
    ses.send(message(), "k");
    ScriptedHttp.Request request = server.requests().getFirst();
    assertThat(request.line()).isEqualTo("POST /v2/email/outbound-emails HTTP/1.1");
    assertThat(request.headers()).containsEntry("x-amz-date", "20261124T100000Z");
    assertThat(request.headers().get("authorization"))
        .startsWith(
            "AWS4-HMAC-SHA256"
                + " Credential=AKIAEXAMPLE00000/20261124/eu-central-1/ses/aws4_request,"
                + " SignedHeaders=content-type;host;x-amz-date, Signature=")
        .doesNotContain("the secret key");
  }

  @Test
  void sendsEveryPartOfAMessageInAscii() {
    SesEmail tenant =
        ses(server.base(), new SesEmail.Options(Map.of("outbound", "transactional"), "tenant-7"));
    willAccept();
    tenant.send(
        builder()
            .cc(EmailAddress.of("cc@example.net"))
            .bcc(EmailAddress.of("bcc@example.net"))
            .replyTo(EmailAddress.of("reply@example.net"))
            .header("X-Words", "Größe")
            .attach(
                Attachment.file("a.txt", "text/plain", "hello".getBytes(StandardCharsets.UTF_8)))
            .attach(Attachment.inline("logo", "logo.png", "image/png", new byte[] {1}))
            .build(),
        "k");
    JsonNode body = JSON.readTree(received().getFirst());
    assertThat(body.at("/FromEmailAddress").asString())
        .matches("=\\?UTF-8\\?[BQ]\\?\\S+\\?= <hello@mail\\.example\\.org>");
    assertThat(body.at("/Destination/ToAddresses/0").asString())
        .isEqualTo("Ada Lovelace <ada@example.net>");
    assertThat(body.at("/Destination/CcAddresses/0").asString()).isEqualTo("cc@example.net");
    assertThat(body.at("/Destination/BccAddresses/0").asString()).isEqualTo("bcc@example.net");
    assertThat(body.at("/ReplyToAddresses/0").asString()).isEqualTo("reply@example.net");
    JsonNode simple = body.at("/Content/Simple");
    assertThat(simple.at("/Subject/Data").asString()).isEqualTo("Your receipt – 12 €");
    assertThat(simple.at("/Body/Text/Charset").asString()).isEqualTo("UTF-8");
    assertThat(simple.at("/Headers/1/Value").asString()).matches("\\p{ASCII}+");
    assertThat(simple.at("/Attachments/0/ContentDisposition").asString()).isEqualTo("ATTACHMENT");
    assertThat(simple.at("/Attachments/1/ContentId").asString()).isEqualTo("logo");
    assertThat(body.path("EmailTags").toString())
        .contains("{\"Name\":\"tenon_message\",\"Value\":\"msg_01k6z3v9q8\"}")
        .contains("{\"Name\":\"tag\",\"Value\":\"receipt\"}")
        .contains("{\"Name\":\"m_order\",\"Value\":\"ord_42\"}");
    assertThat(body.path("ConfigurationSetName").asString()).isEqualTo("transactional");
    assertThat(body.path("TenantName").asString()).isEqualTo("tenant-7");
    assertThat(tenant.send(builder().stream("broadcast").build(), "k"))
        .isInstanceOf(Outcome.ConnectionBroken.class);
  }

  @Test
  void leavesOutAContentTypeThatSesWouldRefuse() {
    willAccept();
    ses.send(
        builder()
            .attach(Attachment.file("a.bin", "application/" + "x".repeat(70), new byte[] {1}))
            .build(),
        "k");
    JsonNode file = JSON.readTree(received().getFirst()).at("/Content/Simple/Attachments/0");
    assertThat(file.path("FileName").asString()).isEqualTo("a.bin");
    assertThat(file.has("ContentType")).isFalse();
  }

  @Test
  void canNeitherRepeatNorBeAsked() {
    assertThat(ses.settling()).isEqualTo(new Settling.None());
    assertThat(ses.lookUp(message())).isInstanceOf(LookedUp.Unanswered.class);
  }

  @Test
  void refusesAKeyThatCantBeOne() {
    Secret secret = Secret.of("s");
    assertThatThrownBy(() -> new SesEmail.Key("Frankfurt", "AKIAEXAMPLE00000", secret))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SesEmail.Key("eu-central-1", "short", secret))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(new SesEmail.Key("us-gov-west-1", "AKIAEXAMPLE00000", Secret.of("hush")).toString())
        .doesNotContain("hush");
  }

  private void refuse(int status, String type, String words) {
    server.reply(
        status,
        Map.of("x-amzn-errortype", type, "x-amzn-requestid", "f1f0"),
        "{\"message\":\"%s\"}".formatted(words));
  }
}
