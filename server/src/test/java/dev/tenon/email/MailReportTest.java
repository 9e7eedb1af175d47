package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.email.ses.SnsCertificates;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.event.Events;
import dev.tenon.feedback.MailApplier;
import dev.tenon.feedback.MailWebhooks;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.lane.Applied;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.MadeFact;
import dev.tenon.lane.WaitingFact;
import dev.tenon.number.MailTally;
import dev.tenon.suppression.Suppressions;
import dev.tenon.tenant.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What providers report about mails moves them, whatever the order.
class MailReportTest extends MailBed {
  private static final String ADA = "ada@customer.test";
  private static final String BOB = "bob@customer.test";
  private static final Instant AT = Instant.parse("2026-11-24T09:00:00Z");

  private FactApplier applier(String provider) {
    var ids = new Ids(clock);
    var nobody =
        new ProviderHttp() {
          @Override
          public HttpResult call(HttpCall call) {
            return new HttpResult.NotSent("not in this test");
          }

          @Override
          public void close() {}
        };
    return MailApplier.all(
            new MailWebhooks(new SnsCertificates(nobody, clock)),
            new Events(ids, clock),
            MailTally.NONE,
            jobs,
            ids,
            clock)
        .stream()
        .filter(one -> one.provider().equals(provider))
        .findFirst()
        .orElseThrow();
  }

  private UUID connection() {
    return ready.getFirst().connection();
  }

  private WaitingFact fact(String body) {
    UUID id = new Ids(clock).next();
    return MadeFact.of(id, id, 0, "x", body.getBytes(StandardCharsets.UTF_8));
  }

  private List<Applied> apply(TenantId owner, UUID connection, List<WaitingFact> facts) {
    return apply("postmark", owner, connection, facts);
  }

  /// As the engine does it: one fact by itself may wait, and several may not.
  private List<Applied> apply(
      String provider, TenantId owner, UUID connection, List<WaitingFact> facts) {
    FactApplier applier = applier(provider);
    return db.asEngine(
        tx ->
            facts.size() == 1
                ? List.of(applier.applyAlone(tx, owner, connection, facts.getFirst()))
                : applier.apply(tx, owner, connection, facts));
  }

  private Applied apply(String body) {
    return apply(tenant, connection(), List.of(fact(body))).getFirst();
  }

  private static String about(UUID message) {
    return Ids.write(Prefix.MESSAGE, message);
  }

  private static String report(String type, String message, String recipient, int second) {
    String at = AT.plusSeconds(second).toString();
    return """
        {"RecordType":"%s","MessageID":"pm-1","Recipient":"%s","Email":"%s",
         "Metadata":{"tenon_message":"%s"},"Details":"said %d","Type":"%s",
         "DeliveredAt":"%s","BouncedAt":"%s","ReceivedAt":"%s","ChangedAt":"%s",
         "SuppressSending":true,"SuppressionReason":"ManualSuppression"}"""
        .formatted(
            type.endsWith("Bounce") || type.equals("Transient") || type.equals("Blocked")
                ? "Bounce"
                : type,
            recipient,
            recipient,
            message,
            second,
            type,
            at,
            at,
            at,
            at);
  }

  private UUID queue(List<String> to, String policy) {
    return db.asTenant(
        tenant,
        tx ->
            messages.send(
                tx,
                new MailRequest(
                    null,
                    null,
                    to.stream().map(EmailAddress::of).toList(),
                    List.of(),
                    List.of(),
                    List.of(),
                    new MailRequest.Content.Template("welcome", Map.of("customer_name", "Ada")),
                    "outbound",
                    policy,
                    null,
                    Map.of(),
                    MailPriority.NORMAL,
                    null)));
  }

  private String state(UUID message) {
    return rows("select state from tenon.message where id = '%s'".formatted(message)).getFirst();
  }

  /// Those of one moment come in any order: sender and applier number them apart here.
  private List<String> events() {
    return rows("select type from tenon.event order by type");
  }

