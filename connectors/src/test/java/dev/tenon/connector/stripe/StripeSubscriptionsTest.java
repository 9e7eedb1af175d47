package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeSubscriptionsTest {
  private static final String ANSWER =
      "{\"id\":\"sub_1\",\"object\":\"subscription\",\"status\":\"active\"}";

  private final ScriptedStripe stripe = new ScriptedStripe();
  private final ApacheProviderHttp http =
      new ApacheProviderHttp(EgressPolicy.allowing(List.of(stripe.base())));
  private final StripeConnector connector =
      new StripeConnector(Secret.of("sk_test_canary"), stripe.base(), http);
  private final StripeSubscriptions subscriptions = connector.subscriptions();

  @AfterEach
  void close() {
    http.close();
    stripe.close();
  }

  @Test
  void getsOne() {
    stripe.answer(200, ANSWER);
    assertThat(accepted(subscriptions.get("sub_1")).status()).isEqualTo("active");
    assertThat(asked().method()).isEqualTo("GET");
    assertThat(asked().path()).isEqualTo("/v1/subscriptions/sub_1");
  }

  @Test
  void endsAtThePeriodsEndByAnUpdate() {
    stripe.answer(200, ANSWER);
    assertThat(accepted(subscriptions.cancelAtPeriodEnd("sub_1", "key-1")).id()).isEqualTo("sub_1");
    assertThat(asked().method()).isEqualTo("POST");
    assertThat(asked().form()).isEqualTo(Map.of("cancel_at_period_end", "true"));
    assertThat(asked().headers()).containsEntry("idempotency-key", "key-1");
  }

  @Test
  void endsNowByADeletion() {
    stripe.answer(200, ANSWER);
    assertThat(accepted(subscriptions.cancelNow("sub_1", "key-2")).id()).isEqualTo("sub_1");
    assertThat(asked().method()).isEqualTo("DELETE");
    assertThat(asked().path()).isEqualTo("/v1/subscriptions/sub_1");
    assertThat(asked().form()).isEmpty();
  }

  @Test
  void takesBackTheFormOfCancellationThatIsSet() {
    stripe.answer(200, ANSWER);
    stripe.answer(200, ANSWER);
    for (String flag : List.of("true", "false")) {
      byte[] json =
          "{\"id\":\"sub_1\",\"cancel_at_period_end\":%s,\"cancel_at\":1702592000}"
              .formatted(flag)
              .getBytes(java.nio.charset.StandardCharsets.UTF_8);
      accepted(
          subscriptions.keep(SubscriptionSnapshot.of(StripeObjects.tree(json)), "key-" + flag));
    }
    assertThat(stripe.asked())
        .extracting(ScriptedStripe.Asked::form)
        .containsExactly(Map.of("cancel_at_period_end", "false"), Map.of("cancel_at", ""));
  }

  @Test
  void opensThePortal() {
    stripe.answer(
        200,
        "{\"id\":\"bps_1\",\"object\":\"billing_portal.session\",\"url\":\"https://p.example/1\"}");
    assertThat(
            accepted(connector.createPortalSession("cus_1", "https://app.example/back", "key-3")))
        .isEqualTo(URI.create("https://p.example/1"));
    assertThat(asked().path()).isEqualTo("/v1/billing_portal/sessions");
    assertThat(asked().form())
        .isEqualTo(Map.of("customer", "cus_1", "return_url", "https://app.example/back"));
  }

  private ScriptedStripe.Asked asked() {
    return stripe.asked().getLast();
  }

  private static <T> T accepted(Outcome<T> outcome) {
    if (outcome instanceof Outcome.Accepted<T>(T value, _)) {
      return value;
    }
    throw new AssertionError(outcome);
  }
}
