package dev.tenon.cli;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What `trigger` can set off, and what has to follow from it.
enum Scenario {
  CHECKOUT(
      "checkout",
      "A buyer pays for a subscription: the whole walk, up to the mail.",
      "",
      "active",
      "succeeded",
      "subscription-confirmation",
      "subscription.activated"),
  RENEW(
      "subscription renew",
      "The next period begins and is paid.",
      "renew",
      "active",
      "succeeded",
      null,
      "payment.succeeded"),
  FAIL_PAYMENT(
      "subscription fail-payment",
      "The next period begins and the card is refused.",
      "fail-payment",
      "past_due",
      "failed",
      null,
      "subscription.past_due"),
  REQUIRE_ACTION(
      "subscription require-action",
      "The bank wants the buyer to confirm the payment.",
      "require-action",
      null,
      null,
      null,
      null),
  TRIAL_ENDING(
      "subscription trial-ending",
      "A trial ends in three days.",
      "trial-ending",
      null,
      null,
      null,
      null),
  CANCEL(
      "subscription cancel",
      "The subscription ends at once.",
      "cancel",
      "ended",
      null,
      "subscription-cancellation",
      "subscription.cancelled");

  private final String words;
  private final String about;
  private final String action;
  private final @Nullable String subscriptionState;
  private final @Nullable String paymentState;
  private final @Nullable String mail;
  private final @Nullable String event;

  Scenario(
      String words,
      String about,
      String action,
      @Nullable String subscriptionState,
      @Nullable String paymentState,
      @Nullable String mail,
      @Nullable String event) {
    this.words = words;
    this.about = about;
    this.action = action;
    this.subscriptionState = subscriptionState;
    this.paymentState = paymentState;
    this.mail = mail;
    this.event = event;
  }

  /// As it stands on the command line.
  String words() {
    return words;
  }

  String about() {
    return about;
  }

  /// What the sandbox is told to do with a subscription; empty for a checkout.
  String action() {
    return action;
  }

  /// The state that the subscription has to reach; empty where it need not change.
  Optional<String> subscriptionState() {
    return Optional.ofNullable(subscriptionState);
  }

  /// The state of the payment that has to be recorded; empty where none has to.
  Optional<String> paymentState() {
    return Optional.ofNullable(paymentState);
  }

  /// The template of the mail that has to arrive; empty where none has to.
  Optional<String> mail() {
    return Optional.ofNullable(mail);
  }

  /// The type of the event that has to be told, and delivered where an endpoint listens; empty
  /// where none has to.
  Optional<String> event() {
    return Optional.ofNullable(event);
  }

  static Optional<Scenario> find(String words) {
    return Arrays.stream(values()).filter(each -> each.words.equals(words)).findFirst();
  }
}
