package dev.tenon.payment;

import dev.tenon.connection.ConnectedAccount;
import dev.tenon.connector.signature.StripeSignature;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.connector.stripe.StripeEvent;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Stripe's webhooks: one event a delivery, signed over time and raw body.
///
/// An endpoint of the platform hears of all accounts that are connected to it. What names one goes
/// to the tenant's connection that acts for it, as if it had come there: the same event in that
/// account's own list is then known.
public final class StripeInbound implements InboundProvider {
  private final Accounts accounts;

  /// Finds the connection that acts for a connected account.
  public interface Accounts {
    /// The connection of one account; empty when none acts for it, or more than one does.
    ///
    /// @param live whether for live mode
    Optional<ConnectedAccount> find(String account, boolean live);
  }

  /// @param accounts remembers what it found: it is asked at each webhook of a connected account
  public StripeInbound(Accounts accounts) {
    this.accounts = accounts;
  }

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
                    event.created())),
            event.account(),
            event.livemode());
      }
    };
  }

  @Override
  public Inbox.Source belongsTo(Inbox.Source source, Reading.Facts facts) {
    if (facts.account().isEmpty() || !source.tenant().equals(TenantId.PLATFORM)) {
      return source;
    }
    return accounts
        .find(facts.account(), facts.live())
        .map(
            found ->
                new Inbox.Source(
                    found.tenant(), found.connection().uuid(), source.provider(), List.of()))
        .orElse(source);
  }
}
