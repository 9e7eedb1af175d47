package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// One meaning out of every shape: the same facts in the shapes of 2020-08-27 and of 2025-03-31 and
/// later read as the same snapshot.
class SnapshotsTest {
  private static final Instant START = Instant.ofEpochSecond(1_700_000_000);
  private static final Instant END = Instant.ofEpochSecond(1_702_592_000);

  @Test
  void readsTheSameSubscriptionFromTheOldAndTheNewShape() {
    String common =
        """
        "id":"sub_1","object":"subscription","status":"active","cancel_at_period_end":false,
        "cancel_at":null,"canceled_at":null,"ended_at":null,"created":1700000000,
        "collection_method":"charge_automatically","metadata":{"tenant_id":"ten_1","n":null}
        """;
    var older =
        SubscriptionSnapshot.of(
            json(
                """
                {%s,"customer":"cus_1","latest_invoice":"in_1",
                 "current_period_start":1700000000,"current_period_end":1702592000,
                 "items":{"object":"list","data":[{"id":"si_1","quantity":3,
                  "plan":{"id":"price_1","amount":2000,"currency":"usd","interval":"month",
                   "interval_count":1,"product":"prod_1"}}]}}
                """
                    .formatted(common)));
    var newer =
        SubscriptionSnapshot.of(
            json(
                """
                {%s,"customer":{"id":"cus_1","object":"customer"},"currency":"usd",
                 "latest_invoice":{"id":"in_1","object":"invoice"},
                 "items":{"object":"list","data":[{"id":"si_1","quantity":3,
                  "current_period_start":1700000000,"current_period_end":1702592000,
                  "price":{"id":"price_1","unit_amount":2000,"currency":"USD",
                   "product":{"id":"prod_1"},"recurring":{"interval":"month","interval_count":1}},
                  "plan":{"id":"ignored","amount":7}}]}}
                """
                    .formatted(common)));
    assertThat(older.currentPeriodStart()).isEqualTo(newer.currentPeriodStart()).isEqualTo(START);
    assertThat(older.currentPeriodEnd()).isEqualTo(newer.currentPeriodEnd()).isEqualTo(END);
    assertThat(newer.items())
        .containsExactly(
            new SubscriptionSnapshot.Item(
                "si_1", "price_1", "prod_1", 3, 2000L, "usd", "month", 1, START, END, ""));
    assertThat(older.items())
        .containsExactly(
            new SubscriptionSnapshot.Item(
                "si_1", "price_1", "prod_1", 3, 2000L, "usd", "month", 1, null, null, ""));
    assertThat(older).usingRecursiveComparison().ignoringFields("items").isEqualTo(newer);
    assertThat(newer.metadata()).isEqualTo(Map.of("tenant_id", "ten_1"));
  }

  @Test
  void spansThePeriodsOfAllItems() {
    var subscription =
        SubscriptionSnapshot.of(
            json(
                """
                {"id":"sub_1","items":{"data":[
                 {"id":"a","current_period_start":1700000100,"current_period_end":1702592000},
                 {"id":"b","current_period_start":1700000000,"current_period_end":1701000000}]}}
                """));
    assertThat(subscription.currentPeriodStart()).isEqualTo(START);
    assertThat(subscription.currentPeriodEnd()).isEqualTo(END);
  }

  @Test
  void seesACancellationAtPeriodEndInBothForms() {
    String form =
        "{\"cancel_at_period_end\":%s,\"cancel_at\":%s,\"current_period_end\":1702592000}";
    assertThat(subscription(form.formatted("true", "1702592000")).endsAtPeriodEnd()).isTrue();
    assertThat(subscription(form.formatted("false", "1702592000")).endsAtPeriodEnd()).isTrue();
    assertThat(subscription(form.formatted("false", "1702592001")).endsAtPeriodEnd()).isFalse();
    assertThat(subscription(form.formatted("false", "null")).endsAtPeriodEnd()).isFalse();
  }

