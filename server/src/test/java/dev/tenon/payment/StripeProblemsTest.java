package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.ProviderAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What Stripe says, and what the application and its customer hear of it.
class StripeProblemsTest {
  private static Outcome.Detail said(int status, String code, String reason, String param) {
    return new Outcome.Detail(status, code, "Stripe's words.", "req_1", reason, param);
  }

  private static ProviderAnswer provider(ProblemException problem) {
    return Objects.requireNonNull(problem.provider());
  }

  @ParameterizedTest
  @CsvSource({
    "card_declined, insufficient_funds, reached its limit",
    "card_declined, generic_decline, asks the bank why",
    "card_declined, stolen_card, asks the bank why",
    "card_declined, fraudulent, asks the bank why",
    "card_declined, '', asks the bank why",
    "expired_card, '', has expired",
    "incorrect_cvc, incorrect_cvc, enters it again",
    "authentication_required, authentication_required, ask for that in the browser",
    "subscription_payment_intent_requires_action, '', ask for that in the browser",
    "processing_error, processing_error, in some minutes",
    "a_word_of_2030, '', asks the bank why"
  })
  void aRefusedPaymentSaysWhatTheCustomerDoes(String code, String reason, String todo) {
    ProblemException problem = StripeProblems.refused(said(402, code, reason, ""));
    assertThat(problem.code()).isEqualTo(ProblemCode.PAYMENT_REFUSED);
    assertThat(problem.detail()).contains(todo).endsWith("Stripe says: Stripe's words.");
    assertThat(provider(problem).kind()).isEqualTo(ProviderAnswer.Kind.CARD);
    assertThat(provider(problem).code()).isEqualTo(code);
    assertThat(provider(problem).reason()).isEqualTo(reason.isEmpty() ? null : reason);
    // What Stripe asks to keep from the customer is in `provider` alone.
    assertThat(problem.detail()).doesNotContain("stolen", "fraud");
  }

  @ParameterizedTest
  @CsvSource({
    "items[0][price], price",
    "line_items[12][price], price",
    "subscription_details[items][0][quantity], quantity",
    "discounts[0][promotion_code], promotion_code",
    "customer, customer",
    "items[0], items",
    "items, items"
  })
  void aRefusedParameterIsNamedAsOurFieldIs(String theirs, String ours) {
    ProblemException problem = StripeProblems.refused(said(400, "parameter_invalid", "", theirs));
    assertThat(problem.code()).isEqualTo(ProblemCode.REQUEST_INVALID_FIELD);
    assertThat(problem.param()).isEqualTo(ours);
    assertThat(provider(problem).param()).isEqualTo(theirs);
  }

  /// Whoever stands in for Stripe may send anything.
  @Test
  void aHugeParameterCostsNothingAndIsCut() {
    String huge = "a".repeat(1 << 20);
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          Outcome.Detail words = new Outcome.Detail(400, huge, huge, huge, huge, huge + "!");
          for (String text :
              List.of(words.code(), words.requestId(), words.reason(), words.param())) {
            assertThat(text).hasSize(200);
          }
          assertThat(words.message()).hasSize(500);
          assertThat(provider(StripeProblems.refused(words)).param()).hasSize(200);
        });
  }

  @ParameterizedTest
  @CsvSource({"'price!'", "'[0]'", "'12'", "'line1'", "']'", "'a[]'"})
  void aParameterThatNamesNoFieldOfOursIsTheProviders(String theirs) {
    ProblemException problem = StripeProblems.refused(said(400, "parameter_invalid", "", theirs));
    assertThat(problem.code()).isEqualTo(ProblemCode.PROVIDER_REFUSED);
    assertThat(provider(problem).param()).isEqualTo(theirs);
  }

  @Test
  void aRefusalWithoutAParameterIsTheProviders() {
    ProblemException problem = StripeProblems.refused(said(400, "invoice_upcoming_none", "", ""));
    assertThat(problem.code()).isEqualTo(ProblemCode.PROVIDER_REFUSED);
    assertThat(provider(problem).requestId()).isEqualTo("req_1");
    assertThat(provider(problem).retryAfterSeconds()).isNull();
  }

  @Test
  void theMissingRightIsNamedWhereStripeNamesOne() {
    var named =
        new Outcome.Detail(
            403, "", "Having the 'rak_customer_write' permission would allow this.", "req_1");
    ProblemException problem = StripeProblems.lacksARight("The connection con_1", named);
    assertThat(problem.detail()).contains("Give the key the right rak_customer_write at Stripe.");
    assertThat(provider(problem).permission()).isEqualTo("rak_customer_write");
    assertThat(provider(StripeProblems.lacksARight("It", said(403, "", "", ""))).permission())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "429, rate_limit, 0, LIMIT, 2",
    "429, lock_timeout, 30, LIMIT, 30",
    "409, '', 0, LIMIT, 2",
    "500, api_error, 0, FAULT, 1",
    "0, '', 0, FAULT, 1"
  })
  void whatMayPassSaysHowLongToWait(
      int status, String code, int wish, ProviderAnswer.Kind kind, long seconds) {
    ProblemException problem =
        StripeProblems.unclear(said(status, code, "", ""), Duration.ofSeconds(wish));
    assertThat(problem.code()).isEqualTo(ProblemCode.SERVER_BUSY);
    assertThat(provider(problem).kind()).isEqualTo(kind);
    assertThat(provider(problem).retryAfterSeconds()).isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource({
    "400, " + StripeConnector.KEY_OF_ANOTHER_CALL,
    "500, " + StripeConnector.REPLAYED_FAULT
  })
  void whatARepetitionWontTellIsNoInvitationToTryAgain(int status, String code) {
    ProblemException problem = StripeProblems.unclear(said(status, code, "", ""), Duration.ZERO);
    assertThat(problem.code()).isEqualTo(ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN);
    assertThat(provider(problem).retryAfterSeconds()).isNull();
  }
}
