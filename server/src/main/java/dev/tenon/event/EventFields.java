package dev.tenon.event;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The fields that events about one kind of object share.
final class EventFields {
  private EventFields() {}

  private static final List<EventField> PLACE =
      List.of(
          EventField.text(
              "connection",
              "con_0000000000000000000000000a",
              "The connection that it was seen on."),
          EventField.text(
              "environment",
              "production",
              "What that is for: `development`, `staging` or `production`."));

  static final List<EventField> CUSTOMER =
      placed(
          EventField.text("provider_id", "cus_Q1w2e3", "The customer's id at the provider."),
          EventField.text("email", "ada@customer.test", "As the provider knows it.").orNull());

  private static final List<EventField> ITEM =
      List.of(
          EventField.text("price", "price_Q1w2e3", "The price's id at the provider.").orNull(),
          EventField.text("product", "prod_Q1w2e3", "The product's id at the provider.").orNull(),
          EventField.number("quantity", 1, "How many of it.").orNull(),
          EventField.number("unit_amount", 2900, "In the smallest unit of the currency.").orNull(),
          EventField.text("currency", "eur", "ISO 4217, in lower case.").orNull());

  static final List<EventField> SUBSCRIPTION =
      placed(
          EventField.text("provider_id", "sub_Q1w2e3", "The subscription's id at the provider."),
          EventField.text(
              "state",
              "active",
              "`pending`, `trialing`, `active`, `past_due`, `paused` or `ended`."),
          EventField.text("provider_status", "active", "As the provider says it."),
          EventField.text("customer_provider_id", "cus_Q1w2e3", "Whose it is, at the provider.")
              .orNull(),
          EventField.text("price", "price_Q1w2e3", "The first item's price.").orNull(),
          EventField.number("quantity", 1, "How many of it.").orNull(),
          EventField.list("items", ITEM, "All that is subscribed to."),
          EventField.time("period_end", "2026-12-24T10:00:00Z", "Until when it is paid.").orNull(),
          EventField.time("trial_end", "2026-12-01T10:00:00Z", "When the trial ends.").orNull(),
          EventField.flag(
              "cancel_at_period_end", false, "Whether it ends with the period that is paid."),
          EventField.time("cancel_at", "2026-12-24T10:00:00Z", "When it is going to end.").orNull(),
          EventField.time("ended_at", "2026-12-24T10:00:00Z", "When it ended.").orNull(),
          EventField.flag(
              "collection_paused", false, "Whether its invoices are not collected for a while."),
          EventField.number(
              "revision",
              1,
              "Grows with each event about this subscription: keep what has the greatest."));

  static final List<EventField> PAYMENT =
      placed(
          EventField.text(
              "provider_id",
              "in_Q1w2e3",
              "The id at the provider: of the invoice, or of a single payment."),
          EventField.number("amount", 2900, "In the smallest unit of the currency."),
          EventField.text("currency", "eur", "ISO 4217, in lower case."),
          EventField.text(
                  "subscription_provider_id", "sub_Q1w2e3", "What was paid for, at the provider.")
              .orNull(),
          EventField.text("customer_provider_id", "cus_Q1w2e3", "Who pays, at the provider.")
              .orNull(),
          EventField.number("failed_tries", 0, "How many tries to collect it failed so far."));

  private static final EventField[] OF_CHARGE = {
    EventField.text("charge_provider_id", "ch_Q1w2e3", "The charge's id at the provider."),
    EventField.text("invoice_provider_id", "in_Q1w2e3", "The invoice, at the provider.").orNull(),
    EventField.text("payment_intent", "pi_Q1w2e3", "The intent, at the provider.").orNull(),
    EventField.text("customer_provider_id", "cus_Q1w2e3", "Who gets it, at the provider.").orNull(),
    EventField.number(
        "amount_refunded", 2900, "All that went back of this charge, in the smallest unit."),
    EventField.text("currency", "eur", "ISO 4217, in lower case.")
  };

  static final List<EventField> REFUND = placed(OF_CHARGE);

  static final List<EventField> REFUND_FAILED =
      placed(
          Stream.concat(
                  Stream.of(OF_CHARGE),
                  Stream.of(
                      EventField.text(
                          "refund_provider_id", "re_Q1w2e3", "The refund's id at the provider."),
                      EventField.number(
                          "amount", 2900, "What was to go back, in the smallest unit."),
                      EventField.text("state", "failed", "`failed` or `cancelled`."),
                      EventField.text(
                              "failure_reason", "expired_or_canceled_card", "The provider's word.")
                          .orNull()))
              .toArray(EventField[]::new));

