package dev.tenon.connector.email.resend;

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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Signed with the JDK's own HMAC, and with the vector that Svix publishes; bodies of the form that
/// Resend's OpenAPI document gives.
class ResendWebhookTest extends MailWebhookContract {
  private static final List<String> SECRETS =
      List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2Vjb25kLXNlY3JldC1vZi10d28=");

  @Override
  protected MailWebhook webhook() {
    return new ResendWebhook();
  }

  @Override
  protected List<Secret> secrets() {
    return SECRETS.stream().map(Secret::of).toList();
  }

  @Override
  protected Delivered sign(String body, int secret, Instant at) {
    String signed = "msg_id." + at.getEpochSecond() + "." + body;
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(
              Base64.getDecoder().decode(SECRETS.get(secret).substring(6)), "HmacSHA256"));
      return new Delivered(
          bytes(body),
          Map.of(
              "svix-id",
              "msg_id",
              "svix-timestamp",
              Long.toString(at.getEpochSecond()),
              "svix-signature",
              "v1," + Base64.getEncoder().encodeToString(mac.doFinal(bytes(signed)))));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected @Nullable Duration ageMax() {
    return Duration.ofMinutes(5);
  }

  @Override
  protected String sample() {
    return """
        {"type":"email.bounced","created_at":"2024-11-22T23:41:12.126Z","data":{
         "created_at":"2024-11-22T23:41:11.894719+00:00",
         "email_id":"56761188-7520-42d8-8898-ff6fc54ce618","from":"Acme <onboarding@resend.dev>",
         "to":["Delivered <Delivered@resend.dev>"],"subject":"Sending this example",
         "tags":{"tenon_message":"msg_1","stream":"outbound"},
         "bounce":{"diagnosticCode":["smtp; 550 5.1.1 user unknown"],
          "message":"The recipient's email address is on the suppression list.",
          "subType":"General","type":"Permanent"}}}""";
  }

  @Test
  void readsAHardBounceByTheEventsOwnTime() {
    MailEvent event = event(sample());
    assertThat(event.kind()).isEqualTo(Kind.BOUNCED);
    assertThat(event.lasting()).isTrue();
    assertThat(event.at()).isEqualTo(Instant.parse("2024-11-22T23:41:12.126Z"));
    assertThat(event.recipient()).isEqualTo("delivered@resend.dev");
    assertThat(event.certain()).isTrue();
    assertThat(event.providerMessageId()).isEqualTo("56761188-7520-42d8-8898-ff6fc54ce618");
    assertThat(event.detail()).isEqualTo("smtp; 550 5.1.1 user unknown");
  }

  @Test
  void isCertainOfNobodyWhereThereAreSeveralRecipients() {
    MailEvent event = event(sample().replace("[\"Delivered", "[\"other@example.org\",\"Delivered"));
    assertThat(event.recipient()).isEmpty();
    assertThat(event.certain()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "email.sent,SENT",
    "email.scheduled,QUEUED",
    "email.delivered,DELIVERED",
    "email.delivery_delayed,DEFERRED",
    "email.complained,COMPLAINED",
    "email.opened,OPENED",
    "email.clicked,CLICKED",
    "email.failed,FAILED",
    "email.suppressed,REJECTED",
    "email.of_next_year,UNKNOWN"
  })
  void knowsTheTypes(String type, Kind kind) {
    assertThat(event(sample().replace("email.bounced", type)).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource({
    "Permanent,NoEmail,INVALID,true",
    "Permanent,ContentRejected,BLOCKED,false",
    "Transient,MailboxFull,BOUNCED,false",
    "Undetermined,Undetermined,BOUNCED,false"
  })
  void tellsALastingBounceFromAnother(String type, String sub, Reason reason, boolean lasting) {
    MailEvent event =
        event(sample().replace("\"General\"", "\"" + sub + "\"").replace("Permanent", type));
    assertThat(event.reason()).isEqualTo(reason);
    assertThat(event.lasting()).isEqualTo(lasting);
  }

  @Test
  void tellsOfNothingForContactsDomainsAndMailThatCameIn() {
    for (String type : List.of("contact.created", "domain.updated", "email.received")) {
      assertThat(events(sample().replace("email.bounced", type))).isEmpty();
    }
  }

  /// A message to several has one event for each of them, with the same body.
  @Test
  void knowsAnEventByItsDeliveryAndNotByItsBody() {
    var first = events(webhook().read(bytes(sample()), Map.of("svix-id", "msg_a")::get));
    var second = events(webhook().read(bytes(sample()), Map.of("svix-id", "msg_b")::get));
    var again = events(webhook().read(bytes(sample()), Map.of("svix-id", "msg_a")::get));
    assertThat(first.getFirst().key())
        .isEqualTo(again.getFirst().key())
        .isNotEqualTo(second.getFirst().key());
  }

  @Test
  void agreesWithThePublishedVector() {
    Map<String, String> headers =
        Map.of(
            "svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "svix-timestamp", "1614265330",
            "svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    Instant then = Instant.ofEpochSecond(1614265330);
    assertThat(webhook().verify(bytes("{\"test\": 2432232314}"), headers::get, secrets(), then))
        .isEqualTo(new Verdict.Valid(0));
    assertThat(webhook().verify(bytes("{\"test\":2432232314}"), headers::get, secrets(), then))
        .isInstanceOf(Verdict.Mismatch.class);
  }

  /// Whoever repeats a delivery may add headers; what is signed stays the same one.
  @Test
  void knowsADeliveryByTheIdThatIsSigned() {
    Map<String, String> svix = sign(sample(), 0, NOW).headers();
    Map<String, String> standard = new java.util.HashMap<>();
    svix.forEach((name, value) -> standard.put(name.replace("svix-", "webhook-"), value));
    standard.put("svix-id", "msg_forged");
    assertThat(webhook().verify(bytes(sample()), standard::get, secrets(), NOW))
        .isInstanceOf(Verdict.Valid.class);
    assertThat(key(standard)).isEqualTo(key(svix));
  }

  private String key(Map<String, String> headers) {
    MailWebhook.Reading.Events read =
        (MailWebhook.Reading.Events) webhook().read(bytes(sample()), headers::get);
    return read.events().getFirst().key();
  }
}
