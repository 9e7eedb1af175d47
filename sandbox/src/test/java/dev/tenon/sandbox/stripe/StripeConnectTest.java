package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.PermissionException;
import com.stripe.model.Account;
import com.stripe.model.Customer;
import com.stripe.model.Event;
import com.stripe.model.checkout.Session;
import com.stripe.net.RequestOptions;
import com.stripe.net.Webhook;
import com.stripe.param.AccountCreateParams;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.EventListParams;
import com.stripe.param.PriceCreateParams;
import com.stripe.param.WebhookEndpointCreateParams;
import com.stripe.param.checkout.SessionCreateParams;
import dev.tenon.sandbox.WebhookSink;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Connected accounts, as Stripe's own Java SDK speaks of them.
class StripeConnectTest extends StripeSimulatorRig {

  @Test
  void eachAccountHasItsOwnObjectsAndIdempotencyKeys() throws Exception {
    Account one = account();
    Account other = account();
    CustomerCreateParams ada = CustomerCreateParams.builder().setEmail("ada@one.test").build();

    Customer made = stripe.v1().customers().create(ada, in(one, "key-1"));
    Customer again = stripe.v1().customers().create(ada, in(one, "key-1"));
    Customer elsewhere = stripe.v1().customers().create(ada, in(other, "key-1"));

    assertThat(again.getId()).isEqualTo(made.getId());
    assertThat(elsewhere.getId()).isNotEqualTo(made.getId());
    assertThat(stripe.v1().customers().retrieve(made.getId(), in(one)).getEmail())
        .isEqualTo("ada@one.test");
    assertThatThrownBy(() -> stripe.v1().customers().retrieve(made.getId()))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> stripe.v1().customers().retrieve(made.getId(), in(other)))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(stripe.v1().accounts().list().getData()).hasSize(2);
  }

  @Test
  void itsEventsGoToTheEndpointsForConnectedAccountsAndItsOwn() throws Exception {
    Account account = account();
    simulator.registerEndpoint(sink.url(), SECRET);
    String connect =
        stripe.v1().webhookEndpoints().create(endpoint().setConnect(true).build()).getSecret();
    String own = stripe.v1().webhookEndpoints().create(endpoint().build(), in(account)).getSecret();

    Customer made =
        stripe
            .v1()
            .customers()
            .create(CustomerCreateParams.builder().setEmail("b@one.test").build(), in(account));
    assertThat(sandbox.webhooks("stripe").awaitIdle(Duration.ofSeconds(10))).isTrue();

    List<WebhookSink.Received> heard = sink.received();
    assertThat(heard).hasSize(2);
    Event named = signed(heard, connect);
    Event plain = signed(heard, own);
    assertThat(named.getAccount()).isEqualTo(account.getId());
    assertThat(plain.getAccount()).isNull();
    assertThat(named.getId()).isEqualTo(plain.getId());
    assertThat(named.getRawJsonObject().toString()).contains(made.getId());
    assertThat(stripe.v1().events().list().getData()).isEmpty();
    assertThat(stripe.v1().events().list(EventListParams.builder().build(), in(account)).getData())
        .extracting(Event::getId)
        .containsExactly(plain.getId());
  }

  @Test
  void itsCheckoutsArePaidOnTheirPage() throws Exception {
    Account account = account();
    String price =
        stripe
            .v1()
            .prices()
            .create(
                PriceCreateParams.builder()
                    .setCurrency("usd")
                    .setUnitAmount(500L)
                    .setProductData(PriceCreateParams.ProductData.builder().setName("A").build())
                    .build(),
                in(account))
            .getId();
    Session session =
        stripe
            .v1()
            .checkout()
            .sessions()
            .create(
                SessionCreateParams.builder()
                    .setMode(SessionCreateParams.Mode.PAYMENT)
                    .setSuccessUrl("https://app.example/done")
                    .addLineItem(
                        SessionCreateParams.LineItem.builder()
                            .setPrice(price)
                            .setQuantity(1L)
                            .build())
                    .build(),
                in(account));
    simulator.pay(session.getId());
    assertThat(stripe.v1().checkout().sessions().retrieve(session.getId(), in(account)).getStatus())
        .isEqualTo("complete");
    assertThat(simulator.paid(session.getId())).contains(true);
  }

  @Test
  void whoIsNotConnectedIsRefusedAsStripeDoes() throws Exception {
    Account account = account();
    stripe.v1().accounts().delete(account.getId());
    assertThatThrownBy(() -> stripe.v1().customers().list(null, in(account)))
        .isInstanceOfSatisfying(
            PermissionException.class,
            refused -> {
              assertThat(refused.getCode()).isEqualTo("account_invalid");
              assertThat(refused.getMessage()).contains(account.getId());
            });
  }

  private Account account() throws Exception {
    return stripe
        .v1()
        .accounts()
        .create(AccountCreateParams.builder().setType(AccountCreateParams.Type.STANDARD).build());
  }

  private WebhookEndpointCreateParams.Builder endpoint() {
    return WebhookEndpointCreateParams.builder()
        .setUrl(sink.url().toString())
        .addEnabledEvent(WebhookEndpointCreateParams.EnabledEvent.ALL);
  }

  private static RequestOptions in(Account account) {
    return RequestOptions.builder().setStripeAccount(account.getId()).build();
  }

  private static RequestOptions in(Account account, String key) {
    return RequestOptions.builder()
        .setStripeAccount(account.getId())
        .setIdempotencyKey(key)
        .build();
  }

  private Event signed(List<WebhookSink.Received> heard, String secret) throws Exception {
    for (WebhookSink.Received one : heard) {
      try {
        return Webhook.constructEvent(one.body(), one.headers().get("Stripe-Signature"), secret, 0);
      } catch (com.stripe.exception.SignatureVerificationException e) {
        // The other one's.
      }
    }
    throw new AssertionError("nothing was signed with " + secret);
  }
}
