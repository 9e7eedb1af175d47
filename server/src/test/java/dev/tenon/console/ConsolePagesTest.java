package dev.tenon.console;

import static dev.tenon.console.ConsoleFixture.HOSTILE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Every page with rows that mean harm, seen by those who may and by those who may not.
final class ConsolePagesTest {
  private static final ConsoleFixture FIXTURE = new ConsoleFixture();
  private static final ConsolePages PAGES =
      FIXTURE.pages(PublicUrl.of(URI.create("http://127.0.0.1:8080")));
  private static UUID event = new UUID(0, 0);
  private static UUID fact = event;
  private static UUID message = event;
  private static String subscription = "";
  private static String payment = "";
  private static String customer = "";
  private static UUID othersEvent = event;
  private static UUID othersFact = event;
  private static UUID othersMessage = event;

  @BeforeAll
  static void seed() {
    TenantId tenant = FIXTURE.tenant;
    UUID[] received =
        FIXTURE.received(
            tenant,
            "stripe",
            "invoice.paid" + HOSTILE,
            "in_1" + HOSTILE,
            "applied",
            "payment is succeeded" + HOSTILE,
            "{\"a\":{\"b\":[1.10,\"" + HOSTILE.replace("\"", "") + "\"]}}",
            Duration.ofMinutes(5));
    event = received[0];
    fact = received[1];
    FIXTURE.received(
        tenant,
        "stripe",
        "customer.deleted",
        "cus_9",
        "dead",
        "gave up: no such customer",
        "{}",
        Duration.ofMinutes(9));
    FIXTURE.received(
        tenant,
        "calcom",
        "BOOKING_CREATED",
        "bk_1",
        "retrying",
        "deadlock",
        "{}",
        Duration.ofMinutes(1));
    message =
        FIXTURE.message(
            tenant,
            "sent",
            "Welcome " + HOSTILE,
            "ada@example.com",
            "resend",
            "'resend con_01k87f8uque1rbd3324h2j3093' accepted it",
            fact,
            "Hello " + HOSTILE,
            Duration.ofMinutes(4));
    FIXTURE.attempt(
        tenant,
        message,
        1,
        "postmark",
        "passing",
        500,
        "The server is busy " + HOSTILE,
        "'postmark con_01k87f8uqie2bpqavgetaf5q5p' is the first choice",
        Duration.ofMinutes(4));
    FIXTURE.attempt(
        tenant,
        message,
        2,
        "resend",
        "accepted",
        200,
        "HTTP 200",
        "'resend con_01k87f8uque1rbd3324h2j3093' is next (last: 'postmark con_01k87f8uqie2bpqavgetaf5q5p' said 500 (busy))",
        Duration.ofMinutes(3));
    FIXTURE.event(tenant, "payment.succeeded", "pay_1", fact, Duration.ofSeconds(299));
    UUID[] records =
        FIXTURE.payment(tenant, "mallory" + HOSTILE + "@example.com", "active", "failed");
    subscription = Ids.write(Prefix.SUBSCRIPTION, records[0]);
    payment = Ids.write(Prefix.PAYMENT, records[1]);
    customer = Ids.write(Prefix.CUSTOMER, records[2]);
    UUID _ = FIXTURE.dispute(tenant, records[1], "lost", "fraud" + HOSTILE);
    FIXTURE.event(tenant, "subscription.updated", subscription, fact, Duration.ofSeconds(299));
    FIXTURE.event(tenant, "payment.failed", payment, fact, Duration.ofSeconds(299));
    UUID[] others =
        FIXTURE.received(
            FIXTURE.other,
            "stripe",
            "invoice.voided",
            "in_2",
            "applied",
            "",
            "{}",
            Duration.ofMinutes(5));
    othersEvent = others[0];
    othersFact = others[1];
    othersMessage =
        FIXTURE.message(
            FIXTURE.other,
            "sent",
            "Secret subject",
            "bob@example.com",
            "resend",
            "",
            othersFact,
            "Secret body",
            Duration.ofMinutes(4));
  }

  @AfterAll
  static void close() {
    FIXTURE.close();
  }

