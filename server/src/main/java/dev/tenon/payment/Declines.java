package dev.tenon.payment;

import dev.tenon.connector.Outcome;

/// What a customer can do about a refused payment, by the word of the bank.
///
/// Which words there are is Stripe's list (docs.stripe.com/declines/codes, as of September 2026),
/// which is open. What it asks to keep from the customer (a lost, stolen or suspicious card) reads
/// like any other refusal.
final class Declines {
  private Declines() {}

  static String whatToDo(Outcome.Detail said) {
    String word = said.reason().isEmpty() ? said.code() : said.reason();
    return switch (word) {
      case "authentication_required",
          "authentication_not_handled",
          "subscription_payment_intent_requires_action",
          "invoice_payment_intent_requires_action" ->
          "The bank wants the customer to confirm the payment: ask for that in the browser.";
      case "insufficient_funds", "withdrawal_count_limit_exceeded", "card_velocity_exceeded" ->
          "The card has reached its limit: the customer takes another card, or tries again later.";
      case "expired_card" -> "The card has expired: the customer takes another card.";
      case "incorrect_cvc",
          "invalid_cvc",
          "incorrect_number",
          "invalid_number",
          "incorrect_zip",
          "invalid_expiry_month",
          "invalid_expiry_year",
          "incorrect_address" ->
          "The card was mistyped: the customer enters it again.";
      case "card_not_supported", "currency_not_supported", "testmode_decline" ->
          "The card can't pay this: the customer takes another card.";
      case "processing_error", "try_again_later", "issuer_not_available", "reenter_transaction" ->
          "The bank could not answer: the customer tries again in some minutes.";
      default -> "The bank refused: the customer takes another card, or asks the bank why.";
    };
  }
}
