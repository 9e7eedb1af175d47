package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.email.MailContent;
import dev.tenon.email.StoredMail;
import dev.tenon.inbox.Inbox;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the mails about payments say, word by word where it matters: when it ended, what it is
/// called, and which mail goes at all.
class PaymentMailTest {
  private final LifeEngine engine = new LifeEngine();
  private final Inbox.Source source = engine.connection(engine.tenant);

  @AfterEach
  void stop() {
    engine.close();
  }

  /// One mail as it was stored, without its layout.
  private record Mail(String template, String subject, String text, String html, String state) {
    String all() {
      return subject + "\n" + text + "\n" + html;
    }
  }

  @Test
  void aCancellationNowSaysThatItEndedToday() {
    try (var sandbox = new SandboxLives()) {
      for (Life life :
          sandbox.record(
              "cancelled now",
              Map.of(),
              script -> script.checkout(0).after(Duration.ofDays(9), "cancel"))) {
        live(life.as(life.name().contains("old") ? "Xold" : "Xnew", new java.util.Random(1)));
      }
    }
    List<Mail> mails = mails("subscription-cancellation");
    assertThat(mails).hasSize(2);
    for (Mail mail : mails) {
      assertThat(mail.subject()).isEqualTo("Your Pro subscription is cancelled");
      assertThat(mail.text()).contains("It ended on 10 August 2026, before the end of its period.");
      assertThat(mail.html()).contains("It ended on <strong>10 August 2026</strong>");
      assertThat(mail.all()).doesNotContain("until", "September");
    }
  }

  @Test
  void anEndAfterDunningSaysThatItEndedToday() {
    live(life("dunned, documented new shape"));
    Mail mail = mails("subscription-cancellation").getFirst();
    assertThat(mail.text()).contains("It ended on 22 October 2026").doesNotContain("until");
  }

  @Test
  void anEndWithThePeriodSaysUntilWhen() {
    live(life("whole life, documented new shape"));
    Mail mail = mails("subscription-cancellation").getFirst();
    assertThat(mail.text())
        .contains("You can use it until", "the end of the period you paid")
        .doesNotContain("It ended");
  }

  @Test
  void theNameOfAPlanWithoutNicknameComesFromItsInvoice() {
    for (boolean old : new boolean[] {false, true}) {
      live(ShortLives.withoutNickname(old).as(old ? "Xold" : "Xnew", new java.util.Random(1)));
    }
    List<Mail> confirmations = mails("subscription-confirmation");
    assertThat(confirmations).hasSize(2);
    assertThat(confirmations.getFirst().subject())
        .isEqualTo("Your Café Pro subscription is active");
    assertThat(confirmations.getFirst().text()).contains("Plan:       Café Pro");
    assertThat(mails("subscription-cancellation").getLast().subject())
        .isEqualTo("Your Café Pro subscription is cancelled");
    assertThat(engine.rows("select distinct plan from subscription"))
        .containsExactly(List.of("Café Pro"));
    namesNoIds();
  }

  /// All that a checkout causes comes in one batch, and the mail knows all of it.
  @Test
  void aCheckoutOfAPriceWithoutNicknameIsConfirmedByTheNameOfTheProduct() {
    try (var sandbox = new SandboxLives()) {
      for (Life life :
          sandbox.record("unnamed", Map.of(), script -> script.checkoutWithoutNickname())) {
        life.as(life.name().contains("old") ? "Xold" : "Xnew", new java.util.Random(1))
            .bodies()
            .forEach(body -> engine.receive(source, body));
      }
    }
    engine.runAll();
    assertThat(mails("subscription-confirmation"))
        .extracting(Mail::subject)
        .containsExactly("Your Pro subscription is active", "Your Pro subscription is active");
    assertThat(engine.rows("select distinct plan from subscription"))
        .containsExactly(List.of("Pro"));
    namesNoIds();
  }

  @Test
  void aPlanWithoutAnyNameIsNotNamed() {
    live(ShortLives.withoutAnyName(false));
    Mail confirmation = mails("subscription-confirmation").getFirst();
    assertThat(confirmation.subject()).isEqualTo("Your subscription is active");
    assertThat(confirmation.text())
        .contains("Thank you for subscribing. Everything")
        .doesNotContain("Plan:");
    Mail cancellation = mails("subscription-cancellation").getFirst();
    assertThat(cancellation.subject()).isEqualTo("Your subscription is cancelled");
    assertThat(cancellation.text()).contains("Your subscription is cancelled, as requested");
    namesNoIds();
  }

