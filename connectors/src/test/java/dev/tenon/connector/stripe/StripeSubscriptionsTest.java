package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
  void looksUpAllItemsWhereTheSubscriptionShowsAPart() {
    stripe.answer(
        200,
        """
        {"id":"sub_1","object":"subscription","status":"active","items":{"object":"list",
         "has_more":true,"data":[{"id":"si_1","price":{"id":"price_1"}}]}}
        """);
    stripe.answer(
        200,
        """
        {"object":"list","url":"/v1/subscription_items","has_more":false,"data":[
         {"id":"si_1","price":{"id":"price_1"}},{"id":"si_2","price":{"id":"price_2"}}]}
        """);
    String found = accepted(connector.lookUps().get(StripeLookUps.Kind.SUBSCRIPTION, "sub_1"));
    assertThat(
            SubscriptionSnapshot.of(StripeObjects.tree(found.getBytes(StandardCharsets.UTF_8)))
                .items())
        .extracting(SubscriptionSnapshot.Item::price)
        .containsExactly("price_1", "price_2");
    assertThat(stripe.asked().getLast().path()).isEqualTo("/v1/subscription_items");
    assertThat(stripe.asked().getLast().form()).containsEntry("subscription", "sub_1");
  }

  @Test
  void takesCardsAloneWhereThatIsSaid() {
    stripe.answer(200, "{\"id\":\"sub_1\",\"status\":\"incomplete\"}");
    var _ =
        connector
            .cardsAlone()
            .subscriptions()
            .create(
                new NewSubscription(
                    new Origin("ten_1", "tenon-test"),
                    "cus_1",
                    List.of(new NewSubscription.Item("price_1", 1)),
                    "",
                    0,
                    NewSubscription.WithoutCard.INVOICE),
                "key-1");
    assertThat(asked().form()).containsEntry("payment_settings[payment_method_types][0]", "card");
    stripe.answer(200, "{\"id\":\"cs_1\",\"object\":\"checkout.session\"}");
    var _ =
        connector
            .cardsAlone()
            .createCheckoutSession(
                new NewCheckoutSession(
                    new Origin("ten_1", "tenon-test"),
                    new NewCheckoutSession.Sale.Subscription("price_1", 1, true, 0),
                    "cus_1",
                    "",
                    new NewCheckoutSession.Page.Embedded("https://app.example/back")),
                "key-2");
    assertThat(stripe.asked().getLast().form())
        .containsEntry("allowed_payment_method_types[0]", "card");
  }

  @Test
  void createsOneThatWaitsForItsFirstPayment() {
    stripe.answer(
        200,
        """
        {"id":"sub_1","status":"incomplete","pending_setup_intent":null,
         "latest_invoice":{"id":"in_1","status":"open",
          "confirmation_secret":{"client_secret":"pi_1_secret_x","type":"payment_intent"}}}
        """);
    var wanted =
        new NewSubscription(
            new Origin("ten_1", "tenon-test", "ref-1"),
            "cus_1",
            List.of(new NewSubscription.Item("price_1", 2), new NewSubscription.Item("price_2", 1)),
            "promo_1",
            7,
            NewSubscription.WithoutCard.PAUSE);
    StartedSubscription started = accepted(subscriptions.create(wanted, "key-1"));
    assertThat(started.subscription().latestInvoice()).isEqualTo("in_1");
    assertThat(started.confirmation())
        .isEqualTo(new Confirmation(Confirmation.Kind.PAYMENT, Secret.of("pi_1_secret_x")));
    assertThat(asked().headers()).containsEntry("idempotency-key", "key-1");
    assertThat(asked().form())
        .isEqualTo(
            Map.ofEntries(
                Map.entry("customer", "cus_1"),
                Map.entry("payment_behavior", "default_incomplete"),
                Map.entry("payment_settings[save_default_payment_method]", "on_subscription"),
                Map.entry("items[0][price]", "price_1"),
                Map.entry("items[0][quantity]", "2"),
                Map.entry("items[1][price]", "price_2"),
                Map.entry("items[1][quantity]", "1"),
                Map.entry("discounts[0][promotion_code]", "promo_1"),
                Map.entry("trial_period_days", "7"),
                Map.entry("trial_settings[end_behavior][missing_payment_method]", "pause"),
                Map.entry("metadata[tenant_id]", "ten_1"),
                Map.entry("metadata[source]", "tenon-test"),
                Map.entry("metadata[tenon_ref]", "ref-1"),
                Map.entry("expand[0]", "latest_invoice.confirmation_secret"),
                Map.entry("expand[1]", "pending_setup_intent")));
  }

  @Test
  void whatIsPaidNeedsNoConfirmationAndATrialAsksForACard() {
    String paid =
        """
        {"id":"sub_1","latest_invoice":{"id":"in_1","status":"paid",
          "confirmation_secret":{"client_secret":"pi_1_secret_x"}},
         "pending_setup_intent":null}
        """;
    stripe.answer(200, paid);
    stripe.answer(
        200,
        paid.replace(
            "\"pending_setup_intent\":null",
            "\"pending_setup_intent\":{\"id\":\"seti_1\",\"client_secret\":\"seti_1_secret_x\"}"));
    var wanted =
        new NewSubscription(
            new Origin("ten_1", "tenon-test"),
            "cus_1",
            List.of(new NewSubscription.Item("price_1", 1)),
            "",
            0,
            NewSubscription.WithoutCard.INVOICE);
    assertThat(accepted(subscriptions.create(wanted, "key-1")).confirmation()).isNull();
    assertThat(asked().form())
        .doesNotContainKeys("discounts[0][promotion_code]", "trial_period_days");
    assertThat(accepted(subscriptions.create(wanted, "key-2")).confirmation())
        .isEqualTo(new Confirmation(Confirmation.Kind.SETUP, Secret.of("seti_1_secret_x")));
  }

  @Test
  void asksAgainWhatIsToBeConfirmed() {
    stripe.answer(
        200,
        """
        {"id":"sub_1","status":"past_due","latest_invoice":{"id":"in_2","status":"open",
         "confirmation_secret":{"client_secret":"pi_2_secret_x"}}}
        """);
    assertThat(accepted(subscriptions.confirmation("sub_1")).confirmation())
        .isEqualTo(new Confirmation(Confirmation.Kind.PAYMENT, Secret.of("pi_2_secret_x")));
    assertThat(asked().method()).isEqualTo("GET");
    assertThat(asked().form())
        .containsEntry("expand[0]", "latest_invoice.confirmation_secret")
        .containsEntry("expand[1]", "pending_setup_intent");
  }

  @Test
  void aRefusedCardSaysWhatTheBankSaid() {
    stripe.answer(
        402,
        """
        {"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds",
         "message":"Your card has insufficient funds.","param":"payment_method"}}
        """);
    assertThat(subscriptions.get("sub_1"))
        .isEqualTo(
            new Outcome.RefusedRequest<>(
                new Outcome.Detail(
                    402,
                    "card_declined",
                    "Your card has insufficient funds.",
                    "req_1",
                    "insufficient_funds",
                    "payment_method")));
  }

  /// What Stripe has stored for a key, every repetition gets.
  @Test
  void aFaultThatIsReplayedSaysSo() {
    String fault = "{\"error\":{\"type\":\"api_error\",\"message\":\"Sorry.\"}}";
    stripe.answer(500, fault);
    stripe.answer(500, Map.of("Idempotent-Replayed", "true"), fault);
    assertThat(subscriptions.cancelAtPeriodEnd("sub_1", "key-1"))
        .isEqualTo(new Outcome.Unknown<>(new Outcome.Detail(500, "api_error", "Sorry.", "req_1")));
    assertThat(subscriptions.cancelAtPeriodEnd("sub_1", "key-1"))
        .isEqualTo(
            new Outcome.Unknown<>(
                new Outcome.Detail(
                    500, StripeConnector.REPLAYED_FAULT, "Sorry.", "req_1", "api_error", "")));
  }

  @Test
  void findsPromotionCodesAsTheyAreTyped() {
    stripe.answer(
        200,
        """
        {"object":"list","data":[
         {"id":"promo_1","object":"promotion_code","code":"FALL","active":true,"customer":"cus_1",
          "created":1700000000}]}
        """);
    assertThat(accepted(subscriptions.promotionCodes("fall")))
        .containsExactly(
            new PromotionCodeSnapshot(
                "promo_1", "FALL", "cus_1", true, java.time.Instant.ofEpochSecond(1_700_000_000)));
    assertThat(asked().path()).isEqualTo("/v1/promotion_codes");
    assertThat(asked().form()).isEqualTo(Map.of("code", "fall", "limit", "100"));
  }

  @Test
  void aCodeWithoutAnIdIsNotTakenForNone() {
    stripe.answer(200, "{\"object\":\"list\",\"data\":[{\"code\":\"FALL\",\"active\":true}]}");
    assertThat(subscriptions.promotionCodes("fall")).isInstanceOf(Outcome.Unknown.class);
    stripe.answer(200, "{}");
    assertThat(subscriptions.promotionCodes("fall")).isInstanceOf(Outcome.Unknown.class);
  }

  /// Somebody else answers, or half of the answer is missing.
  @Test
  void anAnswerThatNamesNothingIsNotAccepted() {
    for (String nothing :
        new String[] {"{}", "{\"id\":\"\"}", "{\"id\":7}", "{\"status\":\"ok\"}"}) {
      stripe.answer(200, nothing);
      assertThat(subscriptions.resumePaused("sub_1", "key-1"))
          .as(nothing)
          .isInstanceOf(Outcome.Unknown.class);
      stripe.answer(200, nothing);
      assertThat(connector.createPortalSession("cus_1", "https://app.example/back", "key-1"))
          .as(nothing)
          .isInstanceOf(Outcome.Unknown.class);
    }
    stripe.answer(200, "{\"id\":\"bps_1\"}");
    assertThat(connector.createPortalSession("cus_1", "https://app.example/back", "key-1"))
        .isInstanceOf(Outcome.Unknown.class);
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
  void goesOnWithAPausedOneByACallOfItsOwn() {
    stripe.answer(200, ANSWER);
    assertThat(accepted(subscriptions.resumePaused("sub_1", "key-1")).confirmation()).isNull();
    assertThat(asked().path()).isEqualTo("/v1/subscriptions/sub_1/resume");
    assertThat(asked().form())
        .containsEntry("billing_cycle_anchor", "now")
        .containsEntry("expand[0]", "latest_invoice.confirmation_secret");
  }

  @Test
  void pausesAndResumesCollection() {
    stripe.answer(200, ANSWER);
    stripe.answer(200, ANSWER);
    accepted(
        subscriptions.pauseCollection(
            "sub_1",
            StripeSubscriptions.PausedInvoices.KEEP_AS_DRAFT,
            java.time.Instant.ofEpochSecond(1_700_000_000),
            "key-1"));
    accepted(subscriptions.resumeCollection("sub_1", "key-2"));
    assertThat(stripe.asked())
        .extracting(ScriptedStripe.Asked::form)
        .containsExactly(
            Map.of(
                "pause_collection[behavior]", "keep_as_draft",
                "pause_collection[resumes_at]", "1700000000"),
            Map.of("pause_collection", ""));
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
