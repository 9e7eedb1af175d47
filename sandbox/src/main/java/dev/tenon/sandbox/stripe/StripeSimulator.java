package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import io.helidon.webserver.http.HttpRouting;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A stand-in for Stripe. Any key that begins with `sk_test_` works; the state is one account, with
/// those that are connected to it.
///
/// Besides Stripe's API there are control endpoints under `/_sandbox`: a buyer pays, a period ends,
/// a card fails.
public final class StripeSimulator implements Simulator {
  /// The version of the shapes, and of events for endpoints that pin none.
  public static final String API_VERSION = "2026-07-29.dahlia";

  private final java.util.concurrent.atomic.AtomicReference<@Nullable StripeAccounts> accounts =
      new java.util.concurrent.atomic.AtomicReference<>();

  @Override
  public String name() {
    return "stripe";
  }

  @Override
  public String title() {
    return "Stripe";
  }

  @Override
  public boolean isProviderApi(String path) {
    return path.startsWith("/v1/");
  }

  @Override
  public String faultBody(int status) {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    error.put("type", status == 429 ? "invalid_request_error" : "api_error");
    if (status == 429) {
      error.put("code", "rate_limit");
    }
    error.put("message", "Injected by the sandbox.");
    return Json.write(body);
  }

  @Override
  public List<Link> links() {
    return List.of(
        new Link("/_sandbox/checkout-sessions", "Checkout sessions that wait for a payment"),
        new Link("/_sandbox/subscriptions", "Subscriptions, and how to move them on"));
  }

  /// A copy of all objects of the platform's account, by type; empty before it has started.
  public ObjectNode objects() {
    StripeAccounts held = accounts.get();
    return held == null ? Json.object() : held.platform().api.read(held.platform().objects::copy);
  }

  @Override
  public void routing(HttpRouting.Builder routing, SimulatorContext context) {
    var made = new StripeAccounts(context);
    context.webhooks().addressed(made::address);
    accounts.set(made);
    StripeRoutes.declare(routing, made);
  }

  /// Registers a webhook endpoint for all events, as if by the API.
  ///
  /// @param secret a `whsec_…` that signs its webhooks
  /// @return the endpoint's id, `we_…`
  public String registerEndpoint(URI url, String secret) {
    StripeAccount held = platform();
    return held.api.run(
        Call.NONE,
        call -> held.endpoints.add(url.toString(), List.of("*"), "", secret).path("id").asString());
  }

  /// Has one webhook endpoint for all events in place of those whose address `these` picks, as if
  /// one of them were changed by the API: what is on its way to it still arrives.
  ///
  /// @param secret a `whsec_…` that signs its webhooks
  /// @return the endpoint's id, `we_…`
  public String moveEndpoint(Predicate<URI> these, URI url, String secret) {
    StripeAccount held = platform();
    return held.api.run(Call.NONE, call -> held.endpoints.move(these, url.toString(), secret));
  }

  /// Gives an endpoint a new secret; the old one signs too for 24 hours.
  ///
  /// @return the new secret
  public String rollSecret(String endpointId) {
    StripeAccount held = platform();
    return held.api.run(Call.NONE, call -> held.endpoints.roll(endpointId));
  }

  /// Pays an open Checkout Session, as the button on its page does.
  public void pay(String sessionId) {
    StripeAccount held = accounts().holding(sessionId);
    held.api.run(Call.NONE, call -> held.payment.pay(sessionId, ""));
  }

  private StripeAccount platform() {
    return accounts().platform();
  }

  private StripeAccounts accounts() {
    StripeAccounts held = accounts.get();
    if (held == null) {
      throw new IllegalStateException("The Stripe simulator is not part of a running sandbox.");
    }
    return held;
  }

  /// Whether a Checkout Session has been paid; empty when there is no such session.
  public Optional<Boolean> paid(String sessionId) {
    StripeAccount held = accounts().holding(sessionId);
    return held.api.run(
        Call.NONE,
        call ->
            held.objects
                .find(CheckoutSessions.TYPE, sessionId)
                .map(session -> session.path("status").asString().equals("complete")));
  }
}
