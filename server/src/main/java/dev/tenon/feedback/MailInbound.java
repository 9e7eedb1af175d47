package dev.tenon.feedback;

import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.ses.SnsCertificates;
import dev.tenon.connector.email.ses.SnsMessage;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The webhooks of one email provider: each event a fact, in the lane of its message.
public final class MailInbound implements InboundProvider {
  /// The kind of the fact that SNS asks whether a subscription is meant.
  static final String CONFIRMATION = "SubscriptionConfirmation";

  private final String provider;
  private final MailWebhooks webhooks;

  private MailInbound(String provider, MailWebhooks webhooks) {
    this.provider = provider;
    this.webhooks = webhooks;
  }

  /// One for each provider that reports about mail.
  public static List<InboundProvider> all(MailWebhooks webhooks) {
    return MailWebhooks.NAMES.stream()
        .<InboundProvider>map(name -> new MailInbound(name, webhooks))
        .toList();
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant now) {
    try {
      return webhooks
          .of(provider, source.settings())
          .verify(body, lookUp(headers), source.secrets(), now);
    } catch (SnsCertificates.Unreachable e) {
      return new Verdict.Unknown("what SNS signs by can't be had now: " + e.getMessage());
    }
  }

  @Override
  public Reading read(byte[] body, InboundHeaders headers) {
    return switch (webhooks.of(provider, Map.of()).read(body, lookUp(headers))) {
      case MailWebhook.Reading.Malformed(String reason) -> new Reading.Malformed(reason);
      case MailWebhook.Reading.Events(List<MailEvent> events) ->
          new Reading.Facts(
              events.isEmpty() ? handshake(body) : events.stream().map(MailInbound::fact).toList());
    };
  }

  private static ReadFact fact(MailEvent event) {
    return new ReadFact(
        event.key(),
        event.lane(),
        event.name(),
        event.messageId().isEmpty() ? event.providerMessageId() : event.messageId(),
        event.at());
  }

  /// SNS's question, which is answered later and outside of any transaction.
  private List<ReadFact> handshake(byte[] body) {
    return provider.equals("ses")
        ? SnsMessage.read(body)
            .filter(message -> message.type().equals(CONFIRMATION) && !message.id().isEmpty())
            .map(
                message ->
                    new ReadFact(
                        "sns:" + message.id(), message.topic(), CONFIRMATION, "", message.sentAt()))
            .stream()
            .toList()
        : List.of();
  }

  private static UnaryOperator<@Nullable String> lookUp(InboundHeaders headers) {
    return name -> name == null ? null : headers.first(name).orElse(null);
  }
}
