package dev.tenon.bench;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes Stripe's webhooks of about 3 KB, signed as Stripe signs: HMAC-SHA256 over `timestamp.body`
/// (<https://docs.stripe.com/webhooks#verify-manually>). Written for the benchmarks alone; nothing
/// of the server's own signing or reading is used. Not safe for use by many threads.
final class StripeWebhooks {
  private static final String PADDING =
      "terms accepted by the customer on the web page; ".repeat(24);

  private static final Blank EVENT =
      new Blank(
          """
        {"id":"evt_%s%s%d_%d","object":"event","api_version":"2026-06-24.dahlia","created":%d,\
        "livemode":false,"pending_webhooks":1,"request":{"id":"req_%s%d","idempotency_key":\
        "5f2d4f0e-2c5f-4a38-9d35-%d"},"type":"%s","data":{"object":%s}}""");

  private static final String PRICE =
      """
        {"id":"price_1QkS2eLzAbCdEfGh","object":"price","active":true,"billing_scheme":"per_unit",\
        "created":1737000000,"currency":"eur","custom_unit_amount":null,"livemode":false,\
        "lookup_key":null,"metadata":{},"nickname":"Pro","product":"prod_ReHqcTnIm8aVwX",\
        "recurring":{"interval":"month","interval_count":1,"meter":null,"trial_period_days":null,\
        "usage_type":"licensed"},"tax_behavior":"unspecified","tiers_mode":null,\
        "transform_quantity":null,"type":"recurring","unit_amount":2900,\
        "unit_amount_decimal":"2900"}""";

  private static final Blank SUBSCRIPTION =
      new Blank(
          """
        {"id":"%s","object":"subscription","application":null,"application_fee_percent":null,\
        "automatic_tax":{"disabled_reason":null,"enabled":false,"liability":null},\
        "billing_cycle_anchor":%d,"billing_mode":{"type":"flexible"},"cancel_at":null,\
        "cancel_at_period_end":false,"canceled_at":%s,"cancellation_details":{"comment":null,\
        "feedback":null,"reason":null},"collection_method":"charge_automatically","created":%d,\
        "currency":"eur","customer":"cus_%s%d","days_until_due":null,"default_payment_method":null,\
        "default_source":null,"default_tax_rates":[],"description":"%s","discounts":[],\
        "ended_at":%s,"invoice_settings":{"account_tax_ids":null,"issuer":{"type":"self"}},\
        "items":{"object":"list","data":[{"id":"si_%s%d","object":"subscription_item",\
        "billing_thresholds":null,"created":%d,"current_period_end":%d,"current_period_start":%d,\
        "discounts":[],"metadata":{},"price":%s,"quantity":1,"subscription":"%s","tax_rates":[]}],\
        "has_more":false,"total_count":1,"url":"/v1/subscription_items"},"latest_invoice":"in_%s%d",\
        "livemode":false,"metadata":{"copy":"%d"},"next_pending_invoice_item_invoice":null,\
        "on_behalf_of":null,"pause_collection":null,"payment_settings":{"payment_method_options":\
        null,"payment_method_types":null,"save_default_payment_method":"on_subscription"},\
        "pending_setup_intent":null,"pending_update":null,"schedule":null,"start_date":%d,\
        "status":"%s","test_clock":null,"transfer_data":null,"trial_end":null,"trial_settings":\
        {"end_behavior":{"missing_payment_method":"create_invoice"}},"trial_start":null}""");

  private static final Blank CHECKOUT =
      new Blank(
          """
        {"id":"cs_test_%s%d","object":"checkout.session","after_expiration":null,\
        "allow_promotion_codes":true,"amount_subtotal":2900,"amount_total":2900,"automatic_tax":\
        {"enabled":false,"liability":null,"status":null},"billing_address_collection":"auto",\
        "cancel_url":"https://shop.test/cancel","client_reference_id":null,"created":%d,"currency":\
        "eur","customer":"cus_%s%d","customer_details":{"address":{"city":null,"country":"DE",\
        "line1":null,"line2":null,"postal_code":null,"state":null},"email":"%s","name":"Ada %d",\
        "phone":null,"tax_exempt":"none","tax_ids":[]},"customer_email":"%s","expires_at":%d,\
        "invoice":"in_%s%d","livemode":false,"locale":null,"metadata":{"note":"%s"},"mode":\
        "subscription","payment_intent":null,"payment_link":null,"payment_method_collection":\
        "always","payment_method_types":["card"],"payment_status":"paid","status":"complete",\
        "subscription":"%s","success_url":"https://shop.test/thanks","ui_mode":"hosted","url":null}""");

