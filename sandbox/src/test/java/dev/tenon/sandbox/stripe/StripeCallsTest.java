package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.AuthenticationException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Customer;
import com.stripe.model.Price;
import com.stripe.model.Subscription;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerListParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.PriceListParams;
import dev.tenon.sandbox.Fault;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Stripe's own Java SDK against the simulator: customers, products, prices, and the manners of its
/// API.
class StripeCallsTest extends StripeSimulatorRig {
  @Test
  void keepsCustomers() throws Exception {
    Customer ada = customer("ada@example.com");
    assertThat(ada.getId()).startsWith("cus_");
    assertThat(ada.getMetadata()).containsEntry("tenant_id", "t_1");
    Customer changed =
        stripe
            .v1()
            .customers()
            .update(
                ada.getId(),
                CustomerUpdateParams.builder()
                    .setName("Ada")
                    .putMetadata("tenant_id", "")
                    .putMetadata("7", "seven")
                    .build());
    assertThat(changed.getName()).isEqualTo("Ada");
    assertThat(changed.getMetadata()).isEqualTo(Map.of("7", "seven"));
    customer("grace@example.com");
    var found =
        stripe
            .v1()
            .customers()
            .list(CustomerListParams.builder().setEmail("ada@example.com").build());
    assertThat(found.getData()).extracting(Customer::getId).containsExactly(ada.getId());
    assertThat(stripe.v1().customers().delete(ada.getId()).getDeleted()).isTrue();
    assertThat(stripe.v1().customers().retrieve(ada.getId()).getDeleted()).isTrue();
  }

  @Test
  void pagesThroughAList() throws Exception {
    for (int i = 0; i < 5; i++) {
      customer("c" + i + "@example.com");
    }
    var first = stripe.v1().customers().list(CustomerListParams.builder().setLimit(2L).build());
    assertThat(first.getHasMore()).isTrue();
    assertThat(first.getData())
        .extracting(Customer::getEmail)
        .containsExactly("c4@example.com", "c3@example.com");
    int all = 0;
    for (Customer customer : first.autoPagingIterable()) {
      assertThat(customer.getEmail()).isEqualTo("c" + (4 - all++) + "@example.com");
    }
    assertThat(all).isEqualTo(5);
    var before =
        stripe
            .v1()
            .customers()
            .list(
                CustomerListParams.builder()
                    .setLimit(1L)
                    .setEndingBefore(first.getData().get(1).getId())
                    .build());
    assertThat(before.getData()).extracting(Customer::getEmail).containsExactly("c4@example.com");
    assertThat(before.getHasMore()).isFalse();
  }

  @Test
  void makesProductsAndPrices() throws Exception {
    Price price = monthly();
    assertThat(price.getRecurring().getInterval()).isEqualTo("month");
    assertThat(price.getUnitAmount()).isEqualTo(2000L);
    var listed =
        stripe.v1().prices().list(PriceListParams.builder().setProduct(price.getProduct()).build());
    assertThat(listed.getData()).extracting(Price::getId).containsExactly(price.getId());
    assertThat(stripe.v1().products().retrieve(price.getProduct()).getName()).isEqualTo("Pro");
    assertThat(stripe.v1().products().list().getData()).hasSize(1);
    assertThatThrownBy(() -> stripe.v1().prices().retrieve("price_none"))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.getStatusCode()).isEqualTo(404);
              assertThat(e.getCode()).isEqualTo("resource_missing");
              assertThat(e.getRequestId()).startsWith("req_");
            });
  }

  @Test
  void repeatsTheFirstAnswerForAnIdempotencyKey() throws Exception {
    RequestOptions key = RequestOptions.builder().setIdempotencyKey("k-1").build();
    CustomerCreateParams ada = CustomerCreateParams.builder().setEmail("ada@example.com").build();
    Customer first = stripe.v1().customers().create(ada, key);
    Customer second = stripe.v1().customers().create(ada, key);
    assertThat(second.getId()).isEqualTo(first.getId());
    assertThat(second.getLastResponse().headers().firstValue("Idempotent-Replayed"))
        .contains("true");
    CustomerCreateParams other = CustomerCreateParams.builder().setEmail("x@example.com").build();
    assertThatThrownBy(() -> stripe.v1().customers().create(other, key))
        .isInstanceOf(IdempotencyException.class);
    clock.advance(Duration.ofHours(25));
    assertThat(stripe.v1().customers().create(other, key).getId()).isNotEqualTo(first.getId());
  }

  @Test
  void repeatsARefusalForItsKeyToo() throws Exception {
    Subscription ended = incomplete(customer("ada@example.com"), monthly());
    stripe.v1().subscriptions().cancel(ended.getId());
    String path = "/v1/subscriptions/" + ended.getId();
    HttpResponse<String> first = keyed("k-3", path, "cancel_at_period_end=true");
    assertThat(first.statusCode()).isEqualTo(400);
    assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
    HttpResponse<String> second = keyed("k-3", path, "cancel_at_period_end=true");
    assertThat(second.statusCode()).isEqualTo(400);
    assertThat(second.body()).isEqualTo(first.body());
    assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
  }

  @Test
  void aCallWithWrongParametersMayBeMendedUnderItsKey() {
    assertThat(keyed("k-4", "/v1/customers", "email=ada").statusCode()).isEqualTo(400);
    assertThat(keyed("k-4", "/v1/customers", "email=ada@example.com").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> keyed(String key, String path, String form) {
    return send(
        HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .header("Authorization", "Bearer sk_test_sandbox")
            .header("Idempotency-Key", key)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build());
  }

  @Test
  void remembersWorkThatWasAcceptedButNeverAnswered() throws Exception {
    sandbox
        .faults("stripe")
        .set(List.of(Fault.timeOutAfterAccepting(Duration.ofMinutes(1)).times(1)));
    // The client must give up first: Java's HttpURLConnection repeats a POST that was cut off.
    RequestOptions key =
        RequestOptions.builder().setIdempotencyKey("k-2").setReadTimeout(300).build();
    CustomerCreateParams ada = CustomerCreateParams.builder().setEmail("ada@example.com").build();
    assertThatThrownBy(() -> stripe.v1().customers().create(ada, key))
        .isInstanceOf(com.stripe.exception.ApiConnectionException.class);
    stripe.v1().customers().create(ada, key);
    assertThat(stripe.v1().customers().list().getData()).hasSize(1);
  }

  @Test
  void refusesWhatStripeRefuses() {
    assertThatThrownBy(() -> client("pk_live_no").v1().customers().list())
        .isInstanceOf(AuthenticationException.class);
    assertThat(post("/v1/customers", "nonsense=1")).contains("parameter_unknown");
    assertThat(post("/v1/customers", "email=ada")).contains("email_invalid");
    assertThat(post("/v1/customers", "metadata=x&metadata[a]=b")).contains("both a value");
    assertThat(post("/v1/nothing", "")).contains("Unrecognized request URL (POST: /v1/nothing)");
    assertThat(post("/v1/checkout/sessions", "mode=payment&payment_method_types[]=card"))
        .contains("payment_method_types");
    assertThat(
            post(
                "/v1/checkout/sessions",
                "mode=payment&ui_mode=hosted&success_url=https://app.example/ok"))
        .contains("ui_mode");
  }
}
