package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.exception.InvalidRequestException;
import com.stripe.model.Customer;
import com.stripe.model.Event;
import com.stripe.model.Invoice;
import com.stripe.model.Price;
import com.stripe.model.Subscription;
import com.stripe.model.testhelpers.TestClock;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.EventListParams;
import com.stripe.param.InvoiceRetrieveParams;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.SubscriptionCreateParams;
import com.stripe.param.SubscriptionUpdateParams;
import com.stripe.param.testhelpers.TestClockAdvanceParams;
import com.stripe.param.testhelpers.TestClockCreateParams;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Test clocks, moved by Stripe's own Java SDK.
class StripeClocksTest extends StripeSimulatorRig {
  private final Instant begin = Instant.parse("2026-12-01T10:00:00Z");
  private String testClock = "";

  @BeforeEach
  void begin() throws Exception {
    testClock =
        stripe
            .v1()
            .testHelpers()
            .testClocks()
            .create(TestClockCreateParams.builder().setFrozenTime(begin.getEpochSecond()).build())
            .getId();
  }

  @Test
  void aTrialEndsAndPeriodsArePaid() throws Exception {
    Subscription trial = subscribe("pm_card_visa", trial(7));
    assertThat(trial.getStatus()).isEqualTo("trialing");
    assertThat(trial.getTestClock()).isEqualTo(testClock);
    assertThat(trial.getCreated()).isEqualTo(begin.getEpochSecond());

    TestClock moved = advance(Duration.ofDays(5));
    assertThat(moved.getStatus()).isEqualTo("advancing");
    assertThat(clock().getStatus()).isEqualTo("ready");
    assertThat(told()).contains("customer.subscription.trial_will_end");

    advance(Duration.ofDays(8));
    Subscription active = get(trial);
    assertThat(active.getStatus()).isEqualTo("active");
    Invoice first = latest(active);
    assertThat(first.getStatus()).isEqualTo("paid");
    assertThat(first.getBillingReason()).isEqualTo("subscription_cycle");
    assertThat(first.getCreated()).isEqualTo(begin.plus(Duration.ofDays(7)).getEpochSecond());

    advance(Duration.ofDays(60));
    assertThat(latest(get(trial)).getId()).isNotEqualTo(first.getId());
    assertThat(told().stream().filter("invoice.paid"::equals)).hasSize(3);
    assertThat(told().stream().filter("customer.subscription.trial_will_end"::equals)).hasSize(1);
  }

  @Test
  void aCardThatFailsIsTriedBySchedule() throws Exception {
    Subscription subscription = subscribe("pm_card_chargeDeclined", trial(1));

    advance(Duration.ofDays(2));
    assertThat(get(subscription).getStatus()).isEqualTo("past_due");
    assertThat(latest(get(subscription)).getAttemptCount()).isEqualTo(1);
    assertThat(latest(get(subscription)).getNextPaymentAttempt())
        .isEqualTo(begin.plus(Duration.ofDays(4)).getEpochSecond());
    advance(Duration.ofDays(5));
    assertThat(latest(get(subscription)).getAttemptCount()).isEqualTo(2);
    advance(Duration.ofDays(10));
    assertThat(get(subscription).getStatus()).isEqualTo("past_due");
    advance(Duration.ofDays(17));

    Subscription ended = get(subscription);
    assertThat(ended.getStatus()).isEqualTo("canceled");
    assertThat(ended.getEndedAt()).isEqualTo(begin.plus(Duration.ofDays(16)).getEpochSecond());
    assertThat(ended.getCancellationDetails().getReason()).isEqualTo("payment_failed");
    assertThat(told().stream().filter("invoice.payment_failed"::equals)).hasSize(4);
    assertThat(told()).contains("customer.subscription.deleted");
  }

  @Test
  void anAccountMayKeepItUnpaid() throws Exception {
    Subscription subscription =
        subscribe(
            "pm_card_chargeDeclined", trial(1).putMetadata("sandbox_after_dunning", "unpaid"));
    advance(Duration.ofDays(20));
    assertThat(get(subscription).getStatus()).isEqualTo("unpaid");
  }

  @Test
  void aCardThatIsReplacedInTimeEndsTheDunning() throws Exception {
    Subscription subscription = subscribe("pm_card_chargeDeclined", trial(1));
    advance(Duration.ofDays(2));
    Subscription _ =
        stripe
            .v1()
            .subscriptions()
            .update(
                subscription.getId(),
                SubscriptionUpdateParams.builder().setDefaultPaymentMethod("pm_card_visa").build());
    advance(Duration.ofDays(5));
    assertThat(get(subscription).getStatus()).isEqualTo("active");
    assertThat(latest(get(subscription)).getStatus()).isEqualTo("paid");
  }

