package dev.tenon.connector.email.ses;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.signature.SnsSignature;
import dev.tenon.connector.signature.Verdict;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What Amazon SES reports, by way of a topic of Amazon SNS. There is no secret: SNS signs for
/// every topic of every customer alike, so what makes a message ours is the topic that it names,
/// which is within what is signed.
///
/// [#verify] may fetch a certificate, and throws [SnsCertificates.Unreachable] when it can't be
/// had.
public final class SesWebhook implements MailWebhook {
  private final SnsHosts hosts;
  private final SnsCertificates certificates;

  /// @param hosts with the connection's topic; an empty topic lets nothing pass
  public SesWebhook(SnsHosts hosts, SnsCertificates certificates) {
    this.hosts = hosts;
    this.certificates = certificates;
  }

  @Override
  public String provider() {
    return "ses";
  }

  @Override
  public Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now) {
    if (!SnsHosts.isTopic(hosts.topic())) {
      return new Verdict.NoSecret();
    }
    Optional<SnsMessage> read = SnsMessage.read(body);
    if (read.isEmpty()) {
      return new Verdict.Malformed(
          "the body is no message of SNS; raw message delivery has to be off");
    }
    SnsMessage message = read.get();
    Instant sentAt = message.sentAt();
    URI address = message.certificate();
    if (sentAt.equals(Instant.EPOCH) || address == null) {
      return new Verdict.Malformed("the message has no time or names no certificate");
    }
    // Before anything is fetched: whoever doesn't know the topic makes us call nobody.
    if (!message.topic().equals(hosts.topic()) || !hosts.isCertificate(address)) {
      return new Verdict.Mismatch();
    }
    X509Certificate certificate = certificates.get(address, hosts);
    return certificate == null
        ? new Verdict.Mismatch()
        : SnsSignature.verify(
            message.signed(),
            message.field("SignatureVersion"),
            message.field("Signature"),
            certificate.getPublicKey(),
            sentAt,
            now);
  }

  /// A handshake has no events; see [SnsMessage#subscribeUrl].
  @Override
  public Reading read(byte[] body, UnaryOperator<@Nullable String> header) {
    Optional<SnsMessage> read = SnsMessage.read(body);
    if (read.isEmpty()) {
      return new Reading.Malformed("it is no message of SNS");
    }
    SnsMessage message = read.get();
    if (!message.type().equals("Notification")) {
      return new Reading.Events(List.of());
    }
    // SES says hello to a new topic in plain words.
    Optional<JsonNode> event = WebhookJson.read(message.field("Message"));
    if (event.isEmpty() || !event.get().isObject() || name(event.get()).isEmpty()) {
      return new Reading.Events(List.of());
    }
    List<MailEvent> events = SesEvents.read(message, event.get(), name(event.get()));
    return new Reading.Events(events);
  }

  /// Of events that a configuration set publishes, or of an identity's older notifications.
  private static String name(JsonNode event) {
    String name = text(event.path("eventType"));
    return name.isEmpty() ? text(event.path("notificationType")) : name;
  }
}