  @Test
  void keepsAStatusThatDoesNotExistYet() {
    var subscription =
        subscription(
            "{\"status\":\"hibernating\",\"customer\":null,\"customer_account\":\"acct_1\","
                + "\"pause_collection\":{\"behavior\":\"void\"}}");
    assertThat(subscription.status()).isEqualTo("hibernating");
    assertThat(subscription.customer()).isEqualTo("acct_1");
    assertThat(subscription.collectionPaused()).isTrue();
  }

  @Test
  void tellsUnchangedFromNoneAndFromAFormerValue() {
    JsonNode event =
        json(
            """
            {"data":{"object":{},"previous_attributes":{"status":"trialing","cancel_at":null,
             "items":{"data":[{"id":"si_1","price":{"id":"price_old"},"quantity":1}]}}}}
            """);
    var previous = PreviousSubscription.of(StripeObjects.previousAttributes(event));
    assertThat(previous.status()).isEqualTo(new Previous.Was<>("trialing"));
    assertThat(previous.cancelAt()).isEqualTo(new Previous.WasNone<>());
    assertThat(previous.cancelAtPeriodEnd()).isEqualTo(new Previous.Unchanged<>());
    assertThat(previous.items())
        .isInstanceOfSatisfying(
            Previous.Was.class, was -> assertThat(was.toString()).contains("price_old"));
    var none = PreviousSubscription.of(StripeObjects.previousAttributes(json("{}")));
    assertThat(none.status()).isEqualTo(new Previous.Unchanged<>());
  }

  @Test
  void readsTheSameInvoiceFromTheOldAndTheNewShape() {
    String common =
        """
        "id":"in_1","object":"invoice","number":"N-1","customer":"cus_1","currency":"eur",
        "amount_due":2000,"amount_paid":2000,"amount_remaining":0,"total":2000,"attempt_count":1,
        "billing_reason":"subscription_cycle","created":1700000000,"customer_email":"a@b.c",
        "status_transitions":{"paid_at":1700000000},"hosted_invoice_url":"https://i.example/1"
        """;
    var older =
        InvoiceSnapshot.of(
            json(
                """
                {%s,"status":"paid","paid":true,"subscription":"sub_1","payment_intent":"pi_1",
                 "charge":"ch_1","subscription_details":{"metadata":{"tenant_id":"ten_1"}},
                 "lines":{"data":[{"amount":2000,"description":"Pro","proration":false,
                  "price":{"id":"price_1"},"plan":{"id":"plan_1"},
                  "period":{"start":1700000000,"end":1702592000}}]}}
                """
                    .formatted(common)));
    var newer =
        InvoiceSnapshot.of(
            json(
                """
                {%s,"status":"paid","parent":{"type":"subscription_details",
                  "subscription_details":{"subscription":"sub_1",
                   "metadata":{"tenant_id":"ten_1"}},"quote_details":null},
                 "payments":{"data":[
                  {"is_default":false,"payment":{"payment_intent":"pi_0","type":"payment_intent"}},
                  {"is_default":true,"payment":{"payment_intent":{"id":"pi_1"},"charge":"ch_1"}}]},
                 "lines":{"data":[{"amount":2000,"description":"Pro",
                  "pricing":{"price_details":{"price":"price_1","product":"prod_1"}},
                  "parent":{"subscription_item_details":{"proration":false},
                   "invoice_item_details":null},
                  "period":{"start":1700000000,"end":1702592000}}]}}
                """
                    .formatted(common)));
    assertThat(newer).isEqualTo(older);
    assertThat(newer.subscription()).isEqualTo("sub_1");
    assertThat(newer.paid()).isTrue();
    assertThat(newer.paymentIntent()).isEqualTo("pi_1");
    assertThat(newer.subscriptionMetadata()).isEqualTo(Map.of("tenant_id", "ten_1"));
    assertThat(newer.lines())
        .containsExactly(new InvoiceSnapshot.Line("price_1", "Pro", 2000, false, START, END));
  }