  @Test
  void aCardThatNeedsItsHolderWaitsForHim() throws Exception {
    Subscription subscription = subscribe("pm_card_authenticationRequired", trial(1));
    advance(Duration.ofDays(2));
    assertThat(get(subscription).getStatus()).isEqualTo("past_due");
    assertThat(told()).contains("invoice.payment_action_required");

    Invoice invoice =
        stripe
            .v1()
            .invoices()
            .retrieve(
                get(subscription).getLatestInvoice(),
                InvoiceRetrieveParams.builder().addExpand("payments").build());
    var _ =
        stripe
            .v1()
            .paymentIntents()
            .confirm(
                invoice.getPayments().getData().getFirst().getPayment().getPaymentIntent(),
                PaymentIntentConfirmParams.builder().setPaymentMethod("pm_card_visa").build());
    assertThat(get(subscription).getStatus()).isEqualTo("active");
  }

  @Test
  void whatNobodyPaysExpires() throws Exception {
    Subscription subscription =
        subscribe(
            "",
            SubscriptionCreateParams.builder()
                .setPaymentBehavior(SubscriptionCreateParams.PaymentBehavior.DEFAULT_INCOMPLETE));
    assertThat(subscription.getStatus()).isEqualTo("incomplete");
    advance(Duration.ofHours(24));
    assertThat(get(subscription).getStatus()).isEqualTo("incomplete_expired");
    assertThat(latest(get(subscription)).getStatus()).isEqualTo("void");
  }

  @Test
  void aCancellationTakesEffectWithThePeriod() throws Exception {
    Subscription subscription =
        subscribe("pm_card_visa", SubscriptionCreateParams.builder().setCancelAtPeriodEnd(true));
    advance(Duration.ofDays(32));
    Subscription ended = get(subscription);
    assertThat(ended.getStatus()).isEqualTo("canceled");
    assertThat(Instant.ofEpochSecond(ended.getEndedAt())).isEqualTo("2027-01-01T10:00:00Z");
    assertThat(told().stream().filter("invoice.paid"::equals)).hasSize(1);
  }

  @Test
  void aChangeInTheMiddleOfAPeriodIsProratedByTheClock() throws Exception {
    Subscription subscription = subscribe("pm_card_visa", SubscriptionCreateParams.builder());
    advance(Duration.between(begin, Instant.parse("2026-12-16T22:00:00Z")));

    Subscription _ =
        stripe
            .v1()
            .subscriptions()
            .update(
                subscription.getId(),
                SubscriptionUpdateParams.builder()
                    .addItem(
                        SubscriptionUpdateParams.Item.builder()
                            .setId(subscription.getItems().getData().getFirst().getId())
                            .setQuantity(3L)
                            .build())
                    .setProrationBehavior(SubscriptionUpdateParams.ProrationBehavior.ALWAYS_INVOICE)
                    .build());

    // Half of December is over: half of what two more cost for the month.
    assertThat(latest(get(subscription)).getAmountPaid()).isEqualTo(2000L);
  }

  @Test
  void goesForwardOnlyAndTwoIntervalsAtMost() throws Exception {
    subscribe("pm_card_visa", SubscriptionCreateParams.builder());
    assertThatThrownBy(() -> advance(Duration.ofDays(70)))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            refused -> assertThat(refused.getParam()).isEqualTo("frozen_time"));
    assertThatThrownBy(() -> advance(Duration.ZERO)).isInstanceOf(InvalidRequestException.class);
    stripe.v1().testHelpers().testClocks().delete(testClock);
    assertThatThrownBy(this::clock).isInstanceOf(InvalidRequestException.class);
    assertThat(stripe.v1().customers().list().getData()).isEmpty();
  }

  private static SubscriptionCreateParams.Builder trial(long days) {
    return SubscriptionCreateParams.builder().setTrialPeriodDays(days);
  }

  private Subscription subscribe(String card, SubscriptionCreateParams.Builder params)
      throws Exception {
    CustomerCreateParams.Builder ada =
        CustomerCreateParams.builder().setEmail("ada@clock.test").setTestClock(testClock);
    if (!card.isEmpty()) {
      ada.setPaymentMethod(card);
    }
    Customer customer = stripe.v1().customers().create(ada.build());
    Price price = monthly();
    return stripe
        .v1()
        .subscriptions()
        .create(
            params
                .setCustomer(customer.getId())
                .addItem(SubscriptionCreateParams.Item.builder().setPrice(price.getId()).build())
                .build());
  }

  /// To so long after the beginning.
  private TestClock advance(Duration by) throws Exception {
    return stripe
        .v1()
        .testHelpers()
        .testClocks()
        .advance(
            testClock,
            TestClockAdvanceParams.builder()
                .setFrozenTime(begin.plus(by).getEpochSecond())
                .build());
  }

  private TestClock clock() throws Exception {
    return stripe.v1().testHelpers().testClocks().retrieve(testClock);
  }

  private Subscription get(Subscription subscription) throws Exception {
    return stripe.v1().subscriptions().retrieve(subscription.getId());
  }

  private Invoice latest(Subscription subscription) throws Exception {
    return stripe.v1().invoices().retrieve(subscription.getLatestInvoice());
  }

  private List<String> told() throws Exception {
    return stripe
        .v1()
        .events()
        .list(EventListParams.builder().setLimit(100L).build())
        .getData()
        .stream()
        .map(Event::getType)
        .toList();
  }
}