  private static final Blank INVOICE =
      new Blank(
          """
        {"id":"in_%s%d_%d","object":"invoice","account_country":"DE","account_name":"Acme",\
        "amount_due":2900,"amount_overpaid":0,"amount_paid":2900,"amount_remaining":0,\
        "amount_shipping":0,"application":null,"attempt_count":1,"attempted":true,"auto_advance":\
        false,"billing_reason":"subscription_cycle","collection_method":"charge_automatically",\
        "created":%d,"currency":"eur","customer":"cus_%s%d","customer_email":%s,"customer_name":\
        "Ada %d","description":"%s","due_date":null,"hosted_invoice_url":\
        "https://invoice.stripe.com/i/acct_1/test_%s%d","lines":{"object":"list","data":[{"id":\
        "il_%s%d","object":"line_item","amount":2900,"currency":"eur","description":\
        "1 x Pro (at 29.00 / month)","discountable":true,"invoice":"in_%s%d","parent":\
        {"invoice_item_details":null,"subscription_item_details":{"invoice_item":null,"proration":\
        false,"proration_details":null,"subscription":"%s","subscription_item":"si_%s%d"},"type":\
        "subscription_item_details"},"period":{"end":%d,"start":%d},"pricing":{"price_details":\
        {"price":"price_1QkS2eLzAbCdEfGh","product":"prod_ReHqcTnIm8aVwX"},"type":"price_details",\
        "unit_amount_decimal":"2900"},"quantity":1}],"has_more":false,"total_count":1,"url":\
        "/v1/invoices/lines"},"livemode":false,"metadata":{},"number":"A-%d","paid":true,"parent":\
        {"quote_details":null,"subscription_details":{"metadata":{},"subscription":"%s"},"type":\
        "subscription_details"},"period_end":%d,"period_start":%d,"status":"paid",\
        "status_transitions":{"finalized_at":%d,"marked_uncollectible_at":null,"paid_at":%d,\
        "voided_at":null},"subtotal":2900,"total":2900,"webhooks_delivered_at":null}""");

  private final Mac mac;
  private final String tag;
  private final boolean addressed;

  /// @param secret the connection's webhook secret
  /// @param tag part of every id, so that two runs on one database don't meet
  StripeWebhooks(String secret, String tag) {
    this(secret, tag, true);
  }

  /// @param addressed whether invoices say whom to write to; without that no mail follows
  StripeWebhooks(String secret, String tag, boolean addressed) {
    this.addressed = addressed;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    this.tag = tag;
  }

  /// One webhook: its raw body and the value of `Stripe-Signature`.
  @SuppressWarnings("ArrayRecordComponent") // never compared or printed
  record Signed(byte[] body, String signature) {}

  /// What a webhook tells of a subscription.
  enum Kind {
    CHECKOUT_COMPLETED,
    SUBSCRIPTION_CREATED,
    SUBSCRIPTION_UPDATED,
    INVOICE_PAID,
    SUBSCRIPTION_DELETED
  }

  /// The webhook of `kind` about the subscription with `number`. `copy` makes several of one kind
  /// different events.
  Signed make(Kind kind, long number, int copy) {
    long now = System.currentTimeMillis() / 1000;
    String text =
        switch (kind) {
          case CHECKOUT_COMPLETED -> checkout(number, copy, now);
          case SUBSCRIPTION_CREATED ->
              subscription("customer.subscription.created", "active", number, copy, now);
          case SUBSCRIPTION_UPDATED ->
              subscription("customer.subscription.updated", "active", number, copy, now);
          case SUBSCRIPTION_DELETED ->
              subscription("customer.subscription.deleted", "canceled", number, copy, now);
          case INVOICE_PAID -> invoice(number, copy, now);
        };
    return sign(text.getBytes(StandardCharsets.UTF_8), now);
  }

  /// Signs any body as of `seconds` since 1970.
  Signed sign(byte[] body, long seconds) {
    mac.update(Long.toString(seconds).getBytes(StandardCharsets.US_ASCII));
    mac.update((byte) '.');
    return new Signed(body, "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body)));
  }

  /// The address that the subscription's mails go to.
  String recipient(long number) {
    return "customer-" + tag + "-" + number + "@bench.test";
  }

  /// The provider's id of a subscription.
  String subscriptionId(long number) {
    return "sub_" + tag + number;
  }

  private String event(String type, long number, int copy, long now, String object) {
    return EVENT.fill(
        tag,
        shortOf(type),
        number,
        copy,
        now,
        tag,
        number,
        100_000_000_000L + number,
        type,
        object);
  }

  private static String shortOf(String type) {
    return Integer.toString(type.hashCode() & 0xffffff, 36);
  }

  private String subscription(String type, String status, long number, int copy, long now) {
    boolean over = status.equals("canceled");
    String object =
        SUBSCRIPTION.fill(
            subscriptionId(number),
            now,
            over ? Long.toString(now) : "null",
            now,
            tag,
            number,
            PADDING.substring(0, 300),
            over ? Long.toString(now) : "null",
            tag,
            number,
            now,
            now + 2_592_000,
            now,
            PRICE,
            subscriptionId(number),
            tag,
            number,
            copy,
            now,
            status);
    return event(type, number, copy, now, object);
  }

  private String checkout(long number, int copy, long now) {
    String object =
        CHECKOUT.fill(
            tag,
            number,
            now,
            tag,
            number,
            recipient(number),
            number,
            recipient(number),
            now + 86_400,
            tag,
            number,
            PADDING.substring(0, 480),
            subscriptionId(number));
    return event("checkout.session.completed", number, copy, now, object);
  }

  private String invoice(long number, int copy, long now) {
    String object =
        INVOICE.fill(
            tag,
            number,
            copy,
            now,
            tag,
            number,
            addressed ? '"' + recipient(number) + '"' : "null",
            number,
            PADDING.substring(0, 600),
            tag,
            number,
            tag,
            number,
            tag,
            number,
            subscriptionId(number),
            tag,
            number,
            now + 2_592_000,
            now,
            number,
            subscriptionId(number),
            now + 2_592_000,
            now,
            now,
            now);
    return event("invoice.paid", number, copy, now, object);
  }
}
