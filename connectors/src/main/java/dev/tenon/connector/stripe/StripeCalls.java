package dev.tenon.connector.stripe;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.StripeObjectInterface;
import com.stripe.net.RequestOptions;
import com.stripe.net.StripeResponse;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Makes calls through the SDK and turns every end into an [Outcome].
final class StripeCalls {
  private static final int KEY_CHARS_MAX = 255;

  private final StripeClient client;
  private final StripeFailures failures;

  StripeCalls(StripeClient client, StripeFailures failures) {
    this.client = client;
    this.failures = failures;
  }

  /// A call through the SDK.
  interface Call {
    StripeObjectInterface make(StripeClient client) throws StripeException;
  }

  /// Options for a call that changes something.
  ///
  /// @throws IllegalArgumentException when the key isn't 1 to 255 characters
  static RequestOptions keyed(String idempotencyKey) {
    if (idempotencyKey.isBlank() || idempotencyKey.length() > KEY_CHARS_MAX) {
      throw new IllegalArgumentException("an idempotency key has 1 to 255 characters");
    }
    return RequestOptions.builder().setIdempotencyKey(idempotencyKey).build();
  }

  /// A call that is answered with an object. One without an id is none: nobody knows what was done.
  <T> Outcome<T> send(Call call, Function<JsonNode, T> reader) {
    return ask(
        call,
        object -> {
          String _ = StripeObjects.required(object, "id");
          return reader.apply(object);
        });
  }

  /// A call that is answered with something else.
  ///
  /// @param reader throws [IllegalArgumentException] on what is not what was asked for
  <T> Outcome<T> ask(Call call, Function<JsonNode, T> reader) {
    StripeResponse response;
    try {
      response = call.make(client).getLastResponse();
    } catch (StripeTransport.NoSuccess ended) {
      return failures.outcome(ended.result());
    } catch (StripeException | RuntimeException _) {
      // The transport passes on successes only, so it is a success that the SDK can't read. Its
      // JSON library, which isn't ours, may throw anything.
      return new Outcome.Unknown<>(Detail.none("the answer is not what Stripe answers"));
    }
    Detail detail = new Detail(response.code(), "", "", orEmpty(response.requestId()));
    try {
      byte[] body = response.body().getBytes(StandardCharsets.UTF_8);
      return new Outcome.Accepted<>(reader.apply(StripeObjects.tree(body)), detail);
    } catch (IllegalArgumentException _) {
      return new Outcome.Unknown<>(detail);
    }
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }
}
