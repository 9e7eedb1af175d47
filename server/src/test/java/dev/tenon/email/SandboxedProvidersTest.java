package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Credentials;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.email.SesSimulator;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import dev.tenon.tenant.TenantId;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections as people make them, each against the stand-in of its provider. Connector and
/// stand-in are written apart, so what one says the other has to understand.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxedProvidersTest {
  private final EmailSandbox email = new EmailSandbox(InstantSource.system(), 0);
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));
  private final ApacheProviderHttp http =
      new ApacheProviderHttp(EgressPolicy.allowing(sandbox.urls().values()));
  private final EmailProviders providers =
      new EmailProviders(
          http, InetAddress::isLoopbackAddress, Duration.ofSeconds(20), InstantSource.system());

  @AfterAll
  void stop() {
    providers.close();
    http.close();
    sandbox.close();
  }

  @BeforeEach
  void empty() {
    email.mailbox().clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"postmark", "resend", "sendgrid", "ses", "mailgun"})
  void everyPartOfAMessageArrives(String name) {
    Outcome<Sent> outcome = provider(name, Map.of()).send(whole(), "key-" + name);

    assertThat(outcome).as("%s", outcome.detail()).isInstanceOf(Outcome.Accepted.class);
    Mail mail = email.mailbox().list("", 10).getFirst();
    MailContent content = mail.content();
    assertThat(mail.carrier().id()).isEqualTo(name);
    assertThat(mail.carrierId())
        .isEqualTo(((Outcome.Accepted<Sent>) outcome).value().providerMessageId());
    assertThat(content.from()).contains("Größe").contains("<hello@acme.test>");
    assertThat(content.to().getFirst()).contains("Lovelace, Ada").contains("<ada@shop.test>");
    assertThat(content.cc()).containsExactly("cc@shop.test");
    assertThat(content.bcc()).containsExactly("bcc@shop.test");
    assertThat(content.replyTo()).containsExactly("one@acme.test", "two@acme.test");
    assertThat(content.subject()).isEqualTo("Ihre Quittung – 12 €");
    assertThat(content.text()).isEqualTo("Danke für 12 €.\n");
    assertThat(content.html()).isEqualTo("<p>Danke <img src=\"cid:logo@acme\"></p>");
    assertThat(content.headers()).contains(new MailHeader("X-Order", "42"));
    assertThat(content.attachments())
        .extracting(AttachedFile::contentType, AttachedFile::sizeBytes, AttachedFile::contentId)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("text/plain", 5L, ""),
            org.assertj.core.groups.Tuple.tuple("image/png", 3L, "logo@acme"));
    assertThat(content.attachments()).extracting(AttachedFile::name).contains("Beleg ä \"1\".txt");
    assertThat(content.metadata() + " " + content.tags())
        .contains("tenon_message=msg_whole")
        .contains("order=ord_42")
        .contains("receipt");
    // Postmark takes one label, which is the first.
    assertThat((content.metadata() + " " + content.tags()).contains("second"))
        .isEqualTo(!name.equals("postmark"));
  }

  /// 245 letters take 867 characters as encoded words, and one more takes too many.
  @ParameterizedTest
  @ValueSource(strings = {"postmark", "resend", "sendgrid", "ses", "mailgun"})
  void aHeaderAsLongAsMayBeArrives(String name) {
    for (String value : List.of("x".repeat(870), "ä".repeat(245))) {
      Outcome<Sent> outcome =
          provider(name, Map.of())
              .send(simple().header("X-Long", value).build(), "key-" + value.length());
      assertThat(outcome).as("%s", outcome.detail()).isInstanceOf(Outcome.Accepted.class);
      assertThat(email.mailbox().list("", 1).getFirst().content().headers())
          .contains(new MailHeader("X-Long", value));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"postmark", "resend", "sendgrid", "ses", "mailgun"})
  void tellsRefusedKeysPausesAndFaultsApart(String name) {
    EmailProvider provider = provider(name, Map.of());
    fault(name, Fault.status(401));
    assertThat(provider.send(whole(), "key-a")).isInstanceOf(Outcome.ConnectionBroken.class);
    fault(name, Fault.status(429));
    assertThat(provider.send(whole(), "key-b")).isInstanceOf(Outcome.Passing.class);
    fault(name, Fault.status(500));
    assertThat(provider.send(whole(), "key-c")).isInstanceOf(Outcome.Unknown.class);
    assertThat(email.mailbox().size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"postmark", "resend", "sendgrid", "ses", "mailgun"})
  void settlesALostAnswerAsItSaysItCan(String name) {
    EmailProvider provider = provider(name, Map.of());
    fault(name, Fault.timeOutAfterAccepting(Duration.ofMillis(10)));

    assertThat(provider.send(whole(), "key-lost")).isInstanceOf(Outcome.Unknown.class);

    assertThat(email.mailbox().size()).isEqualTo(1);
    String id = email.mailbox().list("", 1).getFirst().carrierId();
    switch (provider.settling()) {
      case Settling.LookUp() ->
          assertThat(provider.lookUp(whole()))
              .isInstanceOfSatisfying(
                  LookedUp.Found.class,
                  found -> assertThat(found.sent().providerMessageId()).isEqualTo(id));
      case Settling.RepeatWithSameKey _ -> {
        assertThat(provider.send(whole(), "key-lost")).isInstanceOf(Outcome.Accepted.class);
        assertThat(email.mailbox().size()).isEqualTo(1);
      }
      case Settling.None() ->
          assertThat(provider.lookUp(whole())).isInstanceOf(LookedUp.Unanswered.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sendgrid", "ses"})
  void anUnverifiedSenderBreaksThatSenderOnly(String name) {
    EmailMessage message =
        EmailMessage.builder("msg_unverified")
            .from(EmailAddress.of("me@unverified.test"))
            .to(EmailAddress.of("ada@shop.test"))
            .subject("Hello")
            .text("Hello")
            .build();
    assertThat(provider(name, Map.of()).send(message, "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class,
            broken -> assertThat(broken.reach()).isEqualTo(Outcome.ConnectionBroken.Reach.SENDER));
  }

  @Test
  void aSettingMapsAStreamToWhatTheProviderHasInstead() {
    EmailMessage broadcast = simple().stream("broadcast").build();
    provider("sendgrid", Map.of("ip_pools", "broadcast=marketing")).send(broadcast, "k");
    assertThat(email.mailbox().list("", 1).getFirst().content().stream()).isEqualTo("marketing");
    Outcome<Sent> byDomain =
        provider("mailgun", Map.of("stream_domains", "broadcast=news.acme.test"))
            .send(broadcast, "k");
    assertThat(((Outcome.Accepted<Sent>) byDomain).value().providerMessageId())
        .isEqualTo("<msg_simple@news.acme.test>");
    provider("ses", Map.of("configuration_sets", "broadcast=news")).send(broadcast, "k");
    assertThat(email.mailbox().list("", 1).getFirst().content().stream()).isEqualTo("news");
    assertThat(
            provider("postmark", Map.of("message_streams", "alerts=broadcast"))
                .send(simple().stream("alerts").build(), "k"))
        .isInstanceOf(Outcome.Accepted.class);
    assertThat(email.mailbox().list("", 1).getFirst().content().stream()).isEqualTo("broadcast");
  }

  @Test
  void aMailgunDomainThatMayNotSendBreaksTheConnection() {
    for (String domain : List.of("unverified.test", "missing.test")) {
      Outcome<Sent> outcome =
          provider("mailgun", Map.of("stream_domains", "outbound=" + domain))
              .send(simple().build(), "k");
      assertThat(outcome).isInstanceOf(Outcome.ConnectionBroken.class);
      assertThat(outcome.detail().message()).containsIgnoringCase("domain");
    }
  }

  @Test
  void aWrongClockIsSaidToBreakTheConnectionToSes() {
    for (Duration off : List.of(Duration.ofHours(-1), Duration.ofHours(1))) {
      try (var late =
          new EmailProviders(
              http,
              InetAddress::isLoopbackAddress,
              Duration.ofSeconds(20),
              InstantSource.offset(InstantSource.system(), off))) {
        Outcome<Sent> outcome = provider(late, "ses", Map.of()).send(simple().build(), "k");
        assertThat(outcome).isInstanceOf(Outcome.ConnectionBroken.class);
        assertThat(outcome.detail().message())
            .startsWith(off.isNegative() ? "Signature expired" : "Signature not yet current");
      }
    }
  }

  private EmailProvider provider(String name, Map<String, String> more) {
    return provider(providers, name, more);
  }

  private EmailProvider provider(EmailProviders making, String name, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("base_url", sandbox.url(name).toString());
    if (name.equals("ses")) {
      settings.put("access_key_id", "AKIATENONTEST0000");
      settings.put("region", "eu-central-1");
    }
    if (name.equals("mailgun")) {
      settings.put("domain", "mg.acme.test");
    }
    Map<String, Secret> secrets =
        switch (name) {
          case "resend" -> Map.of("api_key", Secret.of("re_any"));
          case "sendgrid" -> Map.of("api_key", Secret.of("SG.any.key"));
          case "ses" -> Map.of("secret_access_key", Secret.of(SesSimulator.SECRET_KEY));
          default -> Map.of("api_key", Secret.of("any"));
        };
    var connection =
        new Connection(
            TenantId.PLATFORM,
            new ConnectionId(new UUID(1, 2)),
            name,
            "Test",
            Connection.Environment.DEVELOPMENT,
            Connection.State.ACTIVE,
            "",
            settings,
            List.of(),
            Instant.EPOCH,
            Instant.EPOCH);
    Optional<EmailProvider> made = making.make(new Credentials(connection, secrets));
    return made.orElseThrow();
  }

  private void fault(String name, Fault fault) {
    sandbox.faults(name).set(List.of(fault.times(1)));
  }

  private static EmailMessage.Builder simple() {
    return EmailMessage.builder("msg_simple")
        .from(EmailAddress.of("hello@acme.test"))
        .to(EmailAddress.of("ada@shop.test"))
        .subject("Hello")
        .text("Hello");
  }

  private static EmailMessage whole() {
    return EmailMessage.builder("msg_whole")
        .from(new EmailAddress("Größe & \"Co\"", "hello@acme.test"))
        .to(new EmailAddress("Lovelace, Ada", "ada@shop.test"))
        .cc(EmailAddress.of("cc@shop.test"))
        .bcc(EmailAddress.of("bcc@shop.test"))
        .replyTo(EmailAddress.of("one@acme.test"), EmailAddress.of("two@acme.test"))
        .subject("Ihre Quittung – 12 €")
        .text("Danke für 12 €.\n")
        .html("<p>Danke <img src=\"cid:logo@acme\"></p>")
        .header("X-Order", "42")
        .tag("receipt")
        .tag("second")
        .metadata("order", "ord_42")
        .attach(
            Attachment.file(
                "Beleg ä \"1\".txt", "text/plain", "hello".getBytes(StandardCharsets.UTF_8)))
        .attach(Attachment.inline("logo@acme", "logo.png", "image/png", new byte[] {1, 2, 3}))
        .build();
  }
}
