package dev.tenon.payment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Lives as Stripe's documents show them, in the shape of 2020-08-27 and in that of 2025-03-31 and
/// later: where the period stands, how an invoice names its subscription, which field leads from a
/// charge to its invoice (docs.stripe.com/changelog/basil, docs.stripe.com/billing/subscriptions).
final class DocumentedLives {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final long MONTH = 30L * 24 * 3600;

  private final boolean old;
  private final Map<String, String> metadata;
  private final List<String> bodies = new ArrayList<>();
  private long now = 1_790_000_000L;
  private long periodStart = now;
  private String status = "incomplete";
  private boolean cancelAtPeriodEnd;
  private long quantity = 1;
  private int invoices;
  private int attempts;
  private boolean open;
  private int events;

  private DocumentedLives(boolean old, Map<String, String> metadata) {
    this.old = old;
    this.metadata = metadata;
  }

  /// All of them, in both shapes.
  static List<Life> all(Map<String, String> metadata) {
    List<Life> lives = new ArrayList<>();
    for (boolean old : new boolean[] {false, true}) {
      String shape = old ? ", documented old shape" : ", documented new shape";
      lives.add(new Life("whole life" + shape, new DocumentedLives(old, metadata).whole()));
      lives.add(new Life("dunned" + shape, new DocumentedLives(old, metadata).dunned()));
      lives.add(new Life("never paid" + shape, new DocumentedLives(old, metadata).expired()));
    }
    return lives;
  }

  /// The few facts that decide about a sale and its end.
  static Life sale(boolean old) {
    var life = new DocumentedLives(old, Map.of());
    life.checkout();
    life.subscription("created", "");
    life.change("active");
    life.tick(MONTH);
    life.status = "canceled";
    life.subscription("deleted", "");
    return new Life("sale" + (old ? ", old" : ", new"), life.bodies);
  }

  /// One invoice that fails twice, is paid, and goes back.
  static Life invoice(boolean old) {
    var life = new DocumentedLives(old, Map.of());
    life.failedInvoice();
    life.tick(3600);
    life.failedAgain();
    life.tick(3600);
    life.paidInvoice();
    life.tick(3600);
    life.refund();
    return new Life("invoice" + (old ? ", old" : ", new"), life.bodies);
  }

  /// Three changes within one second, each of another field.
  static Life busySecond(boolean old) {
    var life = new DocumentedLives(old, Map.of());
    life.subscription("created", "");
    life.change("active");
    life.quantity = 5;
    life.subscription("updated", life.old ? "\"quantity\":1" : life.items(1));
    life.cancelAtPeriodEnd = true;
    life.subscription("updated", "\"cancel_at_period_end\":false");
    return new Life("busy second" + (old ? ", old" : ", new"), life.bodies);
  }

  /// Two changes of a customer within one second, told apart by what they call previous only.
  static Life busyCustomer(boolean old) {
    var life = new DocumentedLives(old, Map.of());
    life.customer("created", "ada@customer.test", false, "");
    life.customer("updated", "ada@customer.test", true, "\"delinquent\":false");
    life.customer("updated", "ada2@customer.test", true, "\"email\":\"ada@customer.test\"");
    life.customer("updated", "ada2@customer.test", false, "\"delinquent\":true");
    return new Life("busy customer" + (old ? ", old" : ", new"), life.bodies);
  }

  private List<String> whole() {
    customer("created");
    checkout();
    subscription("created", "");
    firstInvoice();
    change("active");
    paidInvoice();
    tick(MONTH - 7 * 24 * 3600);
    event("invoice.upcoming", invoiceBody("draft").replaceFirst("\"id\":\"in_[^\"]*\",", ""), "");
    tick(7 * 24 * 3600);
    renew();
    paidInvoice();
    customer("updated");
    tick(MONTH);
    renew();
    failedInvoice();
    change("past_due");
    tick(3 * 24 * 3600);
    failedAgain();
    tick(24 * 3600);
    paidInvoice();
    change("active");
    refund();
    tick(5);
    cancelAtPeriodEnd = true;
    subscription("updated", "\"cancel_at_period_end\":false");
    tick(MONTH);
    status = "canceled";
    subscription("deleted", "");
    return bodies;
  }