  private List<String> suppressed() {
    return rows(
        "select address || ' ' || stream || ' ' || reason from tenon.suppression order by 1");
  }

  @Test
  void aReportSettlesAnUncertainMessageAndNothingIsSentAgain() {
    first.answer = ScriptedProvider.unknown();
    UUID id = queue(ADA);
    runAll();
    assertThat(state(id)).isEqualTo("uncertain");

    assertThat(apply(report("Delivery", about(id), ADA, 1))).isInstanceOf(Applied.Changed.class);

    assertThat(state(id)).isEqualTo("delivered");
    assertThat(rows("select outcome || ' ' || provider_message_id from tenon.attempt"))
        .containsExactly("accepted pm-1");
    assertThat(
            rows(
                "select sent_by || ' ' || provider_message_id || ' ' || (sent_at is not null)"
                    + " from tenon.message"))
        .containsExactly("postmark pm-1 true");
    assertThat(events()).containsExactly("message.delivered", "message.sent", "message.uncertain");

    later(Duration.ofHours(2));
    runAll();
    assertThat(first.given).hasSize(1);
    assertThat(second.given).isEmpty();
  }

  @Test
  void whatTheApplicationAttachedComesBackWithEachEventThoughNoProviderTookIt() {
    UUID id =
        db.asTenant(
            tenant,
            tx ->
                messages.send(
                    tx,
                    new MailRequest(
                        null,
                        null,
                        List.of(EmailAddress.of(ADA)),
                        List.of(),
                        List.of(),
                        List.of(),
                        new MailRequest.Content.Parts("s", "", "t"),
                        "outbound",
                        "at_most_once",
                        null,
                        MailExtras.of(
                            Map.of(),
                            List.of("first", "second"),
                            Map.of("an order", "Nº 42", "user", "7")),
                        MailPriority.NORMAL,
                        null,
                        List.of())));
    runAll();
    apply(report("Delivery", about(id), ADA, 1));
    apply(report("HardBounce", about(id), ADA, 2));

    assertThat(first.given.getFirst().metadata()).isEqualTo(Map.of("user", "7"));
    assertThat(first.given.getFirst().tags()).containsExactly("first", "second");
    assertThat(
            rows(
                """
                select type || ' ' || (payload->>'to') || ' ' || (payload->>'stream') || ' '
                  || (payload->'tags') || ' ' || (payload->'metadata')
                from tenon.event order by type"""))
        .containsExactly(
            labelled("message.bounced"), labelled("message.delivered"), labelled("message.sent"));
  }

  private static String labelled(String type) {
    return type
        + " ada@customer.test outbound [\"first\", \"second\"] {\"user\": \"7\", \"an order\": \"Nº 42\"}";
  }

  @Test
  void aReportDuringTheCallPreventsTheFallback() {
    UUID id = queue(List.of(ADA), "at_least_once");
    first.answer = ScriptedProvider.unknown();
    first.during = () -> apply(report("Open", about(id), ADA, 1));
    runAll();

    assertThat(second.given).isEmpty();
    assertThat(state(id)).isEqualTo("delivered");
    assertThat(rows("select id from tenon.waiting_job where token is null"))
        .as("put back, and not left to the end of its lease, which counts as a death")
        .hasSize(1);
    later(Duration.ofSeconds(2));
    runAll();
    assertThat(first.given).hasSize(1);
    assertThat(second.given).isEmpty();
    assertThat(rows("select result from tenon.job"))
        .containsExactly("its message is delivered already");
  }

  @Test
  void theAnswerThatComesAfterItsWebhookIsTakenInAllTheSame() {
    UUID id = queue(List.of(ADA, BOB), "at_most_once");
    first.answer =
        new Outcome.Accepted<>(
            new Sent("from-the-answer", List.of(BOB)), new Outcome.Detail(200, "0", "OK", "req"));
    first.during = () -> apply(report("Delivery", about(id), ADA, 1));
    runAll();

    assertThat(state(id)).isEqualTo("delivered");
    assertThat(
            rows(
                "select outcome || ' ' || status || ' ' || provider_message_id || ' ' ||"
                    + " refused_recipients[1] from tenon.attempt"))
        .containsExactly("accepted 200 from-the-answer " + BOB);
    assertThat(events()).containsExactly("message.delivered", "message.sent");
    assertThat(rows("select count(*) from tenon.waiting_job")).containsExactly("0");
  }