  @Test
  void rendersEachPageAndEscapesWhatOthersWrote() {
    String cookie = logIn(FIXTURE.tenant);
    for (String path :
        List.of(
            "/overview",
            "/inbox",
            "/inbox?state=dead",
            "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event),
            "/messages",
            "/messages/" + Ids.write(Prefix.MESSAGE, message),
            "/customers",
            "/customers/" + customer,
            "/subscriptions",
            "/subscriptions/" + subscription,
            "/suppressions",
            "/payments",
            "/payments/" + payment)) {
      ConsoleAnswer answer = get(base() + path, cookie);
      assertThat(answer.status()).as(path).isEqualTo(200);
      assertThat(text(answer))
          .as(path)
          .contains("Acme &amp; Söhne")
          .doesNotContain("<script>alert")
          .doesNotContain("<img");
      assertThat(header(answer, "Content-Security-Policy"))
          .contains("default-src 'none'")
          .doesNotContain("unsafe");
    }
  }

  @Test
  void showsWhatASubscriptionCostsInAllAndNoIdForAPlan() {
    FIXTURE.unnamedSubscription(
        FIXTURE.other,
        "sub_items",
        """
        [{"price":"price_1Qsecret","quantity":2,"unitAmount":1900},
         {"price":"price_2","quantity":9,"unitAmount":9223372036854775807}]
        """,
        "{price_1Qsecret,price_2}");
    FIXTURE.unnamedSubscription(
        FIXTURE.other, "sub_metered", "[{\"price\":\"price_3\",\"quantity\":1}]", "{price_3}");
    String page = text(get("/console/" + FIXTURE.other + "/subscriptions", logIn(FIXTURE.other)));
    assertThat(page)
        .contains("unnamed and 1 more", "830,103,483,316,929,860.63 EUR")
        .doesNotContain("price_1Qsecret", "price_2", "price_3");
  }

  @Test
  void tellsTheStoryFromTheWebhookToTheMail() {
    String page =
        text(
            get(
                base() + "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event),
                logIn(FIXTURE.tenant)));
    assertThat(page)
        .containsSubsequence(
            "Webhook received",
            "Applied invoice.paid",
            "Event payment.succeeded",
            "to ada@example.com",
            "postmark can",
            "The server is busy",
            "resend accepted it")
        .contains("\"b\": [")
        .contains("1.10")
        .doesNotContain("Bearer canary");
  }

  @Test
  void namesConnectionsByTheirProviderAndSaysNothingTwice() {
    String page =
        text(
            get(base() + "/messages/" + Ids.write(Prefix.MESSAGE, message), logIn(FIXTURE.tenant)));
    assertThat(page)
        .contains(
            "attempt 1: postmark is the first choice",
            "status 500 · request req_7Fq2",
            "took 212 ms",
            "attempt 2: resend is next · took")
        .doesNotContain(
            "con_01k87f", "· code", "HTTP 200", "class=\"words reason\"", "quiet reason");
  }

  @Test
  void showsWhatProvidersReportedAndTakesAnAddressOffTheListWithAReason() {
    UUID entry = UUID.randomUUID();
    FIXTURE.database.useTenant(
        FIXTURE.other,
        tx -> {
          tx.handle()
              .execute(
                  """
                  insert into suppression (tenant_id, address, stream, id, reason, detail, provider,
                    message_id, occurred_at, created_at)
                  values (?, 'bob@example.com', '', ?, 'bounced', ?, 'postmark', ?, now(), now())
                  """,
                  FIXTURE.other.uuid(),
                  entry,
                  "550 no such user" + HOSTILE,
                  othersMessage);
          for (String kind : List.of("delivered", "opened", "opened", "bounced")) {
            tx.handle()
                .execute(
                    """
                    insert into message_report (tenant_id, message_id, fact_id, connection_id, provider,
                      kind, reason, lasting, name, recipient, detail, occurred_at)
                    values (?, ?, ?, ?, 'postmark', ?, 'none', ?, ?, 'bob@example.com', ?, now())
                    """,
                    FIXTURE.other.uuid(),
                    othersMessage,
                    UUID.randomUUID(),
                    UUID.randomUUID(),
                    kind,
                    kind.equals("bounced"),
                    "Word" + kind,
                    "said" + HOSTILE);
          }
        });
    String cookie = logIn(FIXTURE.other);
    String foreign = "/console/" + FIXTURE.other;
    assertThat(text(get(foreign + "/messages/" + Ids.write(Prefix.MESSAGE, othersMessage), cookie)))
        .contains(
            "Delivered for bob@example.com",
            "Opened for bob@example.com, 2 times",
            "postmark reports Wordbounced",
            "see Suppressions")
        .doesNotContain("<script>alert");

    String page = foreign + "/suppressions";
    assertThat(text(get(page + "?q=BOB%40Example.com&reason=bounced", cookie)))
        .contains("bob@example.com", "all streams", "550 no such user")
        .doesNotContain("<script>alert");
    assertThat(text(get(page + "?q=nobody", cookie))).contains("Nothing matches");
    String remove = page + "/" + Ids.write(Prefix.SUPPRESSION, entry) + "/remove";
    assertThat(post(remove, cookie, token(cookie)).status()).as("without a reason").isEqualTo(404);
    assertThat(removal(remove, cookie, "").status()).isEqualTo(403);
    String other = logIn(FIXTURE.tenant);
    assertThat(removal(remove, other, token(other)).status()).as("another tenant's").isEqualTo(404);
    assertThat(removal(remove, cookie, token(cookie)).status()).isEqualTo(303);
    assertThat(text(get(page + "?removed=1", cookie)))
        .contains("may be written to again", "Nobody is suppressed");
  }

