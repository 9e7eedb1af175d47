package dev.tenon.payment;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// Lives of a few facts each, made to be tried in every order: changes that run in a circle within
/// one second, subscriptions whose start nobody saw, plans without a name, single payments.
final class ShortLives {
  /// How the circles end: id, quantity, whether it ends with its period, prices.
  static final List<List<String>> CIRCLES_END =
      List.of(
          List.of("sub_circleItem", "1", "f", "{price_a}"),
          List.of("sub_circleMind", "3", "f", "{price_a}"),
          List.of("sub_circlePause", "1", "f", "{price_a}"),
          List.of("sub_circleQuantity", "1", "f", "{price_a}"));

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final long START = 1_790_000_000L;
  private static final long DAY = 86_400;
  static final long PERIOD_END = START + 30 * DAY;
  private static final long END = PERIOD_END;

  private final boolean old;
  private final String subscription;
  private final String customer;
  private final List<String> bodies = new ArrayList<>();
  private long now = START;
  private String status = "active";
  private String nickname = "\"Pro\"";
  private long quantity = 1;
  private boolean ending;
  private boolean added;
  private String pause = "null";

  private ShortLives(boolean old, String subscription) {
    this.old = old;
    this.subscription = subscription;
    this.customer = subscription.replace("sub_", "cus_");
  }

  static List<Life> all(boolean old) {
    return List.of(
        circleOfQuantity(old),
        circleOfMind(old),
        circleOfItems(old),
        circleOfPauses(old),
        olderThanTheConnection(old),
        madeInTheDashboard(old),
        withoutNickname(old),
        purchase(old),
        purchaseThatFailed(old));
  }

  private Life named(String name) {
    return new Life(name + (old ? ", old" : ", new"), bodies);
  }

  /// 1, 2 and 1 again.
  private static Life circleOfQuantity(boolean old) {
    var life = new ShortLives(old, "sub_circleQuantity");
    life.subscription("created", "");
    life.now += 60;
    life.quantity(2);
    life.quantity(1);
    return life.named("circle of quantity");
  }

  /// Cancelled, changed, kept: all in one second, after one in which something changed as well.
  private static Life circleOfMind(boolean old) {
    var life = new ShortLives(old, "sub_circleMind");
    life.quantity(2);
    life.now += 60;
    life.ending(true);
    life.quantity(3);
    life.ending(false);
    return life.named("circle of mind");
  }

  /// Something is added and taken away.
  private static Life circleOfItems(boolean old) {
    var life = new ShortLives(old, "sub_circleItem");
    life.subscription("created", "");
    life.now += 60;
    life.added(true);
    life.added(false);
    return life.named("circle of items");
  }

  /// Paused, collected again, and paused in another way.
  private static Life circleOfPauses(boolean old) {
    var life = new ShortLives(old, "sub_circlePause");
    life.subscription("created", "");
    life.now += 60;
    life.pause("{\"behavior\":\"void\",\"resumes_at\":null}");
    life.pause("null");
    life.pause("{\"behavior\":\"keep_as_draft\",\"resumes_at\":%d}".formatted(END));
    return life.named("circle of pauses");
  }

  /// Only its end is seen, and that the customer changed.
  static Life olderThanTheConnection(boolean old) {
    var life = new ShortLives(old, "sub_older1");
    life.now = END - DAY;
    life.customer();
    life.now = END;
    life.status = "canceled";
    life.subscription("deleted", "");
    return life.named("older than the connection");
  }

  /// Without a checkout.
  static Life madeInTheDashboard(boolean old) {
    var life = new ShortLives(old, "sub_dashboard1");
    life.subscription("created", "");
    life.invoice("1 × Pro (at $29.00 / month)");
    life.now = END;
    life.status = "canceled";
    life.subscription("deleted", "");
    return life.named("made in the dashboard");
  }

  /// The invoice alone tells the plan's name.
  static Life withoutNickname(boolean old) {
    var life = new ShortLives(old, "sub_unnamed1");
    life.nickname = "null";
    life.invoice("1 × Café Pro (at €29.00 / month)");
    life.subscription("created", "");
    life.checkout();
    life.now = START + 10 * DAY;
    life.status = "canceled";
    life.subscription("deleted", "");
    return life.named("without a nickname");
  }

  /// The same, and no invoice is seen.
  static Life withoutAnyName(boolean old) {
    Life named = withoutNickname(old);
    return new Life("without any name", named.bodies().subList(1, named.bodies().size()));
  }

  /// A slow payment method, and money that goes back.
  static Life purchase(boolean old) {
    var life = new ShortLives(old, "sub_none1");
    life.purchase("completed", "unpaid");
    life.now += 3 * DAY;
    life.purchase("async_payment_succeeded", "paid");
    life.now += DAY;
    life.event(
        "charge.refunded",
        """
        {"id":"ch_once1","object":"charge","amount":4200,"amount_refunded":4200,"currency":"usd",
         "customer":null,"payment_intent":"pi_once1","metadata":{},"refunded":true}
        """,
        "");
    return life.named("purchase");
  }