  /// All orders of these, one by one and in one transaction, end the same.
  @Test
  void theOrderAndTheRepetitionOfReportsDontMatter() {
    List<List<String>> lives =
        List.of(
            List.of("Delivery", "Open", "HardBounce", "Transient", "SubscriptionChange"),
            List.of("Delivery", "Open", "SpamComplaint", "Transient", "Click"),
            List.of("Delivery", "Transient", "Open"));
    List<String> ends = List.of("bounced", "complained", "delivered");
    for (int life = 0; life < lives.size(); life++) {
      List<List<Integer>> orders = orders(lives.get(life).size());
      List<UUID> ids = new ArrayList<>();
      execute("delete from tenon.suppression");
      orders.forEach(_ -> ids.add(queue("ada%d@customer.test".formatted(ids.size()))));
      runAll();
      for (int i = 0; i < orders.size(); i++) {
        UUID id = ids.get(i);
        String to = "ada%d@customer.test".formatted(i);
        List<String> kinds = lives.get(life);
        List<WaitingFact> facts =
            orders.get(i).stream()
                .map(which -> fact(report(kinds.get(which), about(id), to, which)))
                .toList();
        if (i % 2 == 0) {
          facts.forEach(fact -> apply(tenant, connection(), List.of(fact)));
          facts.forEach(fact -> apply(tenant, connection(), List.of(fact)));
        } else {
          apply(tenant, connection(), facts);
        }
      }
      String those =
          "in (" + String.join(",", ids.stream().map(id -> "'" + id + "'").toList()) + ")";
      assertThat(rows("select distinct state from tenon.message where id " + those))
          .containsExactly(ends.get(life));
      assertThat(
              rows(
                  "select distinct regexp_replace(reason, 'ada\\d+', 'ada') from tenon.message"
                      + " where id "
                      + those))
          .hasSize(1);
      assertThat(
              rows(
                  "select distinct (select count(*) from tenon.message_report r"
                      + " where r.message_id = m.id) from tenon.message m where m.id "
                      + those))
          .containsExactly(Integer.toString(lives.get(life).size()));
    }
  }

  private static List<List<Integer>> orders(int size) {
    if (size == 0) {
      return List.of(List.of());
    }
    List<List<Integer>> all = new ArrayList<>();
    for (List<Integer> shorter : orders(size - 1)) {
      for (int at = 0; at <= shorter.size(); at++) {
        List<Integer> longer = new ArrayList<>(shorter);
        longer.add(at, size - 1);
        all.add(longer);
      }
    }
    return all;
  }

  @Test
  void oneOfSeveralRecipientsBouncesAndTheMessageIsDeliveredAllTheSame() {
    UUID id = queue(List.of(ADA, BOB), "at_most_once");
    runAll();
    apply(report("HardBounce", about(id), BOB, 1));
    assertThat(state(id)).isEqualTo("bounced");
    apply(report("Delivery", about(id), ADA, 2));
    assertThat(state(id)).isEqualTo("delivered");
    assertThat(events()).containsExactly("message.bounced", "message.delivered", "message.sent");
    assertThat(suppressed()).containsExactly(BOB + "  bounced");
    apply(report("SpamComplaint", about(id), ADA, 3));
    assertThat(state(id)).isEqualTo("complained");
    assertThat(suppressed()).containsExactly(ADA + "  complained", BOB + "  bounced");
  }

