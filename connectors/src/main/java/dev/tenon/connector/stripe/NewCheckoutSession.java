package dev.tenon.connector.stripe;

/// A checkout to open.
///
/// @param origin goes on the session and, since a session's metadata doesn't travel, on what it
///   leads to as well
/// @param customer an existing customer's id, or empty to let Checkout create one
/// @param customerEmail fills in the form; ignored where `customer` is given
/// @param page where the customer meets it
public record NewCheckoutSession(
    Origin origin, Sale sale, String customer, String customerEmail, Page page) {

  /// What it is for.
  public sealed interface Sale {
    /// One subscription.
    ///
    /// @param price the price's id, checked against what the tenant may sell before it comes here
    /// @param trialDays 0 for no trial
    record Subscription(String price, long quantity, boolean allowPromotionCodes, long trialDays)
        implements Sale {
      public Subscription {
        if (quantity < 1 || trialDays < 0) {
          throw new IllegalArgumentException("a quantity is at least 1 and a trial not negative");
        }
      }
    }

    /// One payment, for a price that is paid once.
    record Payment(String price, long quantity, boolean allowPromotionCodes) implements Sale {
      public Payment {
        if (quantity < 1) {
          throw new IllegalArgumentException("a quantity is at least 1");
        }
      }
    }

    /// Nothing now: a card for payments to come.
    ///
    /// @param currency which Stripe picks the ways to pay by
    record Setup(String currency) implements Sale {}
  }

  /// Where the customer meets a checkout, and where it leads back to; addresses may hold
  /// `{CHECKOUT_SESSION_ID}`.
  public sealed interface Page {
    /// A page at Stripe.
    record Hosted(String successUrl, String cancelUrl) implements Page {}

    /// A part of the application's own page.
    record Embedded(String returnUrl) implements Page {}
  }
}
