package dev.tenon.payment;

import dev.tenon.connector.signature.StripeSignature;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.connector.stripe.StripeEvent;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import java.time.Instant;
import java.util.List;

/// Stripe's webhooks: one event a delivery, signed over time and raw body.
public final class StripeInbound implements InboundProvider {

  @Override
  public String provider() {
    return "stripe";
  }

  @Override
  public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant now) {
    return StripeSignature.verify(
        body, headers.first("stripe-signature").orElse(null), source.secrets(), now);
  }

  @Override
  public Reading read(byte[] body, InboundHeaders headers) {
    return switch (StripeEvent.read(body)) {
      case StripeEvent.Reading.Refused refused -> new Reading.Malformed(refused.reason());
      case StripeEvent.Reading.Read read -> {
        StripeEvent event = read.event();
        yield new Reading.Facts(
            List.of(
                new ReadFact(
                    event.id(),
                    event.laneKey(),
                    event.type(),
                    event.subject().id(),
                    event.created())));
      }
    };
  }
}