  private List<String> dunned() {
    status = "trialing";
    customer("created");
    checkout();
    subscription("created", "");
    tick(11 * 24 * 3600);
    subscription("trial_will_end", "");
    tick(3 * 24 * 3600);
    change("active");
    renew();
    failedInvoice();
    change("past_due");
    tick(3 * 24 * 3600);
    failedAgain();
    tick(7 * 24 * 3600);
    failedAgain();
    change("unpaid");
    tick(7 * 24 * 3600);
    status = "canceled";
    subscription("deleted", "");
    customer("deleted");
    return bodies;
  }

  private List<String> expired() {
    customer("created");
    subscription("created", "");
    failedInvoice();
    tick(23 * 3600);
    change("incomplete_expired");
    return bodies;
  }

  private void tick(long seconds) {
    now += seconds;
  }

  private void change(String to) {
    String from = status;
    status = to;
    subscription("updated", "\"status\":\"" + from + "\"");
  }

  private void renew() {
    long before = periodStart + MONTH;
    periodStart = now;
    subscription(
        "updated",
        old
            ? "\"current_period_end\":%d,\"current_period_start\":%d"
                .formatted(before, before - MONTH)
            : "\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_docs1\",\"current_period_end\":%d}]}"
                .formatted(before));
  }

  private String items(long quantity) {
    String period =
        "\"current_period_start\":%d,\"current_period_end\":%d,"
            .formatted(periodStart, periodStart + MONTH);
    return """
        "items":{"object":"list","data":[{"id":"si_docs1","object":"subscription_item",%s
         "quantity":%d,
         "plan":{"id":"price_pro","object":"plan","amount":2900,"currency":"usd","interval":"month",
          "interval_count":1,"nickname":"Pro","product":"prod_pro"}%s}]}
        """
        .formatted(
            old ? "" : period,
            quantity,
            old
                ? ""
                : """
                ,"price":{"id":"price_pro","object":"price","unit_amount":2900,"currency":"usd",
                 "nickname":"Pro","product":"prod_pro",
                 "recurring":{"interval":"month","interval_count":1}}
                """);
  }

  private void subscription(String kind, String previous) {
    long end = periodStart + MONTH;
    String object =
        """
        {"id":"sub_docs1","object":"subscription","customer":"cus_docs1","status":"%s",
         "cancel_at_period_end":%b,"cancel_at":%s,"canceled_at":%s,"ended_at":%s,
         "created":1790000000,%s %s "currency":"usd","latest_invoice":"in_docs%d",
         "trial_end":%s,"metadata":%s,%s,"livemode":false}
        """
            .formatted(
                status,
                cancelAtPeriodEnd,
                cancelAtPeriodEnd && !old ? end : "null",
                cancelAtPeriodEnd ? Long.toString(now) : "null",
                status.equals("canceled") ? Long.toString(now) : "null",
                old
                    ? "\"current_period_start\":%d,\"current_period_end\":%d,"
                        .formatted(periodStart, end)
                    : "\"billing_mode\":{\"type\":\"flexible\"},",
                old ? "\"quantity\":%d,".formatted(quantity) : "",
                invoices,
                // Two weeks after it was made.
                status.equals("trialing") ? "1791209600" : "null",
                metadata(),
                items(quantity));
    event("customer.subscription." + kind, object, previous);
  }

  private void customer(String kind) {
    customer(kind, kind.equals("created") ? "ada@customer.test" : "ada2@customer.test", false, "");
  }

  private void customer(String kind, String email, boolean delinquent, String previous) {
    event(
        "customer." + kind,
        """
        {"id":"cus_docs1","object":"customer","email":"%s","name":"Ada","delinquent":%b,
         "metadata":{}}
        """
            .formatted(email, delinquent),
        previous);
  }

  private void checkout() {
    event(
        "checkout.session.completed",
        """
        {"id":"cs_docs1","object":"checkout.session","mode":"subscription","status":"complete",
         "payment_status":"paid","customer":"cus_docs1","subscription":"sub_docs1","created":%d,
         "customer_details":{"email":"ada@customer.test","name":"Ada"},"metadata":%s}
        """
            .formatted(now, metadata()),
        "");
  }