  @Test
  void aReportCountsOnlyForAMessageThatWentThroughItsConnection() {
    UUID id = queue(ADA);
    runAll();
    TenantId other = new TenantId(UUID.randomUUID());
    String body = report("HardBounce", about(id), ADA, 1);

    assertThat(apply(tenant, ready.getLast().connection(), List.of(fact(body))).getFirst())
        .isInstanceOf(Applied.Ignored.class);
    assertThat(state(id)).isEqualTo("sent");
    assertThat(suppressed()).isEmpty();
    assertThat(apply(TenantId.PLATFORM, ready.getLast().connection(), List.of(fact(body))))
        .allMatch(one -> one instanceof Applied.Ignored);
    // Another tenant's own connection: nothing of this tenant's happens, whatever the id.
    apply(other, connection(), List.of(fact(body)));
    assertThat(state(id)).isEqualTo("sent");
    assertThat(rows("select tenant_id from tenon.suppression"))
        .containsExactly(other.uuid().toString());
  }

  @Test
  void onThePlatformsConnectionAReportCountsForWhoseMessageItIs() {
    UUID id = queue(ADA);
    runAll();
    List<Applied> applied =
        apply(
            TenantId.PLATFORM,
            connection(),
            List.of(
                fact(report("HardBounce", about(id), ADA, 1)),
                fact(report("HardBounce", about(UUID.randomUUID()), ADA, 1))));
    assertThat(applied.getFirst())
        .isInstanceOfSatisfying(
            Applied.Changed.class, one -> assertThat(one.about()).isEqualTo(tenant));
    assertThat(applied.getLast()).isInstanceOf(Applied.Ignored.class);
    assertThat(state(id)).isEqualTo("bounced");
    assertThat(rows("select tenant_id from tenon.suppression"))
        .containsExactly(tenant.uuid().toString());
  }

  @Test
  void aMailToASuppressedAddressIsNotSentAndSaysWhy() {
    apply(report("HardBounce", about(queueAndSend(ADA)), ADA, 1));
    UUID id = queue("Ada@Customer.test");

    assertThat(state(id)).isEqualTo("suppressed");
    assertThat(rows("select reason from tenon.message where id = '%s'".formatted(id)))
        .containsExactly("every recipient is on the suppression list: ada@customer.test (bounced)");
    assertThat(rows("select count(*) from tenon.waiting_job")).containsExactly("0");
    assertThat(events()).contains("message.failed");
    assertThat(first.given).hasSize(1);
  }

  private UUID queueAndSend(String to) {
    UUID id = queue(to);
    runAll();
    return id;
  }

  @Test
  void aMailThatWaitsIsNotSentToWhoWasSuppressedMeanwhile() {
    UUID before = queueAndSend(ADA);
    UUID alone = queue(ADA);
    UUID together = queue(List.of(ADA, BOB), "at_most_once");
    apply(report("SpamComplaint", about(before), ADA, 1));
    runAll();

    assertThat(state(alone)).isEqualTo("suppressed");
    assertThat(state(together)).isEqualTo("sent");
    assertThat(first.given).hasSize(2);
    assertThat(first.given.getLast().recipients())
        .extracting(EmailAddress::address)
        .containsExactly(BOB);
    assertThat(
            rows(
                "select left_out[1] || ' / ' || reason from tenon.message where id = '%s'"
                    .formatted(together)))
        .singleElement()
        .asString()
        .startsWith(ADA + " / ")
        .endsWith("; left out, since suppressed: ada@customer.test (complained)");
    assertThat(
            rows("select decision from tenon.attempt where message_id = '%s'".formatted(together)))
        .singleElement()
        .asString()
        .contains("left out, since suppressed");
  }

  @Test
  void whoLeavesAStreamStillGetsTheOthers() {
    apply(report("SubscriptionChange", about(queueAndSend(ADA)), ADA, 1));
    assertThat(suppressed()).containsExactly(ADA + " outbound unsubscribed");
    execute("update tenon.suppression set stream = 'news'");
    assertThat(state(queueAndSend(ADA))).isEqualTo("sent");
  }

