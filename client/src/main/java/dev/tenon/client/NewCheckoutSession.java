package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// A payment page to be made. Begin with [#subscription], [#payment] or [#setup], say where it
/// leads back to by [#hosted] or [#embedded], and whose it is.
///
/// @param price the provider's id of the price; one that the tenant may sell
/// @param customer an existing customer: our id or the provider's
/// @param email fills in the form; not used with `customer`
/// @param successUrl may hold `{CHECKOUT_SESSION_ID}`
/// @param returnUrl makes it embedded
/// @param trialDays days until the first payment, at most 730
/// @param currency for a setup alone
public record NewCheckoutSession(
    @Nullable Mode mode,
    @Nullable String price,
    @Nullable Integer quantity,
    @Nullable String customer,
    @Nullable String email,
    @Nullable String successUrl,
    @Nullable String cancelUrl,
    @Nullable String returnUrl,
    @Nullable Integer trialDays,
    @Nullable String currency) {

  /// What it is for.
  public enum Mode {
    SUBSCRIPTION,
    PAYMENT,
    SETUP
  }

  /// Sells a subscription.
  public static NewCheckoutSession subscription(String price) {
    return new NewCheckoutSession(
        Mode.SUBSCRIPTION, price, null, null, null, null, null, null, null, null);
  }

  /// Sells something once.
  public static NewCheckoutSession payment(String price) {
    return new NewCheckoutSession(
        Mode.PAYMENT, price, null, null, null, null, null, null, null, null);
  }

  /// Keeps a card of a customer for payments to come, in this currency.
  public static NewCheckoutSession setup(String customer, String currency) {
    return new NewCheckoutSession(
        Mode.SETUP, null, null, customer, null, null, null, null, null, currency);
  }

  /// A page of the provider's, which leads back to these.
  public NewCheckoutSession hosted(String successUrl, String cancelUrl) {
    return new NewCheckoutSession(
        mode, price, quantity, customer, email, successUrl, cancelUrl, null, trialDays, currency);
  }

  /// A part of your own page, which leads back to this.
  public NewCheckoutSession embedded(String returnUrl) {
    return new NewCheckoutSession(
        mode, price, quantity, customer, email, null, null, returnUrl, trialDays, currency);
  }

  public NewCheckoutSession customer(String customer) {
    return new NewCheckoutSession(
        mode,
        price,
        quantity,
        customer,
        email,
        successUrl,
        cancelUrl,
        returnUrl,
        trialDays,
        currency);
  }

  public NewCheckoutSession email(String email) {
    return new NewCheckoutSession(
        mode,
        price,
        quantity,
        customer,
        email,
        successUrl,
        cancelUrl,
        returnUrl,
        trialDays,
        currency);
  }

  public NewCheckoutSession quantity(int quantity) {
    return new NewCheckoutSession(
        mode,
        price,
        quantity,
        customer,
        email,
        successUrl,
        cancelUrl,
        returnUrl,
        trialDays,
        currency);
  }

  public NewCheckoutSession trialDays(int days) {
    return new NewCheckoutSession(
        mode, price, quantity, customer, email, successUrl, cancelUrl, returnUrl, days, currency);
  }
}
