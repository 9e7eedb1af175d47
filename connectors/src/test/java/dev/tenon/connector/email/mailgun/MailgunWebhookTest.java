package dev.tenon.connector.email.mailgun;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.MailWebhookContract;
import dev.tenon.connector.signature.Verdict;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/// Signed with the JDK's own HMAC; bodies of the form that Mailgun sends today.
class MailgunWebhookTest extends MailWebhookContract {
  private static final List<String> KEYS = List.of("first-signing-key", "second-signing-key");
  private static final String TOKEN = "651869375b9df3c98fc15c4889b102119add1235c38fc92824";

  @Override
  protected MailWebhook webhook() {
    return new MailgunWebhook();
  }

  @Override
  protected List<Secret> secrets() {
    return KEYS.stream().map(Secret::of).toList();
  }

  @Override
  protected Delivered sign(String body, int secret, Instant at) {
    return sign(body, "signature", secret, at);
  }

  private static Delivered sign(String body, String field, int secret, Instant at) {
    ObjectNode tree = (ObjectNode) JSON.readTree(body);
    String time = Long.toString(at.getEpochSecond());
    ObjectNode signature = tree.putObject(field);
    signature.put("timestamp", time).put("token", TOKEN);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(bytes(KEYS.get(secret)), "HmacSHA256"));
      signature.put("signature", HexFormat.of().formatHex(mac.doFinal(bytes(time + TOKEN))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return new Delivered(JSON.writeValueAsBytes(tree), Map.of());
  }

  @Override
  protected boolean coversBody() {
    return false;
  }

  @Override
  protected @Nullable Duration ageMax() {
    return Duration.ofHours(12);
  }

  @Override
  protected String sample() {
    return """
        {"signature":{"timestamp":"1534110422","token":"%s","signature":"00"},
         "event-data":{"event":"failed","severity":"permanent","reason":"bounce",
          "recipient":"Invalid@example.com","timestamp":1534110422.389832,"log-level":"error",
          "user-variables":{"tenon_message":"msg_1"},
          "message":{"headers":{"to":"invalid@example.com",
           "message-id":"20180812214658.1.0DF563D0B3597700@example.org","from":"Test Sender"}},
          "delivery-status":{"tls":true,"mx-host":"aspmx.l.example.org","attempt-no":1,
           "description":"","code":550,"message":"5.1.1 The email account does not exist.\\n5.1.1 Try"}}}"""
        .formatted(TOKEN);
  }

  @Test
  void readsAPermanentFailure() {
    MailEvent event = event(sample());
    assertThat(event.kind()).isEqualTo(Kind.BOUNCED);
    assertThat(event.reason()).isEqualTo(Reason.BOUNCED);
    assertThat(event.lasting()).isTrue();
    assertThat(event.at()).isEqualTo(Instant.parse("2018-08-12T21:47:02.390Z"));
    assertThat(event.providerMessageId())
        .isEqualTo("<20180812214658.1.0DF563D0B3597700@example.org>");
    assertThat(event.recipient()).isEqualTo("invalid@example.com");
    assertThat(event.detail()).isEqualTo("5.1.1 The email account does not exist. 5.1.1 Try");
  }

  @ParameterizedTest
  @CsvSource({
    "permanent,suppress-bounce,REJECTED,BOUNCED,true",
    "permanent,suppress-complaint,REJECTED,SPAM,true",
    "permanent,suppress-unsubscribe,REJECTED,UNSUBSCRIBED,true",
    "permanent,old,BOUNCED,TIMED_OUT,false",
    "permanent,generic,BOUNCED,OTHER,false",
    "temporary,greylisted,DEFERRED,NONE,false",
    "temporary,bounce,DEFERRED,NONE,false"
  })
  void tellsFailuresApart(
      String severity, String reason, Kind kind, Reason normal, boolean lasting) {
    MailEvent event =
        event(
            sample()
                .replace("permanent", severity)
                .replace("\"reason\":\"bounce\"", "\"reason\":\"" + reason + "\""));
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.reason()).isEqualTo(normal);
    assertThat(event.lasting()).isEqualTo(lasting);
  }

  @ParameterizedTest
  @CsvSource({
    "accepted,QUEUED",
    "rejected,REJECTED",
    "delivered,DELIVERED",
    "opened,OPENED",
    "clicked,CLICKED",
    "complained,COMPLAINED",
    "unsubscribed,UNSUBSCRIBED",
    "stored,UNKNOWN",
    "of-next-year,UNKNOWN"
  })
  void knowsTheEvents(String name, Kind kind) {
    assertThat(event(sample().replace("\"event\":\"failed\"", "\"event\":\"" + name + "\"")).kind())
        .isEqualTo(kind);
  }

  /// The signature doesn't cover the event, so a token that was seen once must not carry another.
  @Test
  void aTokenIsOneEventWhateverItComesWith() {
    assertThat(event(sample()).key())
        .isEqualTo(event(sample().replace("Invalid@example.com", "victim@example.com")).key())
        .isNotEqualTo(event(sample().replace(TOKEN, "another")).key());
  }

  @Test
  void passesTheParentsSignatureOfASubaccountsWebhook() {
    Delivered delivered = sign(sample(), "parent-signature", 0, NOW);
    ObjectNode tree = (ObjectNode) JSON.readTree(delivered.body());
    ((ObjectNode) tree.path("signature")).put("signature", "0".repeat(64));
    assertThat(verify(new Delivered(JSON.writeValueAsBytes(tree), Map.of()), secrets(), NOW))
        .isEqualTo(new Verdict.Valid(0));

    // Else a token that was used could come again under any name.
    ((ObjectNode) tree.path("signature")).put("token", "another");
    assertThat(verify(new Delivered(JSON.writeValueAsBytes(tree), Map.of()), secrets(), NOW))
        .isInstanceOf(Verdict.Mismatch.class);
  }
}
