package dev.tenon.connector.stripe;

import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.StripeException;
import com.stripe.net.HttpClient;
import com.stripe.net.HttpHeaders;
import com.stripe.net.StripeRequest;
import com.stripe.net.StripeResponse;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.io.Serial;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Carries stripe-java's requests over [ProviderHttp]: one guarded way out for all providers. Sends
/// no telemetry (its header is dropped) and repeats nothing, without a static switch of the SDK.
/// What isn't a success leaves as an exception that holds the answer whole, headers included, which
/// the SDK's own exceptions drop.
final class StripeTransport extends HttpClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /// Headers of the SDK that tell about the machine it runs on.
  private static final Set<String> DROPPED =
      Set.of("user-agent", "x-stripe-client-user-agent", "x-stripe-client-telemetry");

  private final ProviderHttp http;

  StripeTransport(ProviderHttp http) {
    this.http = http;
  }

  @Override
  public StripeResponse requestWithRetries(StripeRequest request) throws StripeException {
    return request(request);
  }

  @Override
  public StripeResponse request(StripeRequest request) throws StripeException {
    HttpResult result = http.call(call(request));
    if (result instanceof HttpResult.Answered answered
        && answered.status() >= 200
        && answered.status() < 300) {
      return new StripeResponse(
          answered.status(), HttpHeaders.of(answered.headers()), answered.text());
    }
    throw new NoSuccess(result);
  }

  private static HttpCall call(StripeRequest request) {
    Map<String, String> headers = new HashMap<>();
    request
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!DROPPED.contains(name.toLowerCase(Locale.ROOT))) {
                headers.put(name, String.join(",", values));
              }
            });
    byte[] body = new byte[0];
    if (request.content() != null) {
      body = request.content().byteArrayContent();
      headers.put("Content-Type", request.content().contentType());
    }
    return HttpCall.of(request.method().name(), URI.create(request.url().toString()), headers, body)
        .within(TIMEOUT);
  }

  /// How the exchange ended when it wasn't a success.
  static final class NoSuccess extends ApiConnectionException {
    @Serial private static final long serialVersionUID = 1L;

    private final transient HttpResult result;

    NoSuccess(HttpResult result) {
      super("no success");
      this.result = result;
    }

    HttpResult result() {
      return result;
    }
  }
}