  @Test
  void aRemovedAddressStaysSoWhenTheOldReportComesAgain() {
    UUID id = queueAndSend(ADA);
    String bounce = report("HardBounce", about(id), ADA, 1);
    apply(bounce);
    db.asTenant(
        tenant,
        tx -> {
          var list = new Suppressions();
          UUID entry = list.list(tx, null, null, null, null, 10).getFirst().id();
          return list.remove(tx, entry, "she has a new mailbox", null, now.get());
        });
    assertThat(suppressed()).isEmpty();
    assertThat(rows("select removal_reason from tenon.suppression_removal"))
        .containsExactly("she has a new mailbox");

    execute("delete from tenon.message_report");
    apply(bounce);
    assertThat(suppressed()).as("late, or applied again").isEmpty();

    int later = (int) Duration.between(AT, now.get().plusSeconds(60)).toSeconds();
    apply(report("HardBounce", about(id), ADA, later));
    assertThat(suppressed()).as("it bounced anew").containsExactly(ADA + "  bounced");
  }

  @Test
  void aSoftBounceAndABlockSuppressNobody() {
    UUID id = queueAndSend(ADA);
    apply(report("SoftBounce", about(id), ADA, 1));
    apply(report("Blocked", about(id), ADA, 2));
    assertThat(state(id)).isEqualTo("bounced");
    assertThat(suppressed()).isEmpty();
  }

  @Test
  void aReportAboutMailFromElsewhereTellsOfTheAddressAlone() {
    assertThat(apply(report("HardBounce", "", ADA, 1))).isInstanceOf(Applied.Changed.class);
    assertThat(apply(report("Delivery", "", BOB, 1))).isInstanceOf(Applied.Ignored.class);
    assertThat(apply(report("SubscriptionChange", "", BOB, 1)))
        .as("of which stream nobody knows")
        .isInstanceOf(Applied.Ignored.class);
    assertThat(suppressed()).containsExactly(ADA + "  bounced");
  }

  /// A batch that waited while it holds others could wait in a circle; one fact alone may.
  @Test
  void aBatchLeavesOutAMessageThatSomebodyHasAndAppliesTheOthers() {
    UUID held = queueAndSend(ADA);
    UUID free = queueAndSend(BOB);
    List<WaitingFact> both =
        List.of(
            fact(report("Delivery", about(held), ADA, 1)),
            fact(report("Delivery", about(free), BOB, 1)));
    List<Applied> applied =
        db.asTenant(
            tenant,
            tx -> {
              tx.handle().execute("select from message where id = ? for update", held);
              return apply(tenant, connection(), both);
            });
    assertThat(applied.getFirst()).isInstanceOf(Applied.NotNow.class);
    assertThat(applied.getLast()).isInstanceOf(Applied.Changed.class);
    assertThat(state(held)).isEqualTo("sent");
    assertThat(state(free)).isEqualTo("delivered");
    apply(tenant, connection(), both);
    assertThat(state(held)).isEqualTo("delivered");
  }

  /// Also when the batch's part of a connection, or of a tenant, is one fact alone.
  @Test
  void aBatchOfOneDoesNotWaitEither() {
    UUID held = queueAndSend(ADA);
    List<WaitingFact> one = List.of(fact(report("Delivery", about(held), ADA, 1)));
    FactApplier applier = applier("postmark");
    List<Applied> applied =
        db.asTenant(
            tenant,
            tx -> {
              tx.handle().execute("select from message where id = ? for update", held);
              return db.asEngine(inner -> applier.apply(inner, tenant, connection(), one));
            });
    assertThat(applied.getFirst()).isInstanceOf(Applied.NotNow.class);
  }

  /// Whoever has an attempt whose end nobody knew is about to write that end, and the message next.
  @Test
  void aBatchLeavesOutAMessageWhoseOpenAttemptSomebodyHas() {
    first.answer = ScriptedProvider.unknown();
    UUID held = queueAndSend(ADA);
    List<WaitingFact> facts =
        List.of(
            fact(report("Delivery", about(held), ADA, 1)),
            fact(report("Open", about(held), ADA, 1)));
    List<Applied> applied =
        db.asTenant(
            tenant,
            tx -> {
              tx.handle().execute("select from attempt where message_id = ? for update", held);
              return apply(tenant, connection(), facts);
            });
    assertThat(applied).allMatch(one -> one instanceof Applied.NotNow);
    assertThat(state(held)).isEqualTo("uncertain");
  }

