package dev.tenon.connector.email.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EmailProviderContract;
import dev.tenon.connector.email.Sent;
import jakarta.mail.Message;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmtpEmailTest extends EmailProviderContract {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-24T02:00:00Z"));
  private static final SmtpSettings.Login LOGIN =
      new SmtpSettings.Login.Password("user", Secret.of("password"));

  private final ScriptedSmtp server = new ScriptedSmtp();
  private final SmtpEmail smtp = smtp(server.port(), InetAddress::isLoopbackAddress);

  @AfterEach
  void close() {
    smtp.close();
    server.close();
  }

  private static SmtpEmail smtp(int port, Predicate<InetAddress> allowed) {
    return new SmtpEmail(settings(port, SmtpSettings.Security.PLAIN), allowed, CLOCK);
  }

  private static SmtpSettings settings(int port, SmtpSettings.Security security) {
    return new SmtpSettings(
        "127.0.0.1",
        port,
        security,
        LOGIN,
        2,
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofSeconds(4));
  }

  @Override
  protected EmailProvider provider() {
    return smtp;
  }

  @Override
  protected EmailProvider unreachable() {
    return smtp(1, InetAddress::isLoopbackAddress);
  }

  @Override
  protected boolean carriesAnyStream() {
    return true;
  }

  @Override
  protected Outcome.Passing.Of rateLimit() {
    return Outcome.Passing.Of.PROVIDER;
  }

  @Override
  protected void willAccept() {}

  @Override
  protected void willRefuseTheRecipient() {
    server.on("RCPT", "550 5.1.1 no such user");
  }

  @Override
  protected void willRefuseTheKey() {
    server.on("AUTH", "535 5.7.8 authentication failed");
  }

  @Override
  protected void willLimitTheRate() {
    server.on("MAIL", "450 4.7.1 too many messages, slow down");
  }

  @Override
  protected void willFailInItsOwnWords() {
    server.on(".", "451 4.3.0 try again later");
  }

  @Override
  protected void willFailWithoutWords() {
    server.on("DATA", ScriptedSmtp.HANG_UP);
  }

  @Override
  protected void willLoseTheAnswer() {
    server.on(".", ScriptedSmtp.HANG_UP);
  }

  @Override
  protected Class<?> failureInItsOwnWords() {
    return Outcome.Passing.class;
  }

  /// Before the final dot, so certainly not taken.
  @Override
  protected Class<?> failureWithoutWords() {
    return Outcome.Passing.class;
  }

  @Override
  protected List<String> received() {
    return server.messages();
  }

  @ParameterizedTest
  @CsvSource({
    "MAIL, 550 5.7.1 sender not allowed, ConnectionBroken",
    "MAIL, 552 5.3.4 too large, RefusedRequest",
    "MAIL, 501 5.5.4 syntax, RefusedRequest",
    "MAIL, 421 4.3.2 closing, Passing",
    "RCPT, 451 4.7.1 greylisted, Passing",
    "RCPT, 554 5.7.1 relay access denied, ConnectionBroken",
    "RCPT, 530 5.7.0 authentication required, ConnectionBroken",
    "RCPT, 553 mailbox name not allowed, RefusedRecipient",
    "DATA, 554 5.5.1 no valid recipients, RefusedRequest",
    "., 554 5.7.1 looks like spam, RefusedRequest",
    "., 550 5.1.1 no such user, RefusedRecipient",
    "., 421 4.3.2 closing, Passing",
    "AUTH, 454 4.7.0 temporary failure, Passing",
    "EHLO, 554 5.7.1 go away, ConnectionBroken",
  })
  void classesRepliesByCommand(String command, String reply, String outcome) {
    server.on(command, reply);
    if (command.equals("EHLO")) {
      server.on("HELO", reply);
    }
    assertThat(smtp.send(message(), "k").getClass().getSimpleName()).isEqualTo(outcome);
  }

  @Test
  void keepsItsConnectionOpen() {
    for (int i = 0; i < 5; i++) {
      assertThat(smtp.send(message(), "k")).isInstanceOf(Outcome.Accepted.class);
    }
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void opensAnotherWhenTheServerClosedTheIdleOne() {
    smtp.send(message(), "k");
    server.on("MAIL", ScriptedSmtp.HANG_UP);
    assertThat(smtp.send(message(), "k")).isInstanceOf(Outcome.Passing.class);
    assertThat(server.connections()).isEqualTo(2);
  }

  @Test
  void goesToTheOthersWhenOneRecipientIsRefusedForGood() {
    server.on("RCPT TO:<GONE@", "550 5.1.1 no such user");
    Outcome<Sent> outcome =
        smtp.send(builder().cc(EmailAddress.of("gone@example.net")).build(), "k");
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            accepted -> {
              assertThat(((Sent) accepted.value()).refusedRecipients())
                  .containsExactly("gone@example.net");
              assertThat(((Sent) accepted.value()).gone()).containsExactly("gone@example.net");
              assertThat(accepted.detail().status()).isEqualTo(250);
              assertThat(accepted.detail().message()).contains("queued", "no such user");
            });
    assertThat(server.messages()).hasSize(1);
  }

  /// Whoever shares the connection must not lose it by one recipient's server.
  @ParameterizedTest
  @CsvSource({
    "550 5.7.1 recipient block list, SENDER",
    "554 5.7.1 relay access denied, SENDER",
    "530 5.7.0 authentication required, CONNECTION",
  })
  void aRefusalOfOneRecipientReachesNoFurther(String reply, Outcome.ConnectionBroken.Reach reach) {
    server.on("RCPT", reply);
    assertThat(smtp.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class, one -> assertThat(one.reach()).isEqualTo(reach));
  }

  @Test
  void aPolicyAgainstOneOfSeveralIsThatRecipientsRefusal() {
    server.on("RCPT TO:<BLOCKED@", "550 5.7.1 recipient block list");
    assertThat(smtp.send(builder().cc(EmailAddress.of("blocked@example.net")).build(), "k"))
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            one -> {
              Sent sent = (Sent) one.value();
              assertThat(sent.refusedRecipients()).containsExactly("blocked@example.net");
              assertThat(sent.gone()).as("not for others").isEmpty();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "450 4.2.0 greylisted, REQUEST",
    "451 4.7.1 try again, REQUEST",
    "452 4.2.2 mailbox full, REQUEST",
    "452 4.3.1 no space on the server, PROVIDER",
    "421 4.3.2 closing, PROVIDER",
  })
  void tellsOneMailboxThatPutsOffFromAServerThatFails(String reply, Outcome.Passing.Of of) {
    server.on("RCPT", reply);
    assertThat(smtp.send(message(), "k"))
        .isInstanceOfSatisfying(Outcome.Passing.class, one -> assertThat(one.of()).isEqualTo(of));
  }

  @ParameterizedTest
  @CsvSource({
    "RCPT, 550 5.1.1 no such user, true",
    "RCPT, 550 5.1.10 null MX, true",
    "RCPT, 553 5.1.3 bad syntax, false",
    "RCPT, 550 no, false",
    "., 550 5.1.1 no such user, true",
  })
  void tellsAnAddressThatIsGoneFromOneThatIsOnlyRefused(
      String command, String reply, boolean lasting) {
    server.on(command, reply);
    assertThat(smtp.send(message(), "k"))
        .isInstanceOfSatisfying(
            Outcome.RefusedRecipient.class, one -> assertThat(one.lasting()).isEqualTo(lasting));
  }

  @Test
  void holdsTheMessageBackWhenOneRecipientIsRefusedForNow() {
    server.on("RCPT TO:<LATER@", "451 4.7.1 greylisted");
    assertThat(smtp.send(builder().cc(EmailAddress.of("later@example.net")).build(), "k"))
        .isInstanceOf(Outcome.Passing.class);
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void boundsTheWholeConversationWhateverEachReplyMayTake() {
    server.slowly(Duration.ofMillis(700));
    try (SmtpEmail hasty =
        new SmtpEmail(
            settings(server.port(), SmtpSettings.Security.PLAIN).within(Duration.ofSeconds(1)),
            InetAddress::isLoopbackAddress,
            CLOCK)) {
      long start = System.nanoTime();
      assertThat(hasty.send(message(), "k"))
          .isInstanceOfSatisfying(
              Outcome.Passing.class,
              passing -> assertThat(passing.detail().message()).contains("longer than 1 s"));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void doesNotKnowWhatBecameOfAMessageThatWasCutOffAfterItsEnd() {
    server.on(".", ScriptedSmtp.SILENCE);
    try (SmtpEmail hasty =
        new SmtpEmail(
            settings(server.port(), SmtpSettings.Security.PLAIN).within(Duration.ofSeconds(1)),
            InetAddress::isLoopbackAddress,
            CLOCK)) {
      assertThat(hasty.send(message(), "k"))
          .isInstanceOfSatisfying(
              Outcome.Unknown.class,
              unknown -> assertThat(unknown.detail().message()).contains("longer than 1 s"));
    }
    assertThat(server.messages()).hasSize(1);
  }

  @Test
  void aBusyPoolSaysNothingOfTheServer() throws Exception {
    // Each reply comes in time, all of them together take longer than one may.
    server.slowly(Duration.ofMillis(200));
    var one =
        new SmtpSettings(
            "127.0.0.1",
            server.port(),
            SmtpSettings.Security.PLAIN,
            LOGIN,
            1,
            Duration.ofSeconds(2),
            Duration.ofMillis(500),
            Duration.ofSeconds(30));
    try (SmtpEmail provider = new SmtpEmail(one, InetAddress::isLoopbackAddress, CLOCK)) {
      Thread first = Thread.startVirtualThread(() -> provider.send(message(), "k"));
      server.awaitConnections(1);
      Outcome<Sent> second = provider.send(message(), "k");
      first.join();
      assertThat(second.detail().code()).isEqualTo(EmailProvider.BUSY_HERE);
    }
  }

  @Test
  void closingLetsTheCallUnderWayEnd() throws Exception {
    server.hold();
    SmtpEmail provider = smtp(server.port(), InetAddress::isLoopbackAddress);
    var outcome = new java.util.concurrent.CompletableFuture<Outcome<Sent>>();
    Thread call = Thread.startVirtualThread(() -> outcome.complete(provider.send(message(), "k")));
    server.awaitMessages(1);
    provider.close();
    server.release();
    call.join();
    assertThat(outcome.get()).isInstanceOf(Outcome.Accepted.class);
    server.awaitNoneOpen();
  }

  @Test
  void manyShareOneTimer() {
    try (var timer = new SmtpTimer()) {
      for (int i = 0; i < 50; i++) {
        SmtpEmail one =
            new SmtpEmail(
                settings(server.port(), SmtpSettings.Security.PLAIN),
                InetAddress::isLoopbackAddress,
                CLOCK,
                timer);
        assertThat(one.send(message(), "k")).isInstanceOf(Outcome.Accepted.class);
        one.close();
      }
      assertThat(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().startsWith("smtp-timer"))
                  .filter(Thread::isAlive)
                  .count())
          .as("one for these, one for the provider that each test has")
          .isLessThanOrEqualTo(2);
      assertThat(timer.executor())
          .isInstanceOfSatisfying(
              java.util.concurrent.ScheduledThreadPoolExecutor.class,
              executor -> assertThat(executor.getQueue().size()).isLessThanOrEqualTo(1));
    }
  }

  @Test
  void asksTheEgressPolicyAboutTheAddressItConnectsTo() {
    try (SmtpEmail guarded = smtp(server.port(), _ -> false)) {
      assertThat(guarded.send(message(), "k"))
          .isInstanceOfSatisfying(
              Outcome.Passing.class,
              passing -> assertThat(passing.detail().message()).contains("egress policy refuses"));
    }
    assertThat(server.connections()).isZero();
  }

  @Test
  void refusesAServerThatDoesNotOfferEncryption() {
    try (SmtpEmail strict =
        new SmtpEmail(
            settings(server.port(), SmtpSettings.Security.STARTTLS),
            InetAddress::isLoopbackAddress,
            CLOCK)) {
      assertThat(strict.send(message(), "k")).isInstanceOf(Outcome.ConnectionBroken.class);
    }
    assertThat(server.messages()).isEmpty();
  }

  @Test
  void refusesACertificateThatNobodyVouchesFor() {
    GreenMail greenMail = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtps"));
    greenMail.start();
    try (SmtpEmail strict =
        new SmtpEmail(
            settings(greenMail.getSmtps().getPort(), SmtpSettings.Security.TLS),
            InetAddress::isLoopbackAddress,
            CLOCK)) {
      assertThat(strict.send(message(), "k")).isInstanceOf(Outcome.Passing.class);
      assertThat(greenMail.getReceivedMessages()).isEmpty();
    } finally {
      greenMail.stop();
    }
  }

  /// GreenMail is an independent server: it parses what we wrote.
  @Test
  void deliversEveryPartToAnIndependentServer() throws Exception {
    GreenMail greenMail = new GreenMail(new ServerSetup(0, "127.0.0.1", "smtp"));
    greenMail.setUser("user", "password");
    greenMail.start();
    try (SmtpEmail provider = smtp(greenMail.getSmtp().getPort(), InetAddress::isLoopbackAddress)) {
      Outcome<Sent> outcome =
          provider.send(
              builder()
                  .bcc(EmailAddress.of("hidden@example.net"))
                  .replyTo(EmailAddress.of("reply@example.org"))
                  .header("X-Note", "Grüße aus Köln")
                  .attach(Attachment.inline("logo", "logo.png", "image/png", new byte[] {1, 2}))
                  .attach(Attachment.file("Übersicht.pdf", "application/pdf", new byte[300]))
                  .build(),
              "k");
      assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
      assertThat(greenMail.getReceivedMessages()).hasSize(2);
      MimeMessage mail = greenMail.getReceivedMessages()[0];
      assertThat(mail.getMessageID()).isEqualTo("<msg_01k6z3v9q8@mail.example.org>");
      assertThat(mail.getHeader("X-Tenon-Message")).containsExactly("msg_01k6z3v9q8");
      assertThat(mail.getSubject()).isEqualTo("Your receipt – 12 €");
      assertThat(mail.getAllRecipients()).hasSize(1);
      assertThat(mail.getRecipients(Message.RecipientType.BCC)).isNull();
      assertThat(mail.getSentDate().toInstant()).isEqualTo(CLOCK.instant());
      MimeMultipart mixed = (MimeMultipart) mail.getContent();
      assertThat(mixed.getContentType()).startsWith("multipart/mixed");
      assertThat(mixed.getCount()).isEqualTo(2);
      MimeMultipart related = (MimeMultipart) mixed.getBodyPart(0).getContent();
      MimeMultipart alternative = (MimeMultipart) related.getBodyPart(0).getContent();
      assertThat(alternative.getBodyPart(0).getContent().toString().replace("\r", ""))
          .isEqualTo("Thank you.\n.\nA line of one dot stands above.\n");
      assertThat(related.getBodyPart(1).getHeader("Content-ID")).containsExactly("<logo>");
    } finally {
      greenMail.stop();
    }
  }
}