  @Test
  void sendsAnUncertainMessageOnceMoreOnlyToldOfTheRiskAndOnceForEachForm() {
    UUID uncertain = mail("uncertain");
    FIXTURE.sender(FIXTURE.other, "a@acme.example");
    String cookie = logIn(FIXTURE.other);
    String path = "/console/" + FIXTURE.other + "/messages/" + Ids.write(Prefix.MESSAGE, uncertain);
    String copy = Ids.write(Prefix.MESSAGE, new Ids(FIXTURE.clock).next());
    assertThat(text(get(path, cookie))).contains("nobody knows", "A second mail may arrive");

    Map<String, String> unsure = Map.of("form_token", token(cookie), "copy", copy);
    assertThat(location(answer("POST", path + "/resend", cookie, unsure))).endsWith("said=unsure");
    assertThat(copies(uncertain)).isZero();

    Map<String, String> sure = new HashMap<>(unsure);
    sure.put("sure", "yes");
    for (int i = 0; i < 2; i++) {
      assertThat(location(answer("POST", path + "/resend", cookie, sure)))
          .endsWith(copy + "?said=resent");
    }
    assertThat(copies(uncertain)).isEqualTo(1);
    String other = logIn(FIXTURE.tenant);
    assertThat(
            answer(
                    "POST",
                    path.replace(FIXTURE.other.toString(), FIXTURE.tenant.toString()) + "/resend",
                    other,
                    Map.of("form_token", token(other), "copy", copy, "sure", "yes"))
                .status())
        .as("another tenant's")
        .isEqualTo(404);
  }

  @Test
  void cancelsAMessageThatWaitsAndSaysWhereOneHasMovedOn() {
    UUID queued = mail("queued");
    String cookie = logIn(FIXTURE.other);
    String path = "/console/" + FIXTURE.other + "/messages/" + Ids.write(Prefix.MESSAGE, queued);
    assertThat(text(get(path, cookie)))
        .contains("Cancel the message")
        .doesNotContain("Send it once more");
    Map<String, String> form = Map.of("form_token", token(cookie));
    assertThat(location(answer("POST", path + "/cancel", cookie, form))).endsWith("said=cancelled");
    assertThat(text(get(path + "?said=cancelled", cookie)))
        .contains("Nothing is sent", "Send it once more");
    String sent =
        path.replace(Ids.write(Prefix.MESSAGE, queued), Ids.write(Prefix.MESSAGE, mail("sent")));
    assertThat(location(answer("POST", sent + "/cancel", cookie, form))).endsWith("said=refused");
  }

  @Test
  void saysHowEachConnectionDoesAndWhatBecameOfTheMails() {
    TenantId shop = new TenantId(UUID.randomUUID());
    FIXTURE.tenant(shop, "Shop", "shop");
    String cookie = logIn(shop);
    String path = "/console/" + shop + "/mail-health";
    assertThat(text(get(path, cookie))).contains("No connection sends mail yet", "No mail in the");
    FIXTURE.mail(shop);
    FIXTURE.pass(Duration.ofSeconds(3));
    assertThat(text(get(path, cookie)))
        .contains(
            "refused",
            "Its provider refuses it: 401 10",
            "a change is noticed at once",
            "5 failures in a row: 503",
            "one mail at a time tries it until one succeeds",
            "first, 75",
            "first, 25",
            "second",
            "10.49 %",
            "4800",
            "class=\"bad\"",
            "none lately")
        .doesNotContain("<script>alert");
    assertThat(text(get(path + "?since=24h", cookie))).contains("1200").doesNotContain("4800");
  }

