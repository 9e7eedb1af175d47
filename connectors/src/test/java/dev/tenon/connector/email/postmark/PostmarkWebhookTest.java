package dev.tenon.connector.email.postmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.MailWebhookContract;
import dev.tenon.connector.signature.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// With bodies as Postmark's documentation shows them.
class PostmarkWebhookTest extends MailWebhookContract {
  private static final List<String> PASSWORDS = List.of("first-password", "second:password");

  @Override
  protected MailWebhook webhook() {
    return new PostmarkWebhook("tenon", "");
  }

  @Override
  protected List<Secret> secrets() {
    return PASSWORDS.stream().map(Secret::of).toList();
  }

  @Override
  protected Delivered sign(String body, int secret, Instant at) {
    return with(body, "tenon:" + PASSWORDS.get(secret));
  }

  private static Delivered with(String body, String pair) {
    return new Delivered(
        bytes(body),
        Map.of("authorization", "Basic " + Base64.getEncoder().encodeToString(bytes(pair))));
  }

  @Override
  protected boolean coversBody() {
    return false;
  }

  @Override
  protected @Nullable Duration ageMax() {
    return null;
  }

  @Override
  protected String sample() {
    return """
        {"RecordType":"Bounce","ID":901542550,"Type":"HardBounce","TypeCode":1,"ServerID":23,
         "Name":"Hard bounce","MessageID":"2706ee8a-737c-4285-b032-ccd317af53ed",
         "Metadata":{"tenon_message":"msg_1"},
         "Description":"The server was unable to deliver your message.",
         "Details":"smtp;550 5.1.1 The email account that you tried to reach does not exist.",
         "Email":"Bounce@Example.com","From":"sender@example.com",
         "BouncedAt":"2016-04-27T16:28:50.3963933-04:00","DumpAvailable":true,"Inactive":true,
         "CanActivate":true,"Subject":"Postmark event test","Content":"..."}""";
  }

  @Test
  void readsAHardBounceWithSevenDigitsOfASecond() {
    MailEvent event = event(sample());
    assertThat(event.kind()).isEqualTo(Kind.BOUNCED);
    assertThat(event.reason()).isEqualTo(Reason.BOUNCED);
    assertThat(event.lasting()).isTrue();
    assertThat(event.at()).isEqualTo(Instant.parse("2016-04-27T20:28:50.3963933Z"));
    assertThat(event.name()).isEqualTo("HardBounce");
    assertThat(event.providerMessageId()).isEqualTo("2706ee8a-737c-4285-b032-ccd317af53ed");
    assertThat(event.recipient()).isEqualTo("bounce@example.com");
    assertThat(event.certain()).isTrue();
    assertThat(event.detail()).startsWith("smtp;550 5.1.1");
  }

  @Test
  void readsADelivery() {
    MailEvent event =
        event(
            """
            {"RecordType":"Delivery","ServerId":23,
             "MessageID":"883953f4-6105-42a2-a16a-77a8eac79483",
             "Recipient":"recipient@example.com","Tag":"welcome-email",
             "Metadata":{"tenon_message":"msg_2"},
             "DeliveredAt":"2014-08-01T13:28:10.2735393-04:00",
             "Details":"Test delivery webhook details"}""");
    assertThat(event.kind()).isEqualTo(Kind.DELIVERED);
    assertThat(event.messageId()).isEqualTo("msg_2");
    assertThat(event.at()).isEqualTo(Instant.parse("2014-08-01T17:28:10.2735393Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "HardBounce,BOUNCED,BOUNCED,true",
    "SoftBounce,BOUNCED,BOUNCED,false",
    "Transient,DEFERRED,NONE,false",
    "DnsError,DEFERRED,NONE,false",
    "SpamNotification,BOUNCED,SPAM,false",
    "AutoResponder,AUTORESPONDED,NONE,false",
    "AddressChange,AUTORESPONDED,NONE,false",
    "BadEmailAddress,REJECTED,INVALID,true",
    "ManuallyDeactivated,REJECTED,BLOCKED,false",
    "Blocked,BOUNCED,BLOCKED,false",
    "SMTPApiError,FAILED,OTHER,false",
    "DMARCPolicy,BOUNCED,BLOCKED,false",
    "TemplateRenderingFailed,FAILED,OTHER,false",
    "TypeOfNextYear,UNKNOWN,NONE,false"
  })
  void knowsTheTypesOfBounces(String type, Kind kind, Reason reason, boolean lasting) {
    MailEvent event = event(sample().replace("HardBounce", type));
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.reason()).isEqualTo(reason);
    assertThat(event.lasting()).isEqualTo(lasting);
  }

  @ParameterizedTest
  @CsvSource({
    "true,\"ManualSuppression\",UNSUBSCRIBED",
    "true,\"HardBounce\",BOUNCED",
    "true,\"SpamComplaint\",COMPLAINED",
    "false,null,SUBSCRIBED"
  })
  void readsChangesOfSubscriptions(String suppress, String reason, Kind kind) {
    MailEvent event =
        event(
            """
            {"RecordType":"SubscriptionChange","MessageID":"00000000-0000-0000-0000-000000000000",
             "ServerID":23,"MessageStream":"outbound","ChangedAt":"2022-06-05T17:17:32Z",
             "Recipient":"john@example.com","Origin":"Recipient","SuppressSending":%s,
             "SuppressionReason":%s}"""
                .formatted(suppress, reason));
    assertThat(event.kind()).isEqualTo(kind);
    assertThat(event.providerMessageId()).isEmpty();
    assertThat(event.recipient()).isEqualTo("john@example.com");
  }

  @Test
  void knowsARepeatAndTellsTwoEventsApart() {
    assertThat(event(sample()).key()).isEqualTo(event(sample()).key());
    assertThat(event(sample()).key())
        .isNotEqualTo(event(sample().replace("3963933", "3963934")).key());
  }

  @Test
  void tellsOfNothingForMailThatCameIn() {
    assertThat(events("{\"RecordType\":\"Inbound\"}")).isEmpty();
    assertThat(
            webhook()
                .read(
                    bytes("{\"FromFull\":{\"Email\":\"from@example.org\"}}"),
                    MailWebhook.NO_HEADERS))
        .isInstanceOf(MailWebhook.Reading.Malformed.class);
  }

  @Test
  void refusesAnotherUserAndForgivesAnyWhereNoneIsSet() {
    Delivered other = with(sample(), "somebody:first-password");
    assertThat(verify(other, secrets(), NOW)).isInstanceOf(Verdict.Mismatch.class);
    assertThat(
            new PostmarkWebhook("", "")
                .verify(other.body(), name -> other.headers().get(name), secrets(), NOW))
        .isEqualTo(new Verdict.Valid(0));
  }

  @Test
  void takesThePasswordInAHeaderOfItsOwn() {
    var webhook = new PostmarkWebhook("", "X-Tenon-Secret");
    assertThat(
            webhook.verify(
                bytes("{}"), Map.of("x-tenon-secret", "first-password")::get, secrets(), NOW))
        .isEqualTo(new Verdict.Valid(0));
    assertThat(webhook.verify(bytes("{}"), name -> "wrong", secrets(), NOW))
        .isInstanceOf(Verdict.Mismatch.class);
    assertThat(
            webhook.verify(
                bytes("{}"), with("", "tenon:first-password").headers()::get, secrets(), NOW))
        .isInstanceOf(Verdict.Malformed.class);
  }
}
