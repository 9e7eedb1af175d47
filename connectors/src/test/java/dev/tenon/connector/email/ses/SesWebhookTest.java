package dev.tenon.connector.email.ses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.MailWebhookContract;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.connector.signature.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/// Signed by OpenSSL's keys with the JDK's own RSA; events as the documentation of SES shows them.
class SesWebhookTest extends MailWebhookContract {
  private static final String TOPIC = "arn:aws:sns:us-west-2:123456789012:SES_Events";
  private static final String CERTIFICATE =
      "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-56e67fcb41f6fec09b0196692625d385.pem";

  private final Certificates http = new Certificates();
  private final SnsCertificates certificates = new SnsCertificates(http, () -> NOW);

  /// Answers the topic's certificate, and keeps who was called.
  private static final class Certificates implements ProviderHttp {
    private final List<URI> called = new ArrayList<>();
    private HttpResult answer =
        new HttpResult.Answered(200, Map.of(), bytes(resource("topic-certificate.pem")));

    @Override
    public HttpResult call(HttpCall call) {
      called.add(call.uri());
      return answer;
    }

    @Override
    public void close() {}
  }

  private static String resource(String name) {
    try (InputStream in = SesWebhookTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private MailWebhook of(String topic, @Nullable String base) {
    return new SesWebhook(
        new SnsHosts(topic, base == null ? null : URI.create(base)), certificates);
  }

  @Override
  protected MailWebhook webhook() {
    return of(TOPIC, null);
  }

  @Override
  protected List<Secret> secrets() {
    return List.of();
  }

  @Override
  protected Delivered sign(String body, int secret, Instant at) {
    return signed((ObjectNode) JSON.readTree(body), "2", "topic-key.pem", at);
  }

  private static Delivered signed(ObjectNode message, String version, String key, Instant at) {
    message.put("Timestamp", at.toString());
    message.put("SignatureVersion", version);
    var text = new StringBuilder();
    List<String> fields =
        message.path("Type").asString("").equals("Notification")
            ? List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
            : List.of(
                "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");
    for (String field : fields) {
      if (message.has(field)) {
        text.append(field).append('\n').append(message.path(field).asString()).append('\n');
      }
    }
    try {
      Signature signature =
          Signature.getInstance(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA");
      String base64 = resource(key).replaceAll("-----[A-Z ]+-----|\\s", "");
      signature.initSign(
          KeyFactory.getInstance("RSA")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64))));
      signature.update(bytes(text.toString()));
      message.put("Signature", Base64.getEncoder().encodeToString(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return new Delivered(JSON.writeValueAsBytes(message), Map.of());
  }

  private static ObjectNode notification(String event) {
    return JSON.createObjectNode()
        .put("Type", "Notification")
        .put("MessageId", "19ba9823-d7f2-53c1-860e-cb10e0d13dfc")
        .put("TopicArn", TOPIC)
        .put("Subject", "Amazon SES Email Event Notification")
        .put("Message", event + "\n")
        .put("Timestamp", "2018-03-26T17:58:59.675Z")
        .put("SignatureVersion", "1")
        .put("Signature", "")
        .put("SigningCertURL", CERTIFICATE)
        .put(
            "UnsubscribeURL",
            "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn");
  }

  private static ObjectNode confirmation() {
    return JSON.createObjectNode()
        .put("Type", "SubscriptionConfirmation")
        .put("MessageId", "165545c9-2a5c-472c-8df2-7ff2be2b3b1b")
        .put("Token", "2336412f37")
        .put("TopicArn", TOPIC)
        .put("Message", "You have chosen to subscribe to the topic.")
        .put(
            "SubscribeURL",
            "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC)
        .put("SigningCertURL", CERTIFICATE);
  }

  private static final String BOUNCE =
      """
      {"eventType":"Bounce","bounce":{"bounceType":"Permanent","reportingMTA":"dns; email.example.com",
       "bouncedRecipients":[{"emailAddress":"Jane@example.com","status":"5.1.1","action":"failed",
        "diagnosticCode":"smtp; 550 5.1.1 <jane@example.com>... User unknown"}],
       "bounceSubType":"General","timestamp":"2016-01-27T14:59:44.101Z","feedbackId":"f"},
       "mail":{"timestamp":"2016-01-27T14:59:38.237Z","source":"john@example.com",
        "messageId":"00000138111222aa-33322211","destination":["jane@example.com","mary@example.com"],
        "tags":{"ses:configuration-set":["ConfigSet"],"tenon_message":["msg_1"]}}}""";

  @Override
  protected String sample() {
    return JSON.writeValueAsString(notification(BOUNCE));
  }

  @Override
  protected @Nullable Duration ageMax() {
    return Duration.ofHours(24);
  }

  @Override
  protected boolean isRaw() {
    return false;
  }

  @Test
  void readsABounce() {
    MailEvent event = event(sample());
    assertThat(event.kind()).isEqualTo(Kind.BOUNCED);
    assertThat(event.reason()).isEqualTo(Reason.BOUNCED);
    assertThat(event.lasting()).isTrue();
    assertThat(event.at()).isEqualTo(Instant.parse("2016-01-27T14:59:44.101Z"));
    assertThat(event.recipient()).isEqualTo("jane@example.com");
    assertThat(event.providerMessageId()).isEqualTo("00000138111222aa-33322211");
    assertThat(event.detail()).startsWith("smtp; 550 5.1.1");
  }

  @Test
  void makesOneEventForEachRecipientThatBounced() {
    String two =
        BOUNCE.replace(
            "\"bouncedRecipients\":[",
            "\"bouncedRecipients\":[{\"emailAddress\":\"richard@example.com\"},");
    List<MailEvent> events = events(JSON.writeValueAsString(notification(two)));
    assertThat(events)
        .extracting(MailEvent::recipient)
        .containsExactly("richard@example.com", "jane@example.com");
    assertThat(events).extracting(MailEvent::key).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource({
    "Permanent,Suppressed,REJECTED,BOUNCED,true",
    "Permanent,OnAccountSuppressionList,REJECTED,BOUNCED,true",
    "Permanent,NoEmail,BOUNCED,INVALID,true",
    "Transient,MailboxFull,BOUNCED,BOUNCED,false",
    "Transient,ContentRejected,BOUNCED,BLOCKED,false",
    "Undetermined,Undetermined,BOUNCED,BOUNCED,false"
  })
  void tellsBouncesApart(String type, String sub, Kind kind, Reason reason, boolean lasting) {
    MailEvent event =
        event(
            JSON.writeValueAsString(
                notification(BOUNCE.replace("Permanent", type).replace("General", sub))));
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.reason()).isEqualTo(reason);
    assertThat(event.lasting()).isEqualTo(lasting);
  }

  private List<MailEvent> about(String type, String part) {
    return events(
        JSON.writeValueAsString(
            notification(
                """
                {"eventType":"%s",%s,"mail":{"timestamp":"2016-10-14T05:02:16.645Z",
                 "messageId":"7c19","destination":["a@example.com","b@example.com"],
                 "tags":{"tenon_message":["msg_9"]}}}"""
                    .formatted(type, part))));
  }

  @Test
  void readsTheOtherEvents() {
    assertThat(about("Send", "\"send\":{}"))
        .hasSize(2)
        .allMatch(event -> event.kind() == Kind.SENT && event.messageId().equals("msg_9"));
    assertThat(
            about(
                "Delivery",
                "\"delivery\":{\"timestamp\":\"2016-10-19T23:21:04.133Z\",\"recipients\":[\"a@example.com\"],\"smtpResponse\":\"250 ok\"}"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.kind()).isEqualTo(Kind.DELIVERED);
              assertThat(event.at()).isEqualTo(Instant.parse("2016-10-19T23:21:04.133Z"));
            });
    assertThat(about("Reject", "\"reject\":{\"reason\":\"Bad content\"}"))
        .allMatch(event -> event.kind() == Kind.REJECTED && event.reason() == Reason.BLOCKED);
    assertThat(about("Rendering Failure", "\"failure\":{\"errorMessage\":\"x\"}"))
        .allMatch(event -> event.kind() == Kind.FAILED);
    assertThat(
            about(
                "DeliveryDelay",
                "\"deliveryDelay\":{\"delayType\":\"TransientCommunicationFailure\",\"delayedRecipients\":[{\"emailAddress\":\"a@example.com\"}]}"))
        .singleElement()
        .matches(event -> event.kind() == Kind.DEFERRED);
    assertThat(about("Open", "\"open\":{\"timestamp\":\"2017-08-09T22:00:19.652Z\"}"))
        .singleElement()
        .matches(event -> event.kind() == Kind.OPENED && !event.certain());
    assertThat(about("OfNextYear", "\"x\":{}"))
        .singleElement()
        .matches(event -> event.kind() == Kind.UNKNOWN);
  }

  /// SES names all that it may have been.
  @Test
  void isCertainOfAComplaintOnlyWhereOneIsNamed() {
    String one =
        "\"complaint\":{\"complainedRecipients\":[{\"emailAddress\":\"a@example.com\"}],\"complaintFeedbackType\":\"abuse\"}";
    assertThat(about("Complaint", one)).singleElement().matches(MailEvent::certain);
    String two = one.replace("[{", "[{\"emailAddress\":\"b@example.com\"},{");
    assertThat(about("Complaint", two)).hasSize(2).noneMatch(MailEvent::certain);
  }

  @Test
  void passesBothVersionsOfTheSignatureAndAMessageWithoutSubject() {
    for (String version : List.of("1", "2")) {
      ObjectNode message = notification(BOUNCE);
      message.remove("Subject");
      assertThat(verify(signed(message, version, "topic-key.pem", NOW), List.of(), NOW))
          .isEqualTo(new Verdict.Valid(0));
    }
    assertThat(verify(signed(notification(BOUNCE), "2", "other-key.pem", NOW), List.of(), NOW))
        .isInstanceOf(Verdict.Mismatch.class);
    Delivered third = signed(notification(BOUNCE), "2", "topic-key.pem", NOW);
    assertThat(
            verify(
                new Delivered(
                    bytes(
                        new String(third.body(), StandardCharsets.UTF_8)
                            .replace("\"SignatureVersion\":\"2\"", "\"SignatureVersion\":\"3\"")),
                    Map.of()),
                List.of(),
                NOW))
        .isInstanceOf(Verdict.Malformed.class);
  }

  @Test
  void readsAHandshakeAsNoEventAndNamesItsAddress() {
    Delivered asked = signed(confirmation(), "2", "topic-key.pem", NOW);
    assertThat(verify(asked, List.of(), NOW)).isEqualTo(new Verdict.Valid(0));
    assertThat(events(webhook().read(asked.body(), MailWebhook.NO_HEADERS))).isEmpty();
    URI address = SnsMessage.read(asked.body()).orElseThrow().subscribeUrl();
    assertThat(new SnsHosts(TOPIC, null).isConfirmation(Objects.requireNonNull(address))).isTrue();
  }

  @Test
  void passesNothingWithoutATopicAndNothingOfAnother() {
    Delivered good = sign(sample(), 0, NOW);
    assertThat(of("", null).verify(good.body(), _ -> null, List.of(), NOW))
        .isInstanceOf(Verdict.NoSecret.class);
    assertThat(of(TOPIC + "2", null).verify(good.body(), _ -> null, List.of(), NOW))
        .isInstanceOf(Verdict.Mismatch.class);
    assertThat(http.called).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com.example.org/SimpleNotificationService-1.pem",
        "https://example.org/SimpleNotificationService-1.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com:8443/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com@example.org/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com/?Action=x&/SimpleNotificationService-1.pem",
        "https://sns.us-west-2.amazonaws.com/../SimpleNotificationService-1.pem",
        "https://127.0.0.1/SimpleNotificationService-1.pem",
        "file:///etc/passwd"
      })
  void fetchesNoCertificateFromElsewhere(String address) {
    ObjectNode message = notification(BOUNCE).put("SigningCertURL", address);
    assertThat(verify(signed(message, "2", "topic-key.pem", NOW), List.of(), NOW))
        .isInstanceOf(Verdict.Mismatch.class);
    assertThat(http.called).isEmpty();
  }

  @Test
  void takesTheStandInsCertificateForAConnectionThatIsGivenOne() {
    ObjectNode message =
        notification(BOUNCE).put("SigningCertURL", "http://127.0.0.1:4777/certificate.pem");
    Delivered delivered = signed(message, "1", "topic-key.pem", NOW);
    assertThat(
            of(TOPIC, "http://127.0.0.1:4777").verify(delivered.body(), _ -> null, List.of(), NOW))
        .isEqualTo(new Verdict.Valid(0));
    assertThat(
            of(TOPIC, "http://127.0.0.1:4778").verify(delivered.body(), _ -> null, List.of(), NOW))
        .isInstanceOf(Verdict.Mismatch.class);
  }

  @Test
  void fetchesACertificateOnce() {
    for (int i = 0; i < 100; i++) {
      assertThat(verify(sign(sample(), 0, NOW), List.of(), NOW)).isInstanceOf(Verdict.Valid.class);
    }
    assertThat(http.called).containsExactly(URI.create(CERTIFICATE));
  }

  /// Whoever knows the topic can name certificates that aren't there.
  @Test
  void fetchesAFewAMinuteWhateverComes() {
    http.answer = new HttpResult.Answered(404, Map.of(), new byte[0]);
    for (int i = 0; i < 10; i++) {
      ObjectNode message =
          notification(BOUNCE).put("SigningCertURL", CERTIFICATE.replace("56e", "a" + i));
      assertThat(verify(signed(message, "2", "topic-key.pem", NOW), List.of(), NOW))
          .isInstanceOf(Verdict.Mismatch.class);
    }
    assertThatThrownBy(() -> verify(sign(sample(), 0, NOW), List.of(), NOW))
        .isInstanceOf(SnsCertificates.Unreachable.class);
    assertThat(http.called).hasSize(10);

    http.answer = new HttpResult.Answered(200, Map.of(), bytes(resource("topic-certificate.pem")));
    String other = TOPIC + "_of_another_tenant";
    Delivered theirs =
        signed(notification(BOUNCE).put("TopicArn", other), "2", "topic-key.pem", NOW);
    assertThat(of(other, null).verify(theirs.body(), theirs.headers()::get, List.of(), NOW))
        .as("each topic has its own few")
        .isInstanceOf(Verdict.Valid.class);
  }

  @Test
  void remembersForAMinuteWhatIsNotThere() {
    http.answer = new HttpResult.Answered(404, Map.of(), new byte[0]);
    for (int i = 0; i < 100; i++) {
      assertThat(verify(sign(sample(), 0, NOW), List.of(), NOW))
          .isInstanceOf(Verdict.Mismatch.class);
    }
    assertThat(http.called).hasSize(1);
  }

  @Test
  void certificatesOfStandInsPushOutNoneOfAmazons() {
    assertThat(verify(sign(sample(), 0, NOW), List.of(), NOW)).isInstanceOf(Verdict.Valid.class);
    for (int i = 0; i < 100; i++) {
      String base = "https://sns%d.acme.test".formatted(i);
      Delivered message =
          signed(
              notification(BOUNCE).put("SigningCertURL", base + "/a.pem"),
              "2",
              "topic-key.pem",
              NOW);
      assertThat(of(TOPIC, base).verify(message.body(), message.headers()::get, List.of(), NOW))
          .isInstanceOf(Verdict.Valid.class);
    }
    assertThat(verify(sign(sample(), 0, NOW), List.of(), NOW)).isInstanceOf(Verdict.Valid.class);
    assertThat(http.called).filteredOn(URI.create(CERTIFICATE)::equals).hasSize(1);
  }

  /// A refusal would make SNS give the message up.
  @Test
  void doesNotCallAMessageForgedBecauseTheCertificateCantBeHad() {
    http.answer = new HttpResult.NotSent("no route");
    assertThatThrownBy(() -> verify(sign(sample(), 0, NOW), List.of(), NOW))
        .isInstanceOf(SnsCertificates.Unreachable.class);
    http.answer = new HttpResult.Answered(200, Map.of(), bytes("no certificate"));
    assertThat(verify(sign(sample(), 0, NOW), List.of(), NOW)).isInstanceOf(Verdict.Mismatch.class);
  }
}
