package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.util.UUID;

/// Rows for every page and in every state: what the console looks like on a day with trouble.
final class ConsoleStory {
  private ConsoleStory() {}

  /// The records worth opening.
  ///
  /// @param event a delivery that led to a mail, which the second provider sent
  /// @param message that mail
  /// @param subscription the one that they are about
  /// @param payment its payment
  /// @param customer who pays it
  record Story(UUID event, UUID message, UUID subscription, UUID payment, UUID customer) {
    String customerPath() {
      return "/customers/" + Ids.write(Prefix.CUSTOMER, customer);
    }

    String subscriptionPath() {
      return "/subscriptions/" + Ids.write(Prefix.SUBSCRIPTION, subscription);
    }

    String paymentPath() {
      return "/payments/" + Ids.write(Prefix.PAYMENT, payment);
    }

    String eventPath() {
      return "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event);
    }

    String messagePath() {
      return "/messages/" + Ids.write(Prefix.MESSAGE, message);
    }
  }

  static Story tell(ConsoleFixture fixture) {
    TenantId tenant = fixture.tenant;
    fixture.connection(fixture.other, "stripe", "Birch's Stripe");
    String[] kinds = {"invoice.paid", "customer.subscription.updated", "charge.refunded"};
    for (int i = 0; i < 70; i++) {
      fixture.received(
          tenant,
          "stripe",
          kinds[i % 3],
          "sub_1QeYbK" + i,
          i % 7 == 3 ? "ignored" : "applied",
          "subscription is active",
          "{}",
          Duration.ofMinutes(14L + i * i / 4));
    }
    fixture.received(
        tenant,
        "stripe",
        "customer.deleted",
        "cus_Rk2",
        "dead",
        "No such customer: cus_Rk2",
        "{}",
        Duration.ofMinutes(9));
    fixture.received(
        tenant,
        "stripe",
        "invoice.payment_failed",
        "in_77",
        "unassigned",
        "no tenant_id",
        "{}",
        Duration.ofMinutes(7));
    fixture.received(
        tenant,
        "calcom",
        "BOOKING_CREATED",
        "bk_8832",
        "retrying",
        "deadlock detected",
        "{}",
        Duration.ofMinutes(6));
    fixture.received(
        tenant,
        "calcom",
        "BOOKING_CANCELLED",
        "bk_8831",
        "waiting",
        "",
        "{}",
        Duration.ofSeconds(6));
    UUID[] main =
        fixture.received(
            tenant,
            "stripe",
            "checkout.session.completed",
            "cs_test_a1B2c3",
            "applied",
            "subscription sub_1QeYbK is active",
            "{\"id\":\"evt_1QeYbK2eZvKYlo2C\",\"object\":\"event\",\"created\":1795480000,\"data\":"
                + "{\"object\":{\"id\":\"cs_test_a1B2c3\",\"customer\":\"cus_Rk1\",\"amount_total\":"
                + "5700,\"currency\":\"eur\",\"metadata\":{\"tenant_id\":\"ten_1\"},\"customer_details\":"
                + "{\"email\":\"ada@example.com\",\"name\":\"Ada Lovelace\"}}},\"livemode\":false,"
                + "\"type\":\"checkout.session.completed\"}",
            Duration.ofMinutes(3));
    UUID message =
        fixture.message(
            tenant,
            "delivered",
            "Your Studio subscription is active",
            "ada@example.com",
            "resend",
            "",
            main[1],
            "Thank you, Ada. Your subscription is active.",
            Duration.ofSeconds(178));
    fixture.event(tenant, "subscription.activated", "sub_05a7", main[1], Duration.ofSeconds(179));
    fixture.attempt(
        tenant,
        message,
        1,
        "postmark",
        "connection_broken",
        401,
        "Bad or missing Server API token.",
        "'postmark con_01k87f8uqie2bpqavgetaf5q5p' is the first choice",
        Duration.ofSeconds(177));
    fixture.attempt(tenant, message, 2, "resend", "accepted", 200, "", "", Duration.ofSeconds(176));
    fixture.event(tenant, "message.delivered", "msg_05a7", message, Duration.ofSeconds(170));
    String[] states = {"uncertain", "failed", "queued", "sending", "bounced", "suppressed", "sent"};
    for (String state : states) {
      fixture.message(
          tenant,
          state,
          "Receipt for your payment of 57.00 EUR",
          "grace@example.com",
          state.equals("sent") ? "postmark" : "",
          state.equals("failed") ? "Every provider refused it." : "",
          UUID.randomUUID(),
          "Thank you.",
          Duration.ofMinutes(30));
    }
    String[] subscriptions = {"past_due", "trialing", "ended", "paused", "pending"};
    for (String state : subscriptions) {
      fixture.payment(
          tenant, state + "@example.com", state, state.equals("past_due") ? "failed" : "succeeded");
    }
    UUID[] records = fixture.payment(tenant, "ada@example.com", "active", "succeeded");
    fixture.event(
        tenant,
        "subscription.activated",
        Ids.write(Prefix.SUBSCRIPTION, records[0]),
        main[1],
        Duration.ofSeconds(179));
    fixture.event(
        tenant,
        "payment.succeeded",
        Ids.write(Prefix.PAYMENT, records[1]),
        main[1],
        Duration.ofSeconds(179));
    fixture.dispute(tenant, records[1], "open", "product_not_received");
    return new Story(main[0], message, records[0], records[1], records[2]);
  }
}