  private void namesNoIds() {
    for (Mail mail : mails("subscription-confirmation", "subscription-cancellation")) {
      assertThat(mail.all()).doesNotContain("prod_", "price_", "your plan", "sub_");
    }
  }

  @Test
  void whoseStartWasNotSeenIsToldOfTheEndAtTheAddressOfTheCustomer() {
    live(ShortLives.olderThanTheConnection(false));
    assertThat(
            engine.rows(
                "select recipient from message where template = 'subscription-cancellation'"))
        .containsExactly(List.of("ada@customer.test"));
  }

  @Test
  void aFirstReceiptWithoutACheckoutWaitsAnHourAndGoes() {
    live(ShortLives.madeInTheDashboard(false));
    assertThat(mails("receipt")).extracting(Mail::state).containsExactly("queued");
    assertThat(
            engine.rows("select wake_at - created_at from waiting_job where wake_at is not null"))
        .containsExactly(List.of("01:00:00"));
    assertThat(mails("subscription-confirmation")).isEmpty();
  }

  @Test
  void aFirstReceiptIsWithdrawnWhenTheCheckoutComesLater() {
    List<String> bodies = ShortLives.withoutNickname(false).bodies();
    for (String body : bodies.subList(0, 2)) {
      apply(body);
    }
    assertThat(mails("receipt")).extracting(Mail::state).containsExactly("queued");
    apply(bodies.get(2));
    assertThat(mails("receipt")).extracting(Mail::state).containsExactly("cancelled");
    assertThat(mails("subscription-confirmation")).hasSize(1);
  }

  /// Else who buys at a checkout would hear nothing of the first payment.
  @Test
  void theFirstReceiptGoesWhereNoConfirmationsAreSent() {
    engine.db.useTenant(
        engine.tenant,
        tx -> PaymentMails.switchOff(tx, List.of("subscription-confirmation"), engine.now.get()));
    List<List<Integer>> orders = List.of(List.of(0, 1, 2), List.of(2, 0, 1));
    for (List<Integer> order : orders) {
      List<String> bodies =
          ShortLives.withoutNickname(false)
              .as("X" + order.getFirst(), new java.util.Random(1))
              .bodies();
      order.forEach(index -> apply(bodies.get(index)));
    }
    List<String> batch =
        ShortLives.withoutNickname(false).as("Xall", new java.util.Random(1)).bodies();
    batch.subList(0, 3).forEach(body -> engine.receive(source, body));
    engine.runAll();
    assertThat(mails("receipt"))
        .extracting(Mail::state)
        .containsExactly("queued", "queued", "queued");
    assertThat(mails("subscription-confirmation")).isEmpty();
  }

  /// Stripe tells of such a try twice: as one that failed, and as one that waits for its customer.
  @Test
  void onePaymentToConfirmIsOneMailInWhateverOrderItIsTold() {
    String life = only(life("whole life, documented new shape").bodies(), "invoice.payment_failed");
    int times = 0;
    for (boolean failureFirst : new boolean[] {true, false}) {
      for (boolean together : new boolean[] {true, false}) {
        String mark = "X%d".formatted(times++);
        String failed = life.replace("in_", "in_" + mark).replace("evt_", "evt_" + mark);
        String action = toConfirm(failed, "a");
        for (String body : failureFirst ? List.of(failed, action) : List.of(action, failed)) {
          engine.receive(source, body);
          if (!together) {
            engine.runAll();
          }
        }
        engine.runAll();
      }
    }
    assertThat(mails("payment-action-required")).hasSize(4);
    assertThat(mails("payment-failed"))
        .extracting(Mail::state)
        .allMatch(state -> state.equals("cancelled"));
    assertThat(engine.rows("select distinct state from payment"))
        .containsExactly(List.of("action_required"));

    // What is refused at the next try failed indeed.
    String next =
        life.replace("in_", "in_X0")
            .replace("evt_", "evt_next")
            .replaceFirst("\"attempt_count\": ?[0-9]+", "\"attempt_count\":7");
    assertThat(next).contains("\"attempt_count\":7");
    apply(next);
    assertThat(mails("payment-failed"))
        .extracting(Mail::state)
        .filteredOn(state -> !state.equals("cancelled"))
        .containsExactly("queued");
    assertThat(engine.rows("select state from payment where failed_tries = 7"))
        .containsExactly(List.of("failed"));
  }

