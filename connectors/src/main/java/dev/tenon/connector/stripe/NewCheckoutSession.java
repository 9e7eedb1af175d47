package dev.tenon.connector.stripe;

/// A checkout of one subscription.
///
/// @param origin goes on the session and, since a session's metadata doesn't travel, on the
///   subscription as well
/// @param price the price's id, checked against what the tenant may sell before it comes here
/// @param customer an existing customer's id, or empty to let Checkout create one
/// @param customerEmail fills in the form; ignored where `customer` is given
/// @param page where the customer meets it
/// @param trialDays 0 for no trial
public record NewCheckoutSession(
    Origin origin,
    String price,
    long quantity,
    String customer,
    String customerEmail,
    Page page,
    boolean allowPromotionCodes,
    long trialDays) {
  /// Where the customer meets a checkout, and where it leads back to; addresses may hold
  /// `{CHECKOUT_SESSION_ID}`.
  public sealed interface Page {
    /// A page at Stripe.
    record Hosted(String successUrl, String cancelUrl) implements Page {}

    /// A part of the application's own page.
    record Embedded(String returnUrl) implements Page {}
  }

  public NewCheckoutSession {
    if (quantity < 1 || trialDays < 0) {
      throw new IllegalArgumentException("a quantity is at least 1 and a trial not negative");
    }
  }
}
