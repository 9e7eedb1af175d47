package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.stripe.SubscriptionChange.Proration;
import dev.tenon.connector.stripe.SubscriptionChange.Unpaid;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StripeChangesTest {
  private final ScriptedStripe stripe = new ScriptedStripe();
  private final ApacheProviderHttp http =
      new ApacheProviderHttp(EgressPolicy.allowing(List.of(stripe.base())));
  private final StripeChanges changes =
      new StripeConnector(Secret.of("sk_test_canary"), stripe.base(), http).changes();

  @AfterEach
  void close() {
    http.close();
    stripe.close();
  }

  @Test
  void changesOneItemAndRefusesWhatIsNotPaid() {
    stripe.answer(200, "{\"id\":\"sub_1\",\"status\":\"active\"}");
    var change =
        new SubscriptionChange(
            "sub_1",
            "si_1",
            "price_2",
            3L,
            Proration.INVOICE_NOW,
            Instant.ofEpochSecond(1_700_000_000));
    assertThat(accepted(changes.change(change, Unpaid.REFUSE, "key-1")).confirmation()).isNull();
    assertThat(asked().path()).isEqualTo("/v1/subscriptions/sub_1");
    assertThat(asked().headers()).containsEntry("idempotency-key", "key-1");
    assertThat(asked().form())
        .isEqualTo(
            Map.of(
                "items[0][id]", "si_1",
                "items[0][price]", "price_2",
                "items[0][quantity]", "3",
                "proration_behavior", "always_invoice",
                "proration_date", "1700000000",
                "payment_behavior", "error_if_incomplete",
                "expand[0]", "latest_invoice.confirmation_secret",
                "expand[1]", "pending_setup_intent"));
  }

  @Test
  void leavesWhatIsNotGivenAndLetsTheCustomerConfirm() {
    stripe.answer(
        200,
        """
        {"id":"sub_1","status":"past_due","latest_invoice":{"id":"in_1","status":"open",
         "confirmation_secret":{"client_secret":"pi_1_secret_x"}}}
        """);
    var change = new SubscriptionChange("sub_1", "si_1", "", 2L, Proration.NEXT_INVOICE, null);
    assertThat(accepted(changes.change(change, Unpaid.CONFIRM, "key-1")).confirmation())
        .isEqualTo(new Confirmation(Confirmation.Kind.PAYMENT, Secret.of("pi_1_secret_x")));
    assertThat(asked().form())
        .containsEntry("payment_behavior", "default_incomplete")
        .containsEntry("proration_behavior", "create_prorations")
        .doesNotContainKeys("items[0][price]", "proration_date");
  }

  @Test
  void previewsByTheCallThatReplacedTheUpcomingInvoice() {
    stripe.answer(
        200,
        """
        {"id":"upcoming_in_1","object":"invoice","currency":"usd","subtotal":2000,"total":1500,
         "amount_due":1400,"next_payment_attempt":1700000000,
         "lines":{"object":"list","has_more":true,"data":[
          {"id":"il_1","object":"line_item","amount":-1000,"description":"Unused time",
           "period":{"start":1700000000,"end":1701000000},
           "parent":{"subscription_item_details":{"proration":true}},
           "pricing":{"price_details":{"price":"price_1"}}}]}}
        """);
    var change = new SubscriptionChange("sub_1", "si_1", "price_2", null, Proration.NONE, null);
    assertThat(accepted(changes.preview(change)))
        .isEqualTo(
            new InvoicePreview(
                "usd",
                2000,
                1500,
                1400,
                Instant.ofEpochSecond(1_700_000_000),
                List.of(
                    new InvoiceSnapshot.Line(
                        "price_1",
                        "Unused time",
                        -1000,
                        true,
                        Instant.ofEpochSecond(1_700_000_000),
                        Instant.ofEpochSecond(1_701_000_000))),
                true));
    assertThat(asked().method()).isEqualTo("POST");
    assertThat(asked().path()).isEqualTo("/v1/invoices/create_preview");
    assertThat(asked().form())
        .isEqualTo(
            Map.of(
                "subscription", "sub_1",
                "subscription_details[items][0][id]", "si_1",
                "subscription_details[items][0][price]", "price_2",
                "subscription_details[proration_behavior]", "none"));
  }

  @Test
  void aPreviewThatDoesNotSayWhatIsToPayIsNone() {
    var change = new SubscriptionChange("sub_1", "si_1", "", 2L, Proration.NEXT_INVOICE, null);
    for (String less :
        new String[] {
          "{\"total\":1,\"amount_due\":1}",
          "{\"currency\":\"usd\",\"amount_due\":1}",
          "{\"currency\":\"usd\",\"total\":1}"
        }) {
      stripe.answer(200, less);
      assertThat(changes.preview(change)).as(less).isInstanceOf(Outcome.Unknown.class);
    }
  }

  /// Stripe refuses the two together.
  @Test
  void sendsNoDateWhereNothingIsProrated() {
    stripe.answer(200, "{\"id\":\"sub_1\",\"status\":\"active\"}");
    stripe.answer(200, "{\"currency\":\"usd\",\"total\":1,\"amount_due\":1}");
    var change =
        new SubscriptionChange(
            "sub_1", "si_1", "", 2L, Proration.NONE, Instant.ofEpochSecond(1_700_000_000));
    accepted(changes.change(change, Unpaid.REFUSE, "key-1"));
    assertThat(asked().form())
        .containsEntry("proration_behavior", "none")
        .doesNotContainKey("proration_date");
    accepted(changes.preview(change));
    assertThat(asked().form())
        .containsEntry("subscription_details[proration_behavior]", "none")
        .doesNotContainKey("subscription_details[proration_date]");
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