  private String metadata() {
    ObjectNode written = JSON.createObjectNode();
    metadata.forEach(written::put);
    return written.toString();
  }

  private void firstInvoice() {
    invoices++;
    attempts = 0;
    open = true;
    event("invoice.created", invoiceBody("draft"), "");
    event("invoice.finalized", invoiceBody("open"), "");
  }

  private void paidInvoice() {
    if (!open) {
      invoices++;
      attempts = 0;
    }
    open = false;
    attempts++;
    event("charge.succeeded", charge(0), "");
    event("invoice.paid", invoiceBody("paid"), "");
    event("invoice.payment_succeeded", invoiceBody("paid"), "");
    if (!old) {
      event(
          "invoice_payment.paid",
          """
          {"id":"inpay_docs%1$d","object":"invoice_payment","invoice":"in_docs%1$d",
           "amount_paid":2900,"currency":"usd","status":"paid",
           "payment":{"type":"payment_intent","payment_intent":"pi_docs%1$d"}}
          """
              .formatted(invoices),
          "");
    }
  }

  private void failedInvoice() {
    invoices++;
    attempts = 0;
    open = true;
    failedAgain();
  }

  private void failedAgain() {
    attempts++;
    event("charge.failed", charge(0), "");
    event("invoice.payment_failed", invoiceBody("open"), "");
  }

  private void refund() {
    event("charge.refunded", charge(2900), "\"amount_refunded\":0,\"refunded\":false");
  }

  private String charge(long refunded) {
    return """
        {"id":"ch_docs%1$d","object":"charge","amount":2900,"amount_refunded":%2$d,
         "currency":"usd","customer":"cus_docs1",%3$s"payment_intent":"pi_docs%1$d",
         "metadata":{},"refunded":%4$b}
        """
        .formatted(
            invoices,
            refunded,
            old ? "\"invoice\":\"in_docs%d\",".formatted(invoices) : "",
            refunded > 0);
  }

  private String invoiceBody(String status) {
    boolean paid = status.equals("paid");
    String subscription =
        old
            ? "\"subscription\":\"sub_docs1\",\"paid\":%b,\"charge\":\"ch_docs%2$d\",\"payment_intent\":\"pi_docs%2$d\""
                .formatted(paid, invoices)
            : """
              "parent":{"type":"subscription_details","quote_details":null,
               "subscription_details":{"subscription":"sub_docs1","metadata":%s}}
              """
                .formatted(metadata());
    return """
        {"id":"in_docs%d","object":"invoice","number":"ADA-000%d","customer":"cus_docs1",
         "customer_email":"ada@customer.test","customer_name":"Ada","status":"%s",
         "billing_reason":"%s","currency":"usd","amount_due":2900,"amount_paid":%d,
         "amount_remaining":%d,"total":2900,"attempt_count":%d,"created":%d,
         "hosted_invoice_url":"https://invoice.stripe.test/i/%d",
         "status_transitions":{"paid_at":%s},%s,
         "lines":{"object":"list","data":[{"amount":2900,"description":"1 × Pro"}]}}
        """
        .formatted(
            invoices,
            invoices,
            status,
            invoices == 1 ? "subscription_create" : "subscription_cycle",
            paid ? 2900 : 0,
            paid ? 0 : 2900,
            attempts,
            1_790_000_000L + invoices,
            invoices,
            paid ? Long.toString(now) : "null",
            subscription);
  }

  private void event(String type, String object, String previous) {
    events++;
    String body =
        """
        {"id":"evt_docs%03d","object":"event","api_version":"%s","created":%d,"livemode":false,
         "type":"%s","data":{"object":%s%s},"pending_webhooks":1,
         "request":{"id":null,"idempotency_key":null}}
        """
            .formatted(
                events,
                old ? "2020-08-27" : "2026-09-30.endive",
                now,
                type,
                object,
                previous.isEmpty() ? "" : ",\"previous_attributes\":{%s}".formatted(previous));
    bodies.add(JSON.readTree(body).toString());
  }
}