  @Test
  void readsACheckoutSessionAndADeletedCustomer() {
    var session =
        CheckoutSessionSnapshot.of(
            json(
                """
                {"id":"cs_1","object":"checkout.session","mode":"subscription","status":"complete",
                 "payment_status":"paid","customer":"cus_1","customer_email":"first@b.c",
                 "customer_details":{"email":"typed@b.c","name":"Ada"},"subscription":"sub_1",
                 "amount_total":2000,"currency":"EUR","client_secret":"cs_secret",
                 "metadata":{"tenant_id":"ten_1"}}
                """));
    assertThat(session.customerEmail()).isEqualTo("typed@b.c");
    assertThat(session.subscription()).isEqualTo("sub_1");
    assertThat(session.amountTotal()).isEqualTo(2000);
    assertThat(session.currency()).isEqualTo("eur");
    assertThat(session.toString()).doesNotContain("cs_secret");
    var customer =
        CustomerSnapshot.of(json("{\"id\":\"cus_1\",\"object\":\"customer\",\"deleted\":true}"));
    assertThat(customer.deleted()).isTrue();
    assertThat(customer.email()).isEmpty();
  }

  @Test
  void readsFieldsOfTheWrongTypeAsEmpty() {
    JsonNode odd =
        json(
            """
            {"id":7,"status":{},"customer":[],"items":[1,{"data":2}],"lines":{"data":"x"},
             "metadata":[1],"created":"soon","cancel_at":-5,"current_period_end":1e300,
             "amount_due":99999999999999999999,"currency":null,"payments":{"data":[1,null]},
             "parent":"x","customer_details":3,"pause_collection":0}
            """);
    assertThat(SubscriptionSnapshot.of(odd).id()).isEmpty();
    assertThat(SubscriptionSnapshot.of(odd).currentPeriodEnd()).isNull();
    assertThat(InvoiceSnapshot.of(odd).amountDue()).isZero();
    assertThat(CheckoutSessionSnapshot.of(odd).customerEmail()).isEmpty();
    assertThat(CustomerSnapshot.of(odd).metadata()).isEmpty();
    assertThat(PreviousSubscription.of(odd).status()).isEqualTo(new Previous.Was<>(""));
  }

  /// Stripe's own samples are not part of the repository; where they lie beside it, they are read.
  @Test
  void readsStripesOwnSamples() throws IOException {
    Path samples = Path.of("shared", "api", "stripe-fixtures3.json");
    List<Path> found =
        Stream.of(Path.of("..", ".."), Path.of("..", "..", ".."))
            .map(root -> root.resolve(samples))
            .filter(Files::isRegularFile)
            .toList();
    assumeThat(found).as("skipped: Stripe's samples are not beside the repository").isNotEmpty();
    JsonNode resources = StripeObjects.tree(Files.readAllBytes(found.getFirst())).path("resources");

    var subscription = SubscriptionSnapshot.of(resources.path("subscription"));
    assertThat(subscription.id()).startsWith("sub_");
    assertThat(subscription.customer()).startsWith("cus_");
    assertThat(subscription.status()).isNotEmpty();
    assertThat(subscription.currentPeriodEnd()).isNotNull();
    assertThat(subscription.items()).isNotEmpty();
    assertThat(subscription.items().getFirst().price()).startsWith("price_");
    assertThat(subscription.items().getFirst().unitAmount()).isEqualTo(2000);
    var invoice = InvoiceSnapshot.of(resources.path("invoice"));
    assertThat(invoice.id()).startsWith("in_");
    assertThat(invoice.subscription()).isNotEmpty();
    assertThat(invoice.amountDue()).isEqualTo(1000);
    assertThat(invoice.lines()).hasSize(1);
    var session = CheckoutSessionSnapshot.of(resources.path("checkout.session"));
    assertThat(session.id()).startsWith("cs_");
    assertThat(session.customerEmail()).isEqualTo("example@example.com");
    assertThat(CustomerSnapshot.of(resources.path("customer")).id()).startsWith("cus_");
    assertThat(CustomerSnapshot.of(resources.path("deleted_customer")).deleted()).isTrue();
    byte[] event = resources.path("event").toString().getBytes(StandardCharsets.UTF_8);
    assertThat(StripeEvent.read(event)).isInstanceOf(StripeEvent.Reading.Read.class);
  }

  private static SubscriptionSnapshot subscription(String text) {
    return SubscriptionSnapshot.of(json(text));
  }

  private static JsonNode json(String text) {
    return StripeObjects.tree(text.getBytes(StandardCharsets.UTF_8));
  }
}
