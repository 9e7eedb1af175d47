package dev.tenon.connector.stripe;

import com.stripe.Stripe;
import com.stripe.net.RequestOptions;
import com.stripe.param.WebhookEndpointCreateParams;
import com.stripe.param.WebhookEndpointListParams;
import com.stripe.param.WebhookEndpointUpdateParams;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// The calls about webhook endpoints (docs.stripe.com/api/webhook_endpoints).
public final class StripeEndpoints {
  /// What the events of our endpoints follow: the SDK's own version, whatever the account's default
  /// is or becomes.
  public static final String API_VERSION = Stripe.API_VERSION;

  /// A page is all of them at almost every account: Stripe allows 16 in test and in live mode each.
  private static final int PAGE = 100;

  private static final int PAGES_MAX = 10;

  private final StripeCalls calls;

  StripeEndpoints(StripeCalls calls) {
    this.calls = calls;
  }

  /// Registers an endpoint whose events follow [#API_VERSION].
  ///
  /// @param types event types, at least one; types that the SDK doesn't know are sent all the same
  public Outcome<WebhookEndpoint> create(
      Origin origin, URI url, String description, List<String> types, String idempotencyKey) {
    if (types.isEmpty()) {
      throw new IllegalArgumentException("an endpoint listens to at least one type of event");
    }
    WebhookEndpointCreateParams params =
        WebhookEndpointCreateParams.builder()
            .setUrl(url.toString())
            .setDescription(description)
            .putExtraParam("enabled_events", List.copyOf(types))
            .putExtraParam("api_version", API_VERSION)
            .putAllMetadata(origin.metadata())
            .build();
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().webhookEndpoints().create(params, options),
        // One without a secret is of no use to anybody.
        endpoint ->
            new WebhookEndpoint(
                StripeObjects.text(endpoint, "id"),
                StripeObjects.text(endpoint, "url"),
                Secret.of(StripeObjects.required(endpoint, "secret")),
                StripeObjects.text(endpoint, "api_version")));
  }

  /// All endpoints of the account, up to a thousand.
  public Outcome<List<RegisteredEndpoint>> list() {
    List<RegisteredEndpoint> all = new ArrayList<>();
    for (int page = 1; ; page++) {
      int before = all.size();
      WebhookEndpointListParams.Builder params =
          WebhookEndpointListParams.builder().setLimit((long) PAGE);
      if (before > 0) {
        params.setStartingAfter(all.getLast().id());
      }
      AtomicBoolean more = new AtomicBoolean();
      Outcome<List<RegisteredEndpoint>> outcome =
          calls.ask(
              client -> client.v1().webhookEndpoints().list(params.build()),
              list -> {
                StripeObjects.list(list).forEach(one -> all.add(RegisteredEndpoint.of(one)));
                more.set(StripeObjects.flag(list, "has_more"));
                return List.copyOf(all);
              });
      boolean last = !more.get() || all.size() == before || page == PAGES_MAX;
      if (last || !(outcome instanceof Outcome.Accepted<List<RegisteredEndpoint>>)) {
        return outcome;
      }
    }
  }

  /// Has an endpoint send these types to this address, and enables it. Its API version can't be
  /// changed; that takes a new endpoint.
  public Outcome<RegisteredEndpoint> update(
      String id, URI url, List<String> types, String idempotencyKey) {
    WebhookEndpointUpdateParams params =
        WebhookEndpointUpdateParams.builder()
            .setUrl(url.toString())
            .setDisabled(false)
            .putExtraParam("enabled_events", List.copyOf(types))
            .build();
    RequestOptions options = StripeCalls.keyed(idempotencyKey);
    return calls.send(
        client -> client.v1().webhookEndpoints().update(id, params, options),
        RegisteredEndpoint::of);
  }

  /// Removes an endpoint. One that is not there is [Outcome.RefusedRequest] with code
  /// `resource_missing`.
  public Outcome<String> delete(String id) {
    return calls.send(
        client -> client.v1().webhookEndpoints().delete(id),
        deleted -> StripeObjects.required(deleted, "id"));
  }
}