  private static UUID mail(String state) {
    return FIXTURE.message(
        FIXTURE.other,
        state,
        "Hello",
        "bob@example.com",
        "",
        "",
        UUID.randomUUID(),
        """
        {"from": {"name": "", "address": "a@acme.example"},
         "to": [{"name": "", "address": "bob@example.com"}], "cc": [], "bcc": [], "replyTo": [],
         "subject": "Hello", "html": "", "text": "Hello", "stream": "outbound", "tag": "",
         "metadata": {}}""",
        Duration.ofMinutes(5));
  }

  private static int copies(UUID first) {
    return FIXTURE.database.asTenant(
        FIXTURE.other,
        tx ->
            tx.handle()
                .select(
                    "select count(*) from message where about = ?",
                    Ids.write(Prefix.MESSAGE, first))
                .mapTo(int.class)
                .one());
  }

  private static String location(ConsoleAnswer answer) {
    assertThat(answer.status()).isEqualTo(303);
    return answer.headers().stream()
        .filter(header -> header.name().equals("Location"))
        .findFirst()
        .orElseThrow()
        .value();
  }

  private static ConsoleAnswer removal(String path, String cookie, String token) {
    return answer("POST", path, cookie, Map.of("form_token", token, "reason", "a new mailbox"));
  }

  @Test
  void filtersByStateAndText() {
    String cookie = logIn(FIXTURE.tenant);
    assertThat(text(get(base() + "/inbox?state=dead", cookie)))
        .contains("customer.deleted")
        .doesNotContain("BOOKING_CREATED");
    assertThat(text(get(base() + "/inbox?q=BOOKING", cookie)))
        .contains("BOOKING_CREATED")
        .contains("retrying")
        .doesNotContain("customer.deleted");
    assertThat(text(get(base() + "/inbox?state=waiting", cookie))).contains("BOOKING_CREATED");
    assertThat(text(get(base() + "/messages?q=ADA%40", cookie))).contains("Welcome");
    assertThat(text(get(base() + "/messages?q=nobody", cookie))).contains("Nothing matches");
    assertThat(text(get(base() + "/inbox?before=nonsense&since=x&state=y", cookie)))
        .contains("customer.deleted");
  }

  @Test
  void previewsTheMailWithoutLettingItRun() {
    String path = base() + "/messages/" + Ids.write(Prefix.MESSAGE, message) + "/preview";
    ConsoleAnswer answer = get(path, logIn(FIXTURE.tenant));
    assertThat(header(answer, "Content-Security-Policy"))
        .contains("default-src 'none'")
        .contains("sandbox")
        .doesNotContain("allow-scripts")
        .doesNotContain("script-src");
    assertThat(get(path, "").status()).isEqualTo(401);
  }

  @Test
  void anotherTenantsThingsAreNotThere() {
    String cookie = logIn(FIXTURE.tenant);
    String foreign = "/console/" + FIXTURE.other;
    String revision = Ids.write(Prefix.RECEIVED_EVENT, othersEvent);
    String mail = Ids.write(Prefix.MESSAGE, othersMessage);
    for (String path :
        List.of(
            foreign + "/overview",
            foreign + "/inbox/" + revision,
            base() + "/inbox/" + revision,
            base() + "/messages/" + mail,
            base() + "/messages/" + mail + "/preview",
            "/console/" + TenantId.PLATFORM + "/overview",
            "/console/nobody/overview",
            base() + "/inbox/" + revision + "x")) {
      ConsoleAnswer answer = get(path, cookie);
      assertThat(answer.status()).as(path).isEqualTo(404);
      assertThat(text(answer)).doesNotContain("Secret").doesNotContain("Birch");
    }
    ConsoleAnswer replay = post(replayPath(base(), othersFact), cookie, token(cookie));
    assertThat(replay.status()).isEqualTo(404);
    assertThat(FIXTURE.replayed).doesNotContain(othersFact);
    assertThat(get(foreign + "/inbox/" + revision, logIn(TenantId.PLATFORM)).status())
        .isEqualTo(200);
  }

  @Test
  void replaysOnlyWithTheTokenOfTheSession() {
    String cookie = logIn(FIXTURE.tenant);
    String path = replayPath(base(), fact);
    assertThat(post(path, cookie, "").status()).isEqualTo(403);
    assertThat(post(path, cookie, token(logIn(FIXTURE.tenant))).status()).isEqualTo(403);
    assertThat(post(path, "", token(cookie)).status()).isEqualTo(401);
    assertThat(FIXTURE.replayed).doesNotContain(fact);

    ConsoleAnswer answer = post(path, cookie, token(cookie));
    assertThat(answer.status()).isEqualTo(303);
    assertThat(FIXTURE.replayed).contains(fact);
  }

