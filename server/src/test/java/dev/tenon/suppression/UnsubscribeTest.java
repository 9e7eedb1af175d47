package dev.tenon.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.StartedTenon;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailHeader;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// The link to unsubscribe, from the message that is accepted to the one that is not sent any more,
/// over the whole program and a stand-in provider.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class UnsubscribeTest {
  private static final String ONE_CLICK = "List-Unsubscribe=One-Click";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final Duration WAIT = Duration.ofSeconds(20);

  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));
  private StartedTenon program;
  private TenantId tenant;
  private String key;
  private int people;

  @BeforeAll
  void start() {
    program =
        new StartedTenon(
            Map.of(
                "email.broadcast-streams", "broadcast, news",
                "email.unsubscribe-mailto", "leave@acme.test"),
            EgressPolicy.allowing(sandbox.urls().values()),
            InstantSource.system());
  }

  @AfterAll
  void stop() {
    program.close();
    sandbox.close();
  }

  @BeforeEach
  void makeTenant() {
    tenant = program.tenant("Acme");
    key = program.key(tenant);
    connect("mailgun", ", \"domain\": \"mg.acme.test\", \"stream_domains\": \"news=mg.acme.test\"");
    String platform = program.key(TenantId.PLATFORM);
    var _ =
        ok(
            "POST",
            "/senders",
            platform,
            """
            {"address": "hello@acme.test", "product": "Acme <Notes>", "is_default": true}""");
  }

  private void connect(String provider, String settings) {
    JsonNode connection =
        ok(
            "POST",
            "/connections",
            key,
            """
            {"provider": "%s", "name": "Mail", "environment": "development",
             "settings": {"base_url": "%s"%s}, "credentials": {"api_key": "test"}}"""
                .formatted(provider, sandbox.url(provider), settings));
    var _ =
        ok(
            "PUT",
            "/email-routing",
            key,
            "{\"connections\": [\"%s\"]}".formatted(connection.get("id").asString()));
  }

  @Test
  void aMessageOfABroadcastStreamCarriesBothHeadersAndItsLink() throws Exception {
    Mail mail = sent("broadcast");
    String link = link(mail);

    assertThat(header(mail, "List-Unsubscribe"))
        .contains("<" + link + ">, <mailto:leave@acme.test?subject=unsubscribe>");
    assertThat(header(mail, "List-Unsubscribe-Post")).contains(ONE_CLICK);
    assertThat(mail.content().text()).isEqualTo("Leave: " + link);
    assertThat(link).doesNotContain("person", "acme", tenant.toString());
    assertThat(link.length()).isLessThan(300);
  }

  @Test
  void aMessageOfAnotherStreamCarriesNone() throws Exception {
    Mail mail = sent("outbound");
    assertThat(header(mail, "List-Unsubscribe")).isEmpty();
    assertThat(header(mail, "List-Unsubscribe-Post")).isEmpty();
    assertThat(mail.content().text()).isEqualTo("Leave: {{unsubscribe_url}}");
  }

  @Test
  void postmarksOwnBroadcastStreamGetsNoSecondPairOfHeaders() throws Exception {
    connect("postmark", "");
    Mail theirs = sent("broadcast");
    assertThat(header(theirs, "List-Unsubscribe")).isEmpty();
    assertThat(header(theirs, "List-Unsubscribe-Post")).isEmpty();
    assertThat(theirs.content().text()).contains("/unsubscribe/");
  }

  @Test
  void aTemplateMayNameTheLinkAndTheFootShowsIt() throws Exception {
    String to = person();
    JsonNode made =
        ok(
            "POST",
            "/messages",
            key,
            """
            {"template": "welcome", "to": "%s", "data": {"customer_name": "Ada"},
             "stream": "broadcast"}"""
                .formatted(to));
    assertThat(made.get("state").asString()).isEqualTo("queued");
    Mail mail = mailTo(to);
    assertThat(mail.content().html()).contains("href=\"" + link(mail) + "\"");
    assertThat(mail.content().text()).contains("Unsubscribe: " + link(mail));
  }

  @Test
  void oneClickTakesTheRecipientOffOnceWithoutCookiesOrRedirects() throws Exception {
    String link = link(sent("broadcast"));
    String to = "person" + people + "@customer.test";

    HttpResponse<String> first = post(link, FORM, ONE_CLICK);
    HttpResponse<String> again = post(link, FORM, ONE_CLICK);

    assertThat(first.statusCode()).isEqualTo(200);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(first.headers().firstValue("Set-Cookie")).isEmpty();
    assertThat(first.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'");
    JsonNode entries = ok("GET", "/suppressions", key, "").get("data");
    assertThat(entries.size()).isEqualTo(1);
    assertThat(entries.get(0).get("reason").asString()).isEqualTo("unsubscribed");
    assertThat(entries.get(0).get("stream").asString()).isEqualTo("broadcast");
    assertThat(entries.get(0).get("address").asString()).isEqualTo(to);
    assertThat(events()).containsExactly("message.unsubscribed");

    assertThat(stateAfter(to, "broadcast")).isEqualTo("suppressed");
    assertThat(stateAfter(to, "news")).isEqualTo("sent");
  }

  @Test
  void oneClickMayAlsoComeAsMultipart() throws Exception {
    String link = link(sent("broadcast"));
    String body =
        "--b7\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n"
            + "One-Click\r\n--b7--\r\n";
    assertThat(post(link, "multipart/form-data; boundary=b7", body).statusCode()).isEqualTo(200);
    assertThat(ok("GET", "/suppressions", key, "").get("data").size()).isEqualTo(1);
  }

  @Test
  void lookingAtThePageDecidesNothing() throws Exception {
    String link = link(sent("broadcast"));
    HttpResponse<String> page = get(link, "de-AT,de;q=0.9,en;q=0.5");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("<html lang=\"de\">", "Abmelden?", "Acme &lt;Notes&gt;", "p•••@customer.test")
        .doesNotContain("person" + people, "<script", "http://", "https://");
    assertThat(post(link, FORM, "something=else").statusCode()).isEqualTo(400);
    assertThat(ok("GET", "/suppressions", key, "").get("data").size()).isZero();
  }

  @Test
  void theReaderLeavesAllBroadcastStreamsAndComesBack() throws Exception {
    String link = link(sent("broadcast"));
    String to = "person" + people + "@customer.test";
    assertThat(get(link, "en").body()).contains("value=\"stream\"", "value=\"all\"");

    assertThat(post(link, FORM, "choice=all").body()).contains("broadcast, news");
    assertThat(stateAfter(to, "news")).isEqualTo("suppressed");
    assertThat(stateAfter(to, "outbound")).isEqualTo("sent");
    assertThat(get(link, "en").body()).contains("You are unsubscribed", "value=\"undo\"");

    assertThat(post(link, FORM, "choice=undo").body()).contains("subscribed again");
    assertThat(ok("GET", "/suppressions", key, "").get("data").size()).isZero();
    assertThat(stateAfter(to, "news")).isEqualTo("sent");
    assertThat(events())
        .containsExactlyInAnyOrder(
            "message.unsubscribed",
            "message.unsubscribed",
            "message.resubscribed",
            "message.resubscribed");
  }

  @Test
  void comingBackUndoesNothingThatOthersDecided() throws Exception {
    String link = link(sent("broadcast"));
    String to = "person" + people + "@customer.test";
    var _ =
        ok(
            "POST",
            "/suppressions",
            key,
            "{\"address\": \"%s\", \"stream\": \"broadcast\", \"reason\": \"complained\"}"
                .formatted(to));
    var _ = post(link, FORM, "choice=undo");
    var _ = post(link, FORM, ONE_CLICK);
    var _ = post(link, FORM, "choice=undo");
    JsonNode entries = ok("GET", "/suppressions", key, "").get("data");
    assertThat(entries.get(0).get("reason").asString()).isEqualTo("complained");
  }

  @Test
  void aLinkThatIsNotWholeLeadsToOnePageThatSaysWhatToDo() throws Exception {
    String link = link(sent("broadcast"));
    String changed = link.substring(0, link.length() - 3) + (link.endsWith("AAA") ? "BBB" : "AAA");
    String body = get(program.tenon.publicUrl().at("/unsubscribe/nonsense"), "en").body();
    for (String wrong :
        List.of(
            link.substring(0, link.length() - 10),
            changed,
            program.tenon.publicUrl().at("/unsubscribe/" + "A".repeat(180)))) {
      for (HttpResponse<String> answer : List.of(get(wrong, "en"), post(wrong, FORM, ONE_CLICK))) {
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).isEqualTo(body).contains("Open it from the mail once more");
      }
    }
    assertThat(ok("GET", "/suppressions", key, "").get("data").size()).isZero();
  }

  @Test
  void oneLinkCanBeUsedOnlySoOften() throws Exception {
    String link = link(sent("broadcast"));
    Optional<HttpResponse<String>> refused = Optional.empty();
    // Twice the bound, for the minute may change in between.
    for (int i = 0; i < 41 && refused.isEmpty(); i++) {
      refused = Optional.of(get(link, "en")).filter(answer -> answer.statusCode() == 429);
    }
    assertThat(refused).isPresent();
    assertThat(refused.get().headers().firstValue("Retry-After")).contains("60");
  }

  @Test
  void aMessageToSeveralRecipientsIsRefused() {
    HttpResponse<String> refused =
        program.call(
            "POST",
            "/v1/tenants/" + tenant + "/messages",
            key,
            """
            {"to": "a@customer.test", "cc": ["b@customer.test"], "subject": "News", "text": "x",
             "stream": "broadcast"}""");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("\"param\":\"to\"", "send one message to each");
  }

  private String person() {
    people++;
    return "Person%d@Customer.test".formatted(people);
  }

  private Mail sent(String stream) throws InterruptedException {
    String to = person();
    var _ =
        ok(
            "POST",
            "/messages",
            key,
            """
            {"to": "%s", "subject": "News", "text": "Leave: {{unsubscribe_url}}", "stream": "%s"}"""
                .formatted(to, stream));
    return mailTo(to);
  }

  private Mail mailTo(String to) throws InterruptedException {
    List<Mail> found = email.mailbox().await("", to, 1, WAIT);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private String stateAfter(String to, String stream) {
    String id =
        ok(
                "POST",
                "/messages",
                key,
                """
                {"to": "%s", "subject": "News", "text": "x", "stream": "%s"}"""
                    .formatted(to, stream))
            .get("id")
            .asString();
    long end = System.nanoTime() + WAIT.toNanos();
    String state = "queued";
    while ((state.equals("queued") || state.equals("sending")) && System.nanoTime() < end) {
      JsonNode shown = ok("GET", "/messages/" + id, key, "");
      state = shown.get("state").asString();
      assertThat(state).as(shown.toString()).isNotEqualTo("failed");
    }
    return state;
  }

  private List<String> events() {
    List<String> types = new ArrayList<>();
    for (JsonNode event : ok("GET", "/events", key, "").get("data")) {
      String type = event.get("type").asString();
      if (type.endsWith("subscribed")) {
        types.add(type);
      }
    }
    return types;
  }

  private static Optional<String> header(Mail mail, String name) {
    return mail.content().headers().stream()
        .filter(header -> header.name().equalsIgnoreCase(name))
        .map(MailHeader::value)
        .findFirst();
  }

  private static String link(Mail mail) {
    String value = header(mail, "List-Unsubscribe").orElseThrow();
    return value.substring(1, value.indexOf('>'));
  }

  private HttpResponse<String> get(String link, String languages) {
    return program.send(
        HttpRequest.newBuilder(URI.create(link)).header("Accept-Language", languages).GET());
  }

  private HttpResponse<String> post(String link, String mediaType, String body) {
    return program.send(
        HttpRequest.newBuilder(URI.create(link))
            .header("Content-Type", mediaType)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private JsonNode ok(String method, String path, String by, String body) {
    HttpResponse<String> response = program.call(method, "/v1/tenants/" + tenant + path, by, body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return StartedTenon.json(response);
  }
}