  @Test
  void aMessageHasNotFailedWhileTheMailToAnotherIsOnItsWay() {
    UUID id = queue(List.of(ADA, BOB), "at_most_once");
    runAll();
    apply(dropped(id, BOB, 1));
    assertThat(state(id)).isEqualTo("sent");
    apply(report("Transient", about(id), ADA, 2));
    assertThat(state(id)).as("deferred").isEqualTo("sent");
    assertThat(events()).containsExactly("message.delivery_delayed", "message.sent");
    apply(dropped(id, ADA, 3));
    assertThat(state(id)).isEqualTo("failed");
    assertThat(events())
        .as("once")
        .containsExactly("message.delivery_delayed", "message.failed", "message.sent");
  }

  @Test
  void whoWasLeftOutOrRefusedIsNotWaitedFor() {
    UUID id = queue(List.of(ADA, BOB, "cy@customer.test"), "at_most_once");
    first.answer =
        new Outcome.Accepted<>(
            new Sent("pm", List.of("Bob@Customer.test")), new Outcome.Detail(200, "0", "OK", "r"));
    runAll();
    execute("update tenon.message set left_out = array['cy@customer.test']");
    apply(dropped(id, ADA, 1));
    assertThat(state(id)).isEqualTo("failed");
    assertThat(events()).containsExactly("message.failed", "message.sent");
  }

  private static String dropped(UUID message, String recipient, int second) {
    return report("SoftBounce", about(message), recipient, second)
        .replace("SoftBounce", "SMTPApiError");
  }

  private static String resend(String message, String recipient) {
    return """
        {"type":"email.bounced","created_at":"2026-11-24T09:00:00.000Z","data":{"email_id":"re",
         "to":["%s"],"tags":{"tenon_message":"%s"},
         "bounce":{"type":"Permanent","subType":"General","message":"gone"}}}"""
        .formatted(recipient, message);
  }

  /// It names those in `to` alone, whoever of all it was: one in bcc, say.
  @Test
  void resendSuppressesNobodyWhereSomebodyElseMayHaveBounced() {
    var old = queue(List.of(ADA), "at_most_once");
    runAll();
    execute("update tenon.message set recipients = null");
    apply("resend", tenant, connection(), List.of(fact(resend(about(old), ADA))));
    assertThat(state(old)).isEqualTo("bounced");
    assertThat(suppressed()).as("of an older version, without its recipients").isEmpty();

    assertThat(apply("resend", tenant, connection(), List.of(fact(resend("", ADA)))))
        .as("from elsewhere")
        .allMatch(one -> one instanceof Applied.Ignored);
    assertThat(suppressed()).isEmpty();
  }

  @Test
  void resendSuppressesTheOneWhomTheMailReallyWentTo() {
    UUID id = queue(List.of(ADA, BOB), "at_most_once");
    runAll();
    execute("update tenon.message set left_out = array['%s']".formatted(BOB));
    apply("resend", tenant, connection(), List.of(fact(resend(about(id), ADA))));
    assertThat(suppressed()).containsExactly(ADA + "  bounced");
  }

  /// One that a second connection took is not failed because the first dropped it.
  @Test
  void whatOneConnectionDropsAnotherMayHave() {
    first.answer = ScriptedProvider.unknown();
    UUID id = queue(List.of(ADA), "at_least_once");
    runAll();
    assertThat(second.given).hasSize(1);
    assertThat(state(id)).isEqualTo("sent");
    String dropped = report("SoftBounce", about(id), ADA, 1).replace("SoftBounce", "SMTPApiError");
    assertThat(apply(dropped)).isInstanceOf(Applied.Changed.class);
    assertThat(state(id)).isEqualTo("sent");
    assertThat(events()).containsExactly("message.sent");

    UUID alone = queue(List.of(BOB), "at_most_once");
    runAll();
    assertThat(state(alone)).isEqualTo("uncertain");
    apply(report("SoftBounce", about(alone), BOB, 1).replace("SoftBounce", "SMTPApiError"));
    assertThat(state(alone)).isEqualTo("failed");
  }