  static Life purchaseThatFailed(boolean old) {
    var life = new ShortLives(old, "sub_none2");
    life.purchase("completed", "unpaid");
    life.now += 3 * DAY;
    life.purchase("async_payment_failed", "unpaid");
    return life.named("purchase that failed");
  }

  private void quantity(long to) {
    long from = quantity;
    String items = items();
    quantity = to;
    subscription("updated", old ? "\"quantity\":%d,%s".formatted(from, items) : items);
  }

  private void ending(boolean to) {
    ending = to;
    subscription(
        "updated",
        "\"cancel_at_period_end\":%b,\"cancel_at\":%s,\"canceled_at\":%s"
            .formatted(!to, to ? "null" : END, to ? "null" : now));
  }

  private void pause(String to) {
    String from = pause;
    pause = to;
    subscription("updated", "\"pause_collection\":" + from);
  }

  private void added(boolean to) {
    String items = items();
    added = to;
    subscription("updated", items);
  }

  private String items() {
    String extra = added ? "," + item("si_b", "price_b", 2) : "";
    return "\"items\":{\"object\":\"list\",\"data\":[%s%s]}"
        .formatted(item("si_a", "price_a", quantity), extra);
  }

  private String item(String id, String price, long quantity) {
    String kind = old ? "plan" : "price";
    String period =
        old ? "" : "\"current_period_start\":%d,\"current_period_end\":%d,".formatted(START, END);
    return """
        {"id":"%s","object":"subscription_item",%s"quantity":%d,
         "%s":{"id":"%s","object":"%s","%s":2900,"currency":"usd","nickname":%s,
          "product":"prod_pro"}}
        """
        .formatted(
            id, period, quantity, kind, price, kind, old ? "amount" : "unit_amount", nickname);
  }

  private void subscription(String kind, String previous) {
    String period =
        old ? "\"current_period_start\":%d,\"current_period_end\":%d,".formatted(START, END) : "";
    event(
        "customer.subscription." + kind,
        """
        {"id":"%s","object":"subscription","customer":"%s","status":"%s","created":%d,%s%s
         "cancel_at_period_end":%b,"cancel_at":%s,"canceled_at":%s,"ended_at":%s,"currency":"usd",
         "latest_invoice":null,"pause_collection":%s,"metadata":{},%s}
        """
            .formatted(
                subscription,
                customer,
                status,
                START,
                period,
                old ? "\"quantity\":%d,".formatted(quantity) : "",
                ending,
                ending ? END : "null",
                ending ? now : "null",
                status.equals("canceled") ? now : "null",
                pause,
                items()),
        previous);
  }

  private void customer() {
    event(
        "customer.updated",
        """
        {"id":"%s","object":"customer","email":"ada@customer.test","name":"Ada","metadata":{}}
        """
            .formatted(customer),
        "\"name\":null");
  }

  private void checkout() {
    event(
        "checkout.session.completed",
        """
        {"id":"%s","object":"checkout.session","mode":"subscription","payment_status":"paid",
         "status":"complete","customer":"%s","subscription":"%s","created":%d,"metadata":{},
         "customer_details":{"email":"ada@customer.test","name":"Ada"}}
        """
            .formatted(subscription.replace("sub_", "cs_"), customer, subscription, now),
        "");
  }

  private void invoice(String line) {
    event(
        "invoice.paid",
        """
        {"id":"%s","object":"invoice","number":"ADA-1","customer":"%s","status":"paid",
         "customer_email":"ada@customer.test","customer_name":"Ada","currency":"usd",
         "billing_reason":"subscription_create","amount_due":2900,"amount_paid":2900,
         "attempt_count":1,"created":%d,%s,
         "lines":{"object":"list","data":[{"amount":2900,"description":"%s",%s}]}}
        """
            .formatted(
                subscription.replace("sub_", "in_"),
                customer,
                now,
                old
                    ? "\"subscription\":\"%s\"".formatted(subscription)
                    : "\"parent\":{\"subscription_details\":{\"subscription\":\"%s\"}}"
                        .formatted(subscription),
                line,
                old
                    ? "\"plan\":{\"id\":\"price_a\"},\"proration\":false"
                    : "\"pricing\":{\"price_details\":{\"price\":\"price_a\"}}"),
        "");
  }

  private void purchase(String kind, String paymentStatus) {
    event(
        "checkout.session." + kind,
        """
        {"id":"%s","object":"checkout.session","mode":"payment","payment_status":"%s",
         "status":"complete","customer":null,"subscription":null,"invoice":null,"created":%d,
         "payment_intent":"pi_once1","amount_total":4200,"currency":"usd","metadata":{},
         "customer_details":{"email":"ada@customer.test","name":"Ada"}}
        """
            .formatted(subscription.replace("sub_none", "cs_once"), paymentStatus, START),
        "");
  }

  private void event(String type, String object, String previous) {
    String body =
        """
        {"id":"evt_short%03d","object":"event","api_version":"%s","created":%d,"livemode":false,
         "type":"%s","data":{"object":%s%s}}
        """
            .formatted(
                bodies.size(),
                old ? "2020-08-27" : "2026-09-30.endive",
                now,
                type,
                object,
                previous.isEmpty() ? "" : ",\"previous_attributes\":{%s}".formatted(previous));
    bodies.add(JSON.readTree(body).toString());
  }
}