  /// Begun by the API, in a page of the application: the same sale as a checkout.
  @Test
  void whatTheApiSoldIsConfirmedOnceItIsInUse() {
    List<String> bodies = ShortLives.madeInTheDashboard(false).bodies();
    String id =
        bodies.stream()
            .map(Life::json)
            .map(event -> event.path("data").path("object"))
            .filter(object -> object.path("object").asString().equals("subscription"))
            .findFirst()
            .orElseThrow()
            .path("id")
            .asString();
    PaymentViews.Made made =
        engine.db.asTenant(
            engine.tenant,
            tx ->
                new PaymentViews()
                    .madeSubscription(
                        tx,
                        new Place(
                            source.connection(),
                            dev.tenon.connection.Connection.Environment.DEVELOPMENT),
                        java.util.UUID.randomUUID(),
                        dev.tenon.connector.stripe.SubscriptionSnapshot.of(
                            Life.json("{\"id\":\"%s\"}".formatted(id))),
                        engine.now.get()));
    assertThat(made.told()).isFalse();
    bodies.forEach(this::apply);
    assertThat(mails("subscription-confirmation")).hasSize(1);
    assertThat(mails("receipt").stream().filter(mail -> !mail.state().equals("cancelled")))
        .isEmpty();
  }

  /// What was given up waits for nobody, whatever order that is told in.
  @Test
  void aPaymentOfAnInvoiceThatWasGivenUpSaysSo() {
    String failed =
        only(life("whole life, documented new shape").bodies(), "invoice.payment_failed");
    for (String end : List.of("voided", "marked_uncollectible")) {
      for (boolean endFirst : new boolean[] {true, false}) {
        String mark = "X%s%s".formatted(end.charAt(0), endFirst);
        String own = failed.replace("in_", "in_" + mark).replace("evt_", "evt_" + mark);
        String given =
            own.replace("evt_", "evt_g").replace("invoice.payment_failed", "invoice." + end);
        List<String> order = endFirst ? List.of(given, own) : List.of(own, given);
        order.forEach(this::apply);
      }
    }
    assertThat(
            engine.rows(
                "select state, failed_tries > 0, count(*)::text from payment group by 1, 2"))
        .containsExactlyInAnyOrder(List.of("uncollectible", "t", "2"), List.of("voided", "t", "2"));
  }

  /// Who sits in the form is told there, and has no subscription yet.
  @Test
  void aFirstCardThatIsRefusedInTheFormIsNoMail() {
    List<String> bodies = life("whole life, documented new shape").bodies();
    String first =
        only(bodies, "invoice.paid").replace("\"invoice.paid\"", "\"invoice.payment_failed\"");
    assertThat(first).contains("subscription_create");
    apply(first);
    assertThat(mails("payment-failed")).isEmpty();
    assertThat(engine.rows("select state from payment")).containsExactly(List.of("failed"));

    // A debit that comes back days later is one: the subscription was in use by then.
    for (String body : bodies) {
      if (is(body, "customer.subscription.created") || is(body, "customer.subscription.updated")) {
        apply(body);
      }
    }
    apply(
        first
            .replace("evt_", "evt_late")
            .replaceFirst("\"attempt_count\": ?[0-9]+", "\"attempt_count\":9"));
    assertThat(mails("payment-failed")).hasSize(1);
  }

  @Test
  void aSinglePaymentIsRecordedWithItsReceiptAndItsRefund() {
    live(ShortLives.purchase(false));
    assertThat(
            engine.rows(
                """
                select p.state, p.amount, p.currency, r.amount_refunded from payment p
                join payment_link l on l.invoice_provider_id = p.provider_id
                join charge_refund r on r.payment_intent = l.payment_intent
                """))
        .containsExactly(List.of("succeeded", "4200", "usd", "4200"));
    assertThat(mails("receipt").getFirst().text()).contains("42.00 USD", "Your purchase");
  }

  @Test
  void aSinglePaymentThatDidNotComeIsRecordedWithoutAMail() {
    live(ShortLives.purchaseThatFailed(false));
    assertThat(engine.rows("select state, amount from payment"))
        .containsExactly(List.of("failed", "4200"));
    assertThat(engine.rows("select type from event")).containsExactly(List.of("payment.failed"));
    assertThat(mails("receipt", "payment-failed")).isEmpty();
  }