  @Test
  void opensAndClicksAreKeptUpToABoundAndToldOnce() {
    UUID id = queueAndSend(ADA);
    for (int i = 0; i < 30; i++) {
      apply(report("Open", about(id), ADA, i));
    }
    assertThat(rows("select count(*) from tenon.message_report")).containsExactly("20");
    assertThat(events()).containsExactly("message.delivered", "message.opened", "message.sent");
  }

  /// The bytes are those of the first try, with all that it was to.
  @Test
  void theSameBytesAreNotRepeatedToWhoWasSuppressedMeanwhile() {
    first.settling = new Settling.RepeatWithSameKey(Duration.ofHours(24));
    first.answer = ScriptedProvider.unknown();
    UUID id = queue(List.of(ADA, BOB), "at_most_once");
    runAll();
    apply(report("HardBounce", "", ADA, 1));
    later(Duration.ofHours(1));
    runAll();
    assertThat(first.requests).hasSize(1);
    assertThat(state(id)).isEqualTo("uncertain");
    assertThat(rows("select reason from tenon.message where id = '%s'".formatted(id)))
        .singleElement()
        .asString()
        .endsWith("suppression list by now: " + ADA);
    assertThat(rows("select left_out from tenon.message where id = '%s'".formatted(id)))
        .as("he may have got it")
        .containsExactly((String) null);
  }

  @Test
  void whoWasLeftOutIsKnownAlsoWhenAReportIsFasterThanTheAnswer() {
    UUID id = queue(List.of(ADA, BOB), "at_most_once");
    apply(report("HardBounce", "", ADA, 1));
    first.during = () -> apply(report("Delivery", about(id), BOB, 2));
    runAll();
    assertThat(state(id)).isEqualTo("delivered");
    assertThat(rows("select left_out[1] from tenon.message where id = '%s'".formatted(id)))
        .containsExactly(ADA);
  }

  /// What went out before they were suppressed they may have, whatever a later try leaves out.
  @Test
  void whoStoodInAnEarlierTryIsNotCalledLeftOut() {
    first.answer = ScriptedProvider.unknown();
    first.during = () -> apply(report("HardBounce", "", ADA, 1));
    UUID id = queue(List.of(ADA, BOB), "at_least_once");
    runAll();
    later(Duration.ofHours(1));
    runAll();
    assertThat(second.given).hasSize(1);
    assertThat(rows("select left_out[1] from tenon.message where id = '%s'".formatted(id)))
        .containsExactly((String) null);
  }

  @Test
  void whatBecameOfAMessageRestsOnAllReportsAndNotOnThoseThatAreShown() {
    UUID id = queueAndSend(ADA);
    execute(
        """
        insert into tenon.message_report (tenant_id, message_id, fact_id, connection_id, provider,
          kind, reason, lasting, name, recipient, detail, occurred_at)
        select '%s', '%s', gen_random_uuid(), '%s', 'postmark', 'opened', 'none', false, 'Open',
          '%s', '', '2026-01-01T00:00:00Z' from generate_series(1, 250)
        """
            .formatted(tenant.uuid(), id, connection(), ADA));
    apply(report("HardBounce", about(id), ADA, 1));
    MessageViews.MessageView shown =
        db.asTenant(tenant, tx -> new MessageQueries().find(tx, id)).orElseThrow();
    assertThat(shown.reports()).hasSize(200);
    assertThat(shown.recipients())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.outcome()).isEqualTo("bounced");
              assertThat(one.opens()).isEqualTo(250);
            });
  }
}