  static final List<EventField> DISPUTE =
      placed(
          EventField.text("provider_id", "du_Q1w2e3", "The dispute's id at the provider."),
          EventField.text("charge_provider_id", "ch_Q1w2e3", "What is disputed, at the provider.")
              .orNull(),
          EventField.text("payment_intent", "pi_Q1w2e3", "The intent, at the provider.").orNull(),
          EventField.number("amount", 2900, "In the smallest unit of the currency."),
          EventField.text("currency", "eur", "ISO 4217, in lower case."),
          EventField.text("reason", "fraudulent", "The bank's word for why.").orNull(),
          EventField.text("state", "open", "`open`, `won`, `lost` or `closed` (an inquiry)."),
          EventField.text("provider_status", "needs_response", "As the provider says it."),
          EventField.time("respond_by", "2026-12-24T10:00:00Z", "Until when evidence is taken.")
              .orNull(),
          EventField.flag("funds_withdrawn", true, "Whether the money was taken from the account."),
          EventField.flag("funds_reinstated", false, "Whether it was given back."));

  static final List<EventField> MESSAGE =
      List.of(
          EventField.text("state", "sent", "`sent`, `failed`, `suppressed` or `uncertain`."),
          EventField.text("provider", "resend", "The provider that has it.").orNull(),
          EventField.text("reason", "resend accepted it", "What was decided last, in words."));

  static final List<EventField> MESSAGE_REPORT =
      List.of(
          EventField.text(
              "state",
              "delivered",
              "The message's state after this: `sent`, `delivered`, `bounced`, `complained`, `failed`"
                  + " or `suppressed`."),
          EventField.text("provider", "resend", "Who reports it."),
          EventField.text(
                  "recipient",
                  "ada@customer.test",
                  "Whom it is about; null where the provider doesn't say which of several.")
              .orNull(),
          EventField.text(
              "cause",
              "none",
              "`none`, `invalid`, `bounced`, `timed_out`, `blocked`, `spam`, `unsubscribed` or"
                  + " `other`."),
          EventField.flag("lasting", false, "Whether the address takes no mail from now on."),
          EventField.text("reason", "resend reports email.delivered", "What was said, in words."),
          EventField.time("occurred_at", "2026-11-24T10:00:00Z", "When, by the provider's clock."));

  static final List<EventField> MESSAGE_SUBSCRIPTION =
      List.of(
          EventField.text("recipient", "ada@customer.test", "Who decided it."),
          EventField.text("stream", "broadcast", "The stream that it is about."),
          EventField.text(
              "by",
              "recipient",
              "`recipient` for the link in the mail, else the provider that reports it."),
          EventField.time("occurred_at", "2026-11-24T10:00:00Z", "When."));

  static final List<EventField> EMAIL_FALLBACK =
      List.of(
          EventField.text("stream", "outbound", "The stream of the mails."),
          EventField.text("provider", "postmark", "The provider of the connection."),
          EventField.text("sent_by", "resend", "The provider that took the last of the mails."));

  static final List<EventField> ENDPOINT_FAILING =
      List.of(
          EventField.text("tenant", "ten_0000000000000000000000000a", "Whose endpoint it is."),
          EventField.text("host", "hooks.example.com", "Where it is."),
          EventField.time("failing_since", "2026-11-23T10:00:00Z", "Since when nothing succeeds."),
          EventField.number("failures", 12, "Calls that failed since then."),
          EventField.text("last_error", "the receiver answered 500", "What came of the last one."));

  static final List<EventField> ENDPOINT_DISABLED = withReason(ENDPOINT_FAILING);

  static final List<EventField> ENDPOINT_TEST =
      List.of(EventField.text("message", "It works.", "For whoever looks at the receiver's log."));

  private static List<EventField> placed(EventField... fields) {
    List<EventField> more = new ArrayList<>(List.of(fields));
    more.addAll(PLACE);
    return List.copyOf(more);
  }

  private static List<EventField> withReason(List<EventField> fields) {
    List<EventField> more = new ArrayList<>(fields);
    more.add(EventField.text("reason", "the receiver answered 410 (gone)", "Why it was disabled."));
    return List.copyOf(more);
  }
}