  @Test
  void theEndOfATrialIsToldOnceInTheTenantsLanguage() {
    // Before it ends.
    engine.now.set(java.time.Instant.parse("2026-10-01T10:00:00Z"));
    engine.db.useTenant(
        engine.tenant,
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into mail_layout values (?, '', '', '', '', '', '', 'de', 1, now())
                    """,
                    engine.tenant.uuid()));
    live(life("dunned, documented new shape"));
    List<Mail> mails = mails("trial-ending");
    assertThat(mails).hasSize(1);
    assertThat(mails.getFirst().subject())
        .matches("Ihre Testphase von Pro endet am [0-9]+\\. [A-Z].* 2026");
    assertThat(mails.getFirst().text()).contains("beginnt das\nAbo, für ", ",00 ");
    assertThat(mails("payment-failed").getFirst().subject()).startsWith("Ihre Zahlung über ");
  }

  @Test
  void aPaymentToConfirmIsAskedForOnceAndNotOnceItIsPaid() {
    List<String> bodies = life("whole life, documented new shape").bodies();
    String failed = only(bodies, "invoice.payment_failed");
    String toConfirm = toConfirm(failed, "a");
    apply(toConfirm);
    apply(toConfirm(failed, "b"));
    List<Mail> mails = mails("payment-action-required");
    assertThat(mails).hasSize(1);
    assertThat(mails.getFirst().subject()).startsWith("Please confirm your payment of ");
    assertThat(mails.getFirst().html()).contains(">Confirm payment</a>");

    // Another invoice, of which the payment is known already.
    String paid =
        bodies.stream().filter(body -> is(body, "invoice.paid")).skip(1).findFirst().orElseThrow();
    apply(paid);
    apply(toConfirm(paid.replace("\"invoice.paid\"", "\"invoice.payment_failed\""), "c"));
    assertThat(mails("payment-action-required")).hasSize(1);
  }

  @Test
  void theFirstInvoiceOfASubscriptionIsConfirmedWhereItIsBought() {
    String first = only(life("whole life, documented new shape").bodies(), "invoice.paid");
    assertThat(first).contains("subscription_create");
    apply(toConfirm(first.replace("\"invoice.paid\"", "\"invoice.payment_failed\""), "a"));
    assertThat(mails("payment-action-required")).isEmpty();
  }

  private static String only(List<String> bodies, String type) {
    return bodies.stream().filter(body -> is(body, type)).findFirst().orElseThrow();
  }

  private static boolean is(String body, String type) {
    return Life.json(body).path("type").asString().equals(type);
  }

  private static String toConfirm(String body, String mark) {
    String id = Life.json(body).path("id").asString();
    return body.replace(id, id + mark)
        .replace("invoice.payment_failed", "invoice.payment_action_required");
  }

  @Test
  void readsTheNameOutOfALine() {
    assertThat(PlanName.of("1 × Pro (at $29.00 / month)")).isEqualTo("Pro");
    assertThat(PlanName.of("12 × Pro (EU) (at €29.00 / every 3 months)")).isEqualTo("Pro (EU)");
    assertThat(PlanName.of("1 × Seats (Tier 1 at $5.00 / month)")).isEqualTo("Seats");
    assertThat(PlanName.of("Trial period for Pro")).isEqualTo("Pro");
    assertThat(PlanName.of("Consulting in May")).isEqualTo("Consulting in May");
    assertThat(PlanName.of("1 × prod_Nx82ka")).isNull();
    assertThat(PlanName.of(" ")).isNull();
  }

  private static Life life(String name) {
    return DocumentedLives.all(Map.of()).stream()
        .filter(life -> life.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private void live(Life life) {
    life.bodies().forEach(this::apply);
  }

  private void apply(String body) {
    engine.receive(source, body);
    engine.runAll();
    assertThat(engine.rows("select last_error from waiting_fact")).isEmpty();
  }

  private List<Mail> mails(String... templates) {
    return engine
        .rows(
            """
            select m.template, m.state, encode(c.sealed, 'hex') from message m
            join message_content c on c.tenant_id = m.tenant_id and c.message_id = m.id
            order by m.id
            """)
        .stream()
        .filter(row -> List.of(templates).contains(row.getFirst()))
        .map(
            row -> {
              var stored = (StoredMail) MailContent.read(HexFormat.of().parseHex(row.get(2)));
              return new Mail(
                  row.get(0), stored.subject(), stored.text(), stored.html(), row.get(1));
            })
        .toList();
  }
}
