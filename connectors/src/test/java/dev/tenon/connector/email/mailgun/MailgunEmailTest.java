package dev.tenon.connector.email.mailgun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EmailProviderContract;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.LoopbackHttp;
import dev.tenon.connector.email.ScriptedHttp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentDisposition;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailgunEmailTest extends EmailProviderContract {
  private static final String ID = "msg_01k6z3v9q8@mg.example.org";

  private final ScriptedHttp server = new ScriptedHttp();
  private final LoopbackHttp http = new LoopbackHttp();
  private final MailgunEmail mailgun =
      mailgun(server.base(), MailgunEmail.Options.of("mg.example.org"));

  private MailgunEmail mailgun(URI base, MailgunEmail.Options options) {
    return new MailgunEmail(http, base, Secret.of("the-key"), options);
  }

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  @Override
  protected EmailProvider provider() {
    return mailgun;
  }

  @Override
  protected EmailProvider unreachable() {
    return mailgun(URI.create("http://127.0.0.1:1"), MailgunEmail.Options.of("mg.example.org"));
  }

  @Override
  protected void willAccept() {
    server.reply(200, "{\"id\":\"<%s>\",\"message\":\"Queued. Thank you.\"}".formatted(ID));
  }

  @Override
  protected void willRefuseTheRecipient() {
    refuse(400, "'to' parameter is not a valid address. please check documentation");
  }

  @Override
  protected void willRefuseTheKey() {
    server.reply(401, Map.of("content-type", "text/plain"), "Forbidden");
  }

  @Override
  protected void willLimitTheRate() {
    server.reply(429, Map.of("retry-after", "7"), "{\"message\":\"Too many requests\"}");
  }

  @Override
  protected void willFailInItsOwnWords() {
    refuse(503, "Service unavailable, please try again");
  }

  @Override
  protected void willFailWithoutWords() {
    server.reply(502, "");
  }

  @Override
  protected void willLoseTheAnswer() {
    server.hangUpAfterRequest();
  }

  @Override
  protected Class<?> failureInItsOwnWords() {
    return Outcome.Passing.class;
  }

  @Override
  protected Class<?> failureWithoutWords() {
    return Outcome.Unknown.class;
  }

  @Override
  protected List<String> received() {
    return server.requests().stream().map(ScriptedHttp.Request::body).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "400, 'to parameter is not a valid address', RefusedRecipient",
    "400, 'bcc parameter is not a valid address. please check documentation', RefusedRecipient",
    "400, 'from parameter is not a valid address', ConnectionBroken",
    "400, 'Sandbox subdomains are for test purposes only.', ConnectionBroken",
    "400, 'reply-to parameter is not a valid address', RefusedRequest",
    "400, 'h:to parameter is not a valid address', RefusedRequest",
    "400, 'x-from parameter is not a valid address', RefusedRequest",
    "400, 'text or html is missing', RefusedRequest",
    "401, Invalid private key, ConnectionBroken",
    "402, payment required, ConnectionBroken",
    "403, 'Domain mg.example.org is not allowed to send: disabled', ConnectionBroken",
    "404, Domain not found: mg.example.org, ConnectionBroken",
    "413, Message too large, RefusedRequest",
    "429, slow down, Passing",
    "500, Internal Server Error, Unknown",
    "503, unavailable, Passing",
    "504, '', Unknown",
  })
  void classesEachAnswer(int status, String words, String outcome) {
    refuse(status, words);
    assertThat(mailgun.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void aSandboxDomainRefusesSomeMessagesAndNotTheConnection() {
    refuse(
        403,
        "Domain sandbox1.mailgun.org is not allowed to send: Sandbox subdomains are for test"
            + " purposes only.");
    refuse(403, "Domain mg.example.org is not allowed to send: The domain is unverified");
    assertThat(((Outcome.ConnectionBroken<Sent>) mailgun.send(message(), "k")).reach())
        .isEqualTo(Outcome.ConnectionBroken.Reach.SENDER);
    assertThat(((Outcome.ConnectionBroken<Sent>) mailgun.send(message(), "k")).reach())
        .isEqualTo(Outcome.ConnectionBroken.Reach.CONNECTION);
  }

  @ParameterizedTest
  @CsvSource({
    "403, Domain news.example.org is not allowed to send: The domain is unverified, SENDER",
    "404, Domain not found: news.example.org, SENDER",
    "400, Domain news.example.org is not allowed to send: disabled, SENDER",
    "400, Domain news.example.org is not allowed to send: Please activate your Mailgun account.,"
        + " CONNECTION",
    "401, Invalid private key, CONNECTION",
    "402, payment required, CONNECTION",
    "403, Forbidden, CONNECTION",
    "404, page not found, CONNECTION",
  })
  void oneStreamsWrongDomainLeavesTheConnectionToTheOthers(
      int status, String words, Outcome.ConnectionBroken.Reach reach) {
    MailgunEmail two =
        mailgun(
            server.base(),
            new MailgunEmail.Options(
                Map.of("outbound", "mg.example.org", "broadcast", "news.example.org"), false));
    refuse(status, words);
    refuse(status, words);
    EmailMessage news = builder().stream("broadcast").build();
    assertThat(((Outcome.ConnectionBroken<Sent>) two.send(news, "k")).reach()).isEqualTo(reach);
    assertThat(((Outcome.ConnectionBroken<Sent>) mailgun.send(message(), "k")).reach())
        .as("the only domain of all streams")
        .isEqualTo(Outcome.ConnectionBroken.Reach.CONNECTION);
  }

  @Test
  void theWrongAddressAnswersTwoHundredAndSentNothing() {
    server.reply(200, Map.of("content-type", "text/plain"), "Mailgun Magnificent API");
    server.reply(200, "{\"ok\":true}");
    assertThat(mailgun.send(message(), "k")).isInstanceOf(Outcome.ConnectionBroken.class);
    assertThat(mailgun.send(message(), "k")).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void waitsAsLongAsMailgunAsksAndKeepsItsWords() {
    willLimitTheRate();
    willRefuseTheKey();
    assertThat(mailgun.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    assertThat(mailgun.send(message(), "k").detail().message()).isEqualTo("Forbidden");
  }

  @Test
  void sendsEveryPartOfAMessageAsAForm() throws Exception {
    willAccept();
    mailgun.send(
        builder()
            .to(new EmailAddress("Lovelace, \"Ada\"", "two@example.net"))
            .cc(EmailAddress.of("cc@example.net"))
            .bcc(EmailAddress.of("bcc@example.net"))
            .replyTo(EmailAddress.of("one@example.net"), EmailAddress.of("two@example.net"))
            .attach(
                Attachment.file(
                    "ä \"1\".txt", "text/plain", "hello".getBytes(StandardCharsets.UTF_8)))
            .attach(Attachment.inline("logo@x", "logo.png", "image/png", new byte[] {1}))
            .build(),
        "k");
    ScriptedHttp.Request request = server.requests().getFirst();
    assertThat(request.line()).isEqualTo("POST /v3/mg.example.org/messages HTTP/1.1");
    assertThat(request.headers()).containsEntry("authorization", "Basic YXBpOnRoZS1rZXk=");
    assertThat(fields(request))
        .containsExactly(
            "from=\"Grüße \\\"Co\\\"\" <hello@mail.example.org>",
            "to=\"Ada Lovelace\" <ada@example.net>",
            "to=\"Lovelace, \\\"Ada\\\"\" <two@example.net>",
            "cc=cc@example.net",
            "bcc=bcc@example.net",
            "subject=Your receipt – 12 €",
            "text=Thank you.\n.\nA line of one dot stands above.\n",
            "html=<p>Thank you.</p>",
            "h:Message-Id=<" + ID + ">",
            "h:Reply-To=one@example.net, two@example.net",
            "h:X-Order=42",
            "o:tag=outbound",
            "o:tag=receipt",
            "o:tracking=no",
            "v:tenon_message=msg_01k6z3v9q8",
            "v:order=ord_42",
            "attachment[ä \"1\".txt, text/plain]=hello",
            "inline[logo@x, image/png]=\u0001");
  }

  @Test
  void asksForTheTestMode() throws Exception {
    willAccept();
    mailgun(server.base(), new MailgunEmail.Options(Map.of("outbound", "mg.example.org"), true))
        .send(message(), "k");
    assertThat(fields(server.requests().getFirst())).contains("o:testmode=yes");
  }

  @Test
  void sendsAStreamByItsDomainAndRefusesOneThatHasNone() {
    MailgunEmail two =
        mailgun(
            server.base(),
            new MailgunEmail.Options(Map.of("broadcast", "news.example.org"), false));
    willAccept();
    two.send(builder().stream("broadcast").build(), "k");
    assertThat(server.requests().getFirst().line()).contains("/v3/news.example.org/messages");
    assertThat(two.send(message(), "k")).isInstanceOf(Outcome.ConnectionBroken.class);
    assertThat(two.lookUp(message())).isInstanceOf(LookedUp.Unanswered.class);
    for (String domain : List.of("", "Example.org", "a/../b.example", "example")) {
      assertThatThrownBy(() -> MailgunEmail.Options.of(domain))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void noPartCanEndTheForm() throws Exception {
    willAccept();
    willAccept();
    mailgun.send(message(), "k");
    String boundary = boundary(server.requests().getFirst());
    mailgun.send(builder().text("Hi\r\n--" + boundary + "--\r\nBye").build(), "k");
    assertThat(boundary(server.requests().get(1))).isNotEqualTo(boundary);
    assertThat(fields(server.requests().get(1))).hasSize(fields(server.requests().get(0)).size());
  }

  @Test
  void findsAMessageByTheIdThatItGaveIt() {
    String event =
        "{\"items\":[{\"event\":\"accepted\",\"message\":{\"headers\":{\"message-id\":\"%s\"}}}]}";
    server.reply(200, event.formatted(ID));
    server.reply(200, event.formatted("another@mg.example.org"));
    server.reply(200, "{\"items\":[]}");
    server.reply(401, "Forbidden");
    server.hangUpAfterRequest();
    assertThat(mailgun.settling()).isEqualTo(new Settling.LookUp());
    assertThat(mailgun.lookUp(message()))
        .isInstanceOfSatisfying(
            LookedUp.Found.class,
            found -> assertThat(found.sent().providerMessageId()).isEqualTo("<" + ID + ">"));
    assertThat(mailgun.lookUp(message())).isInstanceOf(LookedUp.Missing.class);
    assertThat(mailgun.lookUp(message())).isInstanceOf(LookedUp.Missing.class);
    assertThat(mailgun.lookUp(message()))
        .as("a sending key")
        .isInstanceOf(LookedUp.Unanswered.class);
    assertThat(server.requests().getFirst().line())
        .isEqualTo(
            "GET /v3/mg.example.org/events?limit=1&message-id=msg_01k6z3v9q8%40mg.example.org"
                + " HTTP/1.1");
  }

  /// As Angus Mail reads the form, which knows nothing of ours.
  private static List<String> fields(ScriptedHttp.Request request)
      throws MessagingException, IOException {
    var form =
        new MimeMultipart(
            new ByteArrayDataSource(
                request.body().getBytes(StandardCharsets.UTF_8),
                request.headers().get("content-type")));
    List<String> found = new ArrayList<>();
    for (int i = 0; i < form.getCount(); i++) {
      BodyPart part = form.getBodyPart(i);
      // The parser gives the bytes of a header as Latin-1.
      var disposition =
          new ContentDisposition(
              new String(
                  part.getHeader("Content-Disposition")[0].getBytes(StandardCharsets.ISO_8859_1),
                  StandardCharsets.UTF_8));
      String fileName = disposition.getParameter("filename");
      found.add(
          disposition.getParameter("name")
              + (fileName == null ? "" : "[" + fileName + ", " + part.getContentType() + "]")
              + "="
              + new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }
    return found;
  }

  private static String boundary(ScriptedHttp.Request request) {
    return String.valueOf(request.headers().get("content-type")).replaceAll(".*boundary=", "");
  }

  private void refuse(int status, String words) {
    server.reply(status, "{\"message\":\"%s\"}".formatted(words));
  }
}
