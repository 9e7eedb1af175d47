package dev.tenon.feedback;

import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.mailgun.MailgunWebhook;
import dev.tenon.connector.email.postmark.PostmarkWebhook;
import dev.tenon.connector.email.resend.ResendWebhook;
import dev.tenon.connector.email.sendgrid.SendGridWebhook;
import dev.tenon.connector.email.ses.SesWebhook;
import dev.tenon.connector.email.ses.SnsCertificates;
import dev.tenon.connector.email.ses.SnsHosts;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes the webhook of an email provider that a connection's settings describe. A new provider
/// with webhooks about mail has its line here.
public final class MailWebhooks {
  /// The providers that report about mail.
  static final List<String> NAMES = List.of("mailgun", "postmark", "resend", "sendgrid", "ses");

  private final SnsCertificates certificates;

  public MailWebhooks(SnsCertificates certificates) {
    this.certificates = certificates;
  }

  /// @param settings of the connection; empty for reading alone
  MailWebhook of(String provider, Map<String, String> settings) {
    return switch (provider) {
      case "mailgun" -> new MailgunWebhook();
      case "postmark" ->
          new PostmarkWebhook(
              settings.getOrDefault("webhook_username", ""),
              settings.getOrDefault("webhook_header", ""));
      case "resend" -> new ResendWebhook();
      case "sendgrid" -> new SendGridWebhook();
      case "ses" -> new SesWebhook(hosts(settings), certificates);
      default -> throw new IllegalArgumentException(provider + " reports nothing about mail");
    };
  }

  /// Where a connection to SES may be sent to by what SNS says.
  static SnsHosts hosts(Map<String, String> settings) {
    return new SnsHosts(settings.getOrDefault("topic_arn", ""), base(settings));
  }

  private static @Nullable URI base(Map<String, String> settings) {
    try {
      String base = settings.getOrDefault("base_url", "");
      return base.isEmpty() ? null : URI.create(base);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
