package dev.tenon.connector.stripe;

import com.stripe.StripeClient;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.EventListParams;
import com.stripe.param.RefundCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Calls one Stripe account: one connector per connection, without any state shared between them.
///
/// Every call that changes something takes an idempotency key of 1 to 255 characters. Stripe keeps
/// it for 24 hours at least and answers a repetition with what it answered first, so a call that
/// ended [Outcome.Unknown] is repeated with the same key, never with a new one. Nothing is repeated
/// here: the caller decides.
///
/// The API version is the one that the SDK was made for; answers are read from their JSON by the
/// same readers as webhooks.
public final class StripeConnector {
  /// Where Stripe's API is.
  public static final URI API = URI.create("https://api.stripe.com");

  /// The code of an [Outcome.Unknown] whose idempotency key Stripe knows from a call with other
  /// parameters. What became of that call is not to be learned by repeating this one.
  public static final String KEY_OF_ANOTHER_CALL = "idempotency_error";

  /// The code of an [Outcome.Unknown] that is the stored answer of an earlier call with the same
  /// idempotency key: a repetition gets it again.
  public static final String REPLAYED_FAULT = "idempotent_replayed";

  /// The code of an [Outcome.Unknown] whose answer is longer than is read: a list that is asked for
  /// less at a time may fit.
  public static final String ANSWER_TOO_LONG = "answer_too_long";

  private final StripeCalls calls;
  private final boolean cardsAlone;

  private StripeConnector(StripeCalls calls, boolean cardsAlone) {
    this.calls = calls;
    this.cardsAlone = cardsAlone;
  }

  /// For the account that `key` belongs to.
  public StripeConnector(Secret key, URI base, ProviderHttp http) {
    this(key, base, http, Optional.empty());
  }

  private StripeConnector(Secret key, URI base, ProviderHttp http, Optional<String> account) {
    StripeClient.StripeClientBuilder builder =
        new StripeClient.StripeClientBuilder()
            .setApiKey(key.reveal())
            .setApiBase(withoutSlash(base))
            .setMaxNetworkRetries(0)
            .setHttpClient(new StripeTransport(http));
    account.ifPresent(builder::setStripeAccount);
    this.calls = new StripeCalls(builder.build(), new StripeFailures(key));
    this.cardsAlone = false;
  }

  /// For a Connect account, by the platform's key.
  public static StripeConnector onBehalfOf(
      String account, Secret platformKey, URI base, ProviderHttp http) {
    return new StripeConnector(platformKey, base, http, Optional.of(account));
  }

  private static String withoutSlash(URI base) {
    String text = base.toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  /// Gives money back. A refund may still fail after it was accepted, which its events tell.
  public Outcome<RefundSnapshot> refund(NewRefund refund, String idempotencyKey) {
    RefundCreateParams.Builder params =
        RefundCreateParams.builder()
            .setPaymentIntent(refund.paymentIntent())
            .putAllMetadata(refund.origin().metadata());
    if (refund.amount() > 0) {
      params.setAmount(refund.amount());
    }
    if (!refund.reason().isEmpty()) {
      params.setReason(RefundCreateParams.Reason.valueOf(refund.reason().toUpperCase(Locale.ROOT)));
    }
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().refunds().create(params.build(), options), RefundSnapshot::of);
  }

  /// The same, for sales that take cards alone.
  public StripeConnector cardsAlone() {
    return new StripeConnector(calls, true);
  }

  /// The calls about subscriptions.
  public StripeSubscriptions subscriptions() {
    return new StripeSubscriptions(calls, cardsAlone);
  }

  /// The calls that change what a subscription is for.
  public StripeChanges changes() {
    return new StripeChanges(calls);
  }

  /// The calls about webhook endpoints.
  public StripeEndpoints endpoints() {
    return new StripeEndpoints(calls);
  }

  /// Gets single objects as they are now.
  public StripeLookUps lookUps() {
    return new StripeLookUps(calls);
  }

  /// Creates a customer.
  public Outcome<CustomerSnapshot> createCustomer(NewCustomer customer, String idempotencyKey) {
    CustomerCreateParams.Builder params =
        CustomerCreateParams.builder()
            .setEmail(customer.email())
            .putAllMetadata(customer.origin().metadata());
    if (!customer.name().isEmpty()) {
      params.setName(customer.name());
    }
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().customers().create(params.build(), options), CustomerSnapshot::of);
  }

  /// Gets a customer. A deleted one is accepted with [CustomerSnapshot#deleted]; one that never was
  /// is [Outcome.RefusedRequest] with code `resource_missing`.
  public Outcome<CustomerSnapshot> getCustomer(String id) {
    return calls.send(client -> client.v1().customers().retrieve(id), CustomerSnapshot::of);
  }

  /// Changes a customer's address or name; an empty one stays as it is.
  public Outcome<CustomerSnapshot> updateCustomer(
      String id, String email, String name, String idempotencyKey) {
    CustomerUpdateParams.Builder params = CustomerUpdateParams.builder();
    if (!email.isEmpty()) {
      params.setEmail(email);
    }
    if (!name.isEmpty()) {
      params.setName(name);
    }
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().customers().update(id, params.build(), options),
        CustomerSnapshot::of);
  }

  /// Creates a Checkout Session, hosted or embedded. Its payment methods are those that the account
  /// offers, since Stripe refuses a list from 2026-09-30 on.
  public Outcome<OpenCheckoutSession> createCheckoutSession(
      NewCheckoutSession session, String idempotencyKey) {
    SessionCreateParams params = CheckoutParams.of(session, cardsAlone);
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().checkout().sessions().create(params, options),
        StripeConnector::session);
  }

  private static OpenCheckoutSession session(JsonNode session) {
    String secret = StripeObjects.text(session, "client_secret");
    return new OpenCheckoutSession(
        StripeObjects.text(session, "id"),
        StripeObjects.text(session, "url"),
        secret.isEmpty() ? null : Secret.of(secret));
  }

  /// Creates a session of Stripe's customer portal and answers the URL to send the browser to.
  public Outcome<URI> createPortalSession(
      String customer, String returnUrl, String idempotencyKey) {
    var params =
        com.stripe.param.billingportal.SessionCreateParams.builder()
            .setCustomer(customer)
            .setReturnUrl(returnUrl)
            .build();
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().billingPortal().sessions().create(params, options),
        session -> URI.create(StripeObjects.required(session, "url")));
  }

  /// Lists Stripe's own events, to find those that never arrived.
  public Outcome<EventPage> listEvents(EventQuery query) {
    EventListParams.Builder params =
        EventListParams.builder()
            .setCreated(
                EventListParams.Created.builder()
                    .setGte(query.createdFrom().getEpochSecond())
                    .setLte(query.createdUntil().getEpochSecond())
                    .build())
            .setLimit((long) query.limit());
    if (!query.types().isEmpty()) {
      params.addAllType(query.types());
    }
    if (!query.startingAfter().isEmpty()) {
      params.setStartingAfter(query.startingAfter());
    }
    if (query.undeliveredOnly()) {
      params.setDeliverySuccess(false);
    }
    return calls.ask(client -> client.v1().events().list(params.build()), StripeConnector::page);
  }

  private static EventPage page(JsonNode list) {
    List<JsonNode> events = StripeObjects.list(list);
    return new EventPage(
        events.stream().map(JsonNode::toString).toList(),
        events.isEmpty() ? "" : StripeObjects.text(events.getLast(), "id"),
        StripeObjects.flag(list, "has_more"));
  }
}
