package dev.tenon.connector.email.sendgrid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.MailWebhookContract;
import dev.tenon.connector.signature.Verdict;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Signed with keys of the JDK, and with the vectors of SendGrid's own libraries.
class SendGridWebhookTest extends MailWebhookContract {
  private static final List<KeyPair> KEYS =
      Stream.generate(SendGridWebhookTest::pair).limit(2).toList();

  private static KeyPair pair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected MailWebhook webhook() {
    return new SendGridWebhook();
  }

  @Override
  protected List<Secret> secrets() {
    return KEYS.stream()
        .map(pair -> Secret.of(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())))
        .toList();
  }

  @Override
  protected Delivered sign(String body, int secret, Instant at) {
    String time = Long.toString(at.getEpochSecond());
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(KEYS.get(secret).getPrivate());
      signature.update(bytes(time + body));
      return new Delivered(
          bytes(body), headers(time, Base64.getEncoder().encodeToString(signature.sign())));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> headers(String time, String signature) {
    return Map.of(
        "x-twilio-email-event-webhook-timestamp",
        time,
        "x-twilio-email-event-webhook-signature",
        signature);
  }

  @Override
  protected @Nullable Duration ageMax() {
    return Duration.ofHours(26);
  }

  @Override
  protected String sample() {
    return """
        [{"email":"Example@test.com","timestamp":1513299569,"smtp-id":"<14c5d75ce93.dfd.64b469@ismtpd>",
          "event":"bounce","type":"bounce","bounce_classification":"Invalid Address",
          "sg_event_id":"6g4ZI7SA-xmRDv57GoPIPw==","tenon_message":"msg_1",
          "sg_message_id":"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
          "reason":"500 unknown recipient","status":"5.0.0"}]""";
  }

  @Test
  void readsABounceAndThePartOfTheIdThatTheSendingAnswered() {
    MailEvent event = event(sample());
    assertThat(event.kind()).isEqualTo(Kind.BOUNCED);
    assertThat(event.reason()).isEqualTo(Reason.INVALID);
    assertThat(event.lasting()).isTrue();
    assertThat(event.at()).isEqualTo(Instant.ofEpochSecond(1513299569));
    assertThat(event.providerMessageId()).isEqualTo("14c5d75ce93");
    assertThat(event.recipient()).isEqualTo("example@test.com");
  }

  @ParameterizedTest
  @CsvSource({
    "processed,QUEUED",
    "deferred,DEFERRED",
    "delivered,DELIVERED",
    "open,OPENED",
    "click,CLICKED",
    "spamreport,COMPLAINED",
    "unsubscribe,UNSUBSCRIBED",
    "group_unsubscribe,UNSUBSCRIBED",
    "group_resubscribe,SUBSCRIBED",
    "dropped,REJECTED",
    "account_status_change,UNKNOWN",
    "of_next_year,UNKNOWN"
  })
  void knowsTheEvents(String name, Kind kind) {
    assertThat(event(sample().replace("\"event\":\"bounce\"", "\"event\":\"" + name + "\"")).kind())
        .isEqualTo(kind);
  }

  @Test
  void takesABlockOrAFaultOfTheMailForNoLastingBounce() {
    assertThat(event(sample().replace("\"type\":\"bounce\"", "\"type\":\"blocked\"")).lasting())
        .isFalse();
    assertThat(event(sample().replace("Invalid Address", "Reputation")).lasting()).isFalse();
  }

  /// Redelivered, an event has another `sg_event_id` and is the same all the same.
  @Test
  void knowsAnEventThatComesAgainUnderAnotherId() {
    assertThat(event(sample()).key())
        .isEqualTo(event(sample().replace("6g4ZI7SA", "aaaaaaaa")).key());
    assertThat(event(sample()).key())
        .isNotEqualTo(event(sample().replace("1513299569", "1513299570")).key());
    String twice = sample().replace("}]", "},") + sample().substring(1);
    assertThat(events(twice)).hasSize(1);
  }

  /// Custom arguments of others' mails are mixed into the fields.
  @Test
  void readsTheRestBesideWhatIsNoEventAndNamesThatStandTwice() {
    assertThat(
            events(
                sample()
                    .replace("}]", "},{\"x\":1},7]")
                    .replace("[{", "[{\"email\":\"x@y.test\",")))
        .singleElement()
        .satisfies(event -> assertThat(event.recipient()).isEqualTo("example@test.com"));
    assertThat(events("[]")).isEmpty();
  }

  @Test
  void readsManyMessagesInOneBody() {
    StringBuilder body = new StringBuilder("[");
    for (int i = 0; i < 5_000; i++) {
      body.append(i == 0 ? "" : ",\r\n")
          .append("{\"event\":\"delivered\",\"timestamp\":1,\"email\":\"a@example.org\",")
          .append("\"tenon_message\":\"msg_%d\"".formatted(i))
          .append(",\"sg_message_id\":\"m%d.x\"}".formatted(i));
    }
    assertThat(events(body + "]\r\n")).hasSize(5_000);
  }

  /// sendgrid-java, `EventWebhookTest`: the trailing CR LF is signed.
  @Test
  void agreesWithTheVectorOfSendGridsJavaLibrary() {
    String payload =
        "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\","
            + "\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\","
            + "\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\","
            + "\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\","
            + "\"timestamp\":1600112492}]\r\n";
    List<Secret> key =
        List.of(
            Secret.of(
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="));
    Map<String, String> headers =
        headers(
            "1600112502",
            "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=");
    Instant then = Instant.ofEpochSecond(1600112502);
    assertThat(webhook().verify(bytes(payload), headers::get, key, then))
        .isEqualTo(new Verdict.Valid(0));
    assertThat(webhook().verify(bytes(payload.strip()), headers::get, key, then))
        .isInstanceOf(Verdict.Mismatch.class);
    MailEvent event = event(payload);
    assertThat(event.kind()).isEqualTo(Kind.REJECTED);
    assertThat(event.reason()).isEqualTo(Reason.BOUNCED);
    assertThat(event.lasting()).isTrue();
    assertThat(event.providerMessageId()).isEqualTo("LRzXl_NHStOGhQ4kofSm_A");
  }

  /// sendgrid-nodejs, `eventwebhook.spec.js` of 2020; its payload is no array of events.
  @Test
  void agreesWithTheVectorOfSendGridsNodeLibrary() {
    String payload =
        "{\"category\":\"example_payload\",\"event\":\"test_event\",\"message_id\":\"message_id\"}";
    String right =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==";
    String wrong =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqTxd43gyp8IOEto2LdIfjRQrIbsd4SXZkLW6jDutdhXSJCWHw8REntlo7aNDthvj+y7GjUuFDb/R1NGe1OPzpA==";
    String signature =
        "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=";
    Instant then = Instant.ofEpochSecond(1588788367);
    assertThat(vector(payload, signature, "1588788367", right, then))
        .isInstanceOf(Verdict.Valid.class);
    assertThat(vector(payload, signature, "1588788367", pem(right), then))
        .isInstanceOf(Verdict.Valid.class);
    assertThat(vector(payload, signature, "1588788367", wrong, then))
        .isInstanceOf(Verdict.Mismatch.class);
    assertThat(vector("payload", signature, "1588788367", right, then))
        .isInstanceOf(Verdict.Mismatch.class);
    assertThat(vector(payload, signature.replace("2j", "3j"), "1588788367", right, then))
        .isInstanceOf(Verdict.Mismatch.class);
    assertThat(vector(payload, signature, "timestamp", right, then))
        .isInstanceOf(Verdict.Malformed.class);
    assertThat(vector(payload, signature, "1588788367", "no-key", then))
        .isInstanceOf(Verdict.NoSecret.class);
  }

  private Verdict vector(String body, String signature, String time, String key, Instant now) {
    return webhook()
        .verify(bytes(body), headers(time, signature)::get, List.of(Secret.of(key)), now);
  }

  private static String pem(String base64) {
    return "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
  }
}
