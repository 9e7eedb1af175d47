package dev.tenon.payment;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.Origin;
import dev.tenon.connector.stripe.RegisteredEndpoint;
import dev.tenon.connector.stripe.StripeEndpoints;
import dev.tenon.connector.stripe.WebhookEndpoint;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.registration.EndpointRegistrar;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Webhook endpoints at Stripe.
public final class StripeRegistrar implements EndpointRegistrar {
  private final StripeConnections connections;
  private final String source;

  /// @param source what this installation calls itself in the metadata of what it makes
  public StripeRegistrar(StripeConnections connections, String source) {
    this.connections = connections;
    this.source = source;
  }

  @Override
  public String provider() {
    return "stripe";
  }

  @Override
  public String secretField() {
    return "webhook_secret";
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public Optional<Account> open(TenantId owner, ConnectionId connection) {
    return connections
        .of(owner, connection)
        .filter(account -> account.owner().equals(owner))
        .map(AtStripe::new);
  }

  private final class AtStripe implements Account {
    private final StripeConnections.Account account;
    private final StripeEndpoints endpoints;

    AtStripe(StripeConnections.Account account) {
      this.account = account;
      this.endpoints = account.stripe().endpoints();
    }

    @Override
    public Needed needed() {
      return new Needed(StripeEndpoints.API_VERSION, StripeKinds.handled());
    }

    @Override
    public Optional<Boolean> live() {
      return Optional.of(account.live());
    }

    @Override
    public List<Registered> list() {
      return accepted(endpoints.list()).stream().map(AtStripe::registered).toList();
    }

    private static Registered registered(RegisteredEndpoint one) {
      return new Registered(
          one.id(),
          one.url(),
          one.enabled(),
          one.apiVersion(),
          one.types(),
          one.metadata().getOrDefault(Origin.REFERENCE_FIELD, ""));
    }

    @Override
    public Made create(String reference, URI url, String description) {
      WebhookEndpoint made =
          accepted(
              endpoints.create(
                  new Origin(account.owner().toString(), source, reference),
                  url,
                  description,
                  StripeKinds.handled(),
                  "webhook-" + reference));
      return new Made(made.id(), made.secret());
    }

    @Override
    public void update(String id, URI url) {
      RegisteredEndpoint _ =
          accepted(
              endpoints.update(
                  id, url, StripeKinds.handled(), "webhook-update-" + java.util.UUID.randomUUID()));
    }

    @Override
    public void delete(String id) {
      Outcome<String> outcome = endpoints.delete(id);
      if (!outcome.detail().code().equals("resource_missing")) {
        String _ = accepted(outcome);
      }
    }

    private <T> T accepted(Outcome<T> outcome) {
      Outcome.Detail said = outcome.detail();
      return switch (outcome) {
        case Outcome.Accepted<T> accepted -> {
          if (account.broken()) {
            connections.works(account);
          }
          yield accepted.value();
        }
        case Outcome.RefusedRequest<T> _, Outcome.RefusedRecipient<T> _ ->
            throw new ProblemException(
                ProblemCode.PROVIDER_REFUSED,
                "Stripe refused it: " + said.message(),
                "",
                StripeProblems.answer(said, null));
        case Outcome.ConnectionBroken<T> _ ->
            throw new ProblemException(
                ProblemCode.CONNECTION_BROKEN,
                connections.refusal(account, said),
                "",
                StripeProblems.answer(said, null));
        case Outcome.Passing<T> passing -> throw StripeProblems.unclear(said, passing.retryAfter());
        case Outcome.Unknown<T> _ -> throw StripeProblems.unclear(said, Duration.ZERO);
      };
    }
  }
}