  @Test
  void aLogInWorksOnceAndNotForLong() {
    String token = FIXTURE.sessions.createLogin(FIXTURE.tenant, "test").token().reveal();
    assertThat(answer("HEAD", "/console/login?token=" + token, "", Map.of()).status())
        .isEqualTo(200);
    ConsoleAnswer first = get("/console/login?token=" + token, "");
    assertThat(first.status()).isEqualTo(303);
    assertThat(header(first, "Set-Cookie"))
        .contains("HttpOnly")
        .contains("SameSite=Lax")
        .doesNotContain("Domain");
    ConsoleAnswer second = get("/console/login?token=" + token, "");
    assertThat(second.status()).isEqualTo(401);
    assertThat(second.headers()).noneMatch(header -> header.name().equals("Set-Cookie"));

    String late = FIXTURE.sessions.createLogin(FIXTURE.tenant, "test").token().reveal();
    FIXTURE.pass(Duration.ofMinutes(16));
    assertThat(get("/console/login?token=" + late, "").status()).isEqualTo(401);
  }

  @Test
  void aSessionEndsByLogOutAndByRest() {
    String cookie = logIn(FIXTURE.tenant);
    assertThat(post("/console/logout", cookie, token(cookie)).status()).isEqualTo(200);
    assertThat(get(base() + "/overview", cookie).status()).isEqualTo(401);

    String idle = logIn(FIXTURE.tenant);
    FIXTURE.pass(Duration.ofHours(9));
    assertThat(get(base() + "/overview", idle).status()).isEqualTo(401);
  }

  @Test
  void sendsCookiesOnlyToThisHostOverHttps() {
    ConsolePages secure = FIXTURE.pages(PublicUrl.of(URI.create("https://tenon.example")));
    String token = FIXTURE.sessions.createLogin(FIXTURE.tenant, "test").token().reveal();
    ConsoleAnswer answer =
        secure.answer(
            new ConsoleRequest(
                "GET", "/console/login", Map.of("token", token), Map.of(), Map.of(), false, false));
    assertThat(header(answer, "Set-Cookie"))
        .startsWith("__Host-tenon_session=")
        .contains("; Secure")
        .contains("Path=/;");
  }

  @Test
  void servesItsFilesForEver() {
    String page = text(get(base() + "/overview", logIn(FIXTURE.tenant)));
    int start = page.indexOf("/console/static/console.");
    String path = page.substring(start, page.indexOf('"', start));
    ConsoleAnswer answer = get(path, "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(header(answer, "Cache-Control")).contains("immutable");
    assertThat(get("/console/static/../../etc/passwd", "").status()).isNotEqualTo(200);
  }

  private static String base() {
    return "/console/" + FIXTURE.tenant;
  }

  private static String replayPath(String base, UUID fact) {
    return base + "/facts/" + Ids.write(Prefix.FACT, fact) + "/replay";
  }

  private static String logIn(TenantId scope) {
    String token = FIXTURE.sessions.createLogin(scope, "test").token().reveal();
    String cookie = header(get("/console/login?token=" + token, ""), "Set-Cookie");
    return cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
  }

  private static String token(String cookie) {
    return FIXTURE.sessions.find(cookie, true).orElseThrow().formToken();
  }

  private static ConsoleAnswer get(String address, String cookie) {
    return answer("GET", address, cookie, Map.of());
  }

  private static ConsoleAnswer post(String path, String cookie, String token) {
    return answer("POST", path, cookie, Map.of("form_token", token));
  }

  private static ConsoleAnswer answer(
      String method, String address, String cookie, Map<String, String> form) {
    int question = address.indexOf('?');
    String path = question < 0 ? address : address.substring(0, question);
    String query = question < 0 ? "" : address.substring(question + 1);
    return PAGES.answer(
        new ConsoleRequest(
            method,
            path,
            ConsoleRoutes.fields(query),
            form,
            cookie.isEmpty() ? Map.of() : Map.of(ConsoleCookies.SESSION, cookie),
            false,
            false));
  }

  private static String text(ConsoleAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String header(ConsoleAnswer answer, String name) {
    return answer.headers().stream()
        .filter(header -> header.name().equals(name))
        .map(ConsoleAnswer.Header::value)
        .findFirst()
        .orElse("");
  }
}
