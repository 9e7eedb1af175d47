package dev.tenon.client;

/// What a customer confirms in the browser.
///
/// @param kind `payment`: `stripe.confirmPayment`; `setup`: `stripe.confirmSetup`
/// @param clientSecret for this customer's browser alone
public record Confirmation(String kind, String clientSecret) {
  @Override
  public String toString() {
    return "Confirmation[kind=%s]".formatted(kind);
  }
}
