package dev.tenon.sandbox.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.Mailbox;
import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SmtpServerTest {
  private final Mailbox mailbox = new Mailbox(InstantSource.system());
  private final Scripted faults = new Scripted();
  private final SmtpServer server = start();

  private SmtpServer start() {
    try {
      return SmtpServer.start(
          0, mailbox, (user, password) -> user.equals("ann") && password.equals("right"), faults);
    } catch (IOException taken) {
      throw new IllegalStateException(taken);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void takesAMailFromAngusMail() throws Exception {
    send("right", "bob@shop.test");
    Mail mail = mailbox.list("", 10).getFirst();
    assertThat(mail.content().subject()).isEqualTo("Prüfung");
    assertThat(mail.content().from()).isEqualTo("billing@acme.test");
    assertThat(mail.content().to()).containsExactly("bob@shop.test");
    assertThat(mail.content().text()).isEqualTo(".dots\r\n..stay\r\n");
  }

  @Test
  void refusesAWrongPassword() {
    assertThatThrownBy(() -> send("wrong", "bob@shop.test"))
        .isInstanceOf(jakarta.mail.AuthenticationFailedException.class);
    assertThat(mailbox.size()).isZero();
  }

  /// The addresses that decide what happens with every provider.
  @Test
  void refusesTheAddressesThatBounceElsewhere() {
    for (String box : List.of("hard-bounce+1", "suppressed", "soft-bounce", "blocked", "delayed")) {
      assertThatThrownBy(() -> send("right", box + "@sandbox.test"))
          .as(box)
          .isInstanceOf(SendFailedException.class);
    }
    assertThat(mailbox.size()).isZero();
  }

  @Test
  void refusesOneRecipientAndTakesTheOther() {
    assertThatThrownBy(() -> send("right", "bob@shop.test", "bounce+1@shop.test"))
        .isInstanceOfSatisfying(
            SendFailedException.class,
            failed -> {
              assertThat(failed.getInvalidAddresses())
                  .extracting(Object::toString)
                  .containsExactly("bounce+1@shop.test");
              assertThat(failed.getValidSentAddresses())
                  .extracting(Object::toString)
                  .containsExactly("bob@shop.test");
            });
    assertThat(mailbox.size()).isEqualTo(1);
  }

  @Test
  void takesTheMailThenDropsTheConnection() {
    faults.behaviour =
        new SmtpBehaviour(Duration.ZERO, 0, false, Optional.of(Duration.ofMillis(10)));
    assertThatThrownBy(() -> send("right", "bob@shop.test")).isInstanceOf(MessagingException.class);
    assertThat(mailbox.size()).isEqualTo(1);
  }

  @Test
  void refusesWithACodeWhenAFaultSaysSo() {
    faults.behaviour = new SmtpBehaviour(Duration.ZERO, 421, false, Optional.empty());
    assertThatThrownBy(() -> send("right", "bob@shop.test")).hasMessageContaining("421");
    assertThat(mailbox.size()).isZero();
  }

  @Test
  void answersPipelinedCommandsInOrder() throws Exception {
    String answers =
        talk(
            """
            EHLO me
            MAIL FROM:<a@acme.test> SIZE=100
            RCPT TO:<later@shop.test>
            RCPT TO:<bob@shop.test>
            DATA
            Subject: hi

            ..dot
            .
            RSET
            NOOP
            QUIT
            """
                .replace("\n", "\r\n"));
    assertThat(answers.lines().map(line -> line.substring(0, 4)))
        .containsExactly(
            "220 ", "250-", "250-", "250-", "250-", "250-", "250-", "250 ", "250 ", "451 ", "250 ",
            "354 ", "250 ", "250 ", "250 ", "221 ");
    assertThat(mailbox.list("", 1).getFirst().content().source())
        .isEqualTo("Subject: hi\r\n\r\n.dot\r\n");
  }

  @Test
  void keepsASmuggledMessageInsideTheFirst() throws Exception {
    String answers =
        talk(
            "EHLO me\r\nMAIL FROM:<a@acme.test>\r\nRCPT TO:<bob@shop.test>\r\nDATA\r\n"
                + "one\n.\nMAIL FROM:<evil@acme.test>\r\nRCPT TO:<eve@shop.test>\r\nDATA\r\n"
                + "two\r\n.\r\nQUIT\r\n");
    assertThat(answers).endsWith("221 2.0.0 bye\r\n");
    assertThat(mailbox.size()).isEqualTo(1);
    assertThat(mailbox.list("", 1).getFirst().content().source()).contains("evil@acme.test");
  }

  @Test
  void refusesAMessageAnnouncedAsTooLarge() throws Exception {
    assertThat(talk("EHLO me\r\nMAIL FROM:<a@acme.test> SIZE=99999999\r\nQUIT\r\n"))
        .contains("552 5.3.4");
  }

  @Test
  void endsTheConversationAfterAnEndlessLine() throws Exception {
    assertThat(talk("EHLO " + "x".repeat(5_000) + "\r\n")).contains("500 5.5.6 line too long");
  }

  @Test
  void endsTheConversationAfterTooManyMistakes() throws Exception {
    assertThat(talk("WHAT\r\n".repeat(30))).contains("421 4.7.0 too many mistakes");
  }

  private String talk(String words) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void send(String password, String... to) throws MessagingException {
    Properties properties = new Properties();
    properties.put("mail.smtp.host", "127.0.0.1");
    properties.put("mail.smtp.port", Integer.toString(server.port()));
    properties.put("mail.smtp.auth", "true");
    properties.put("mail.smtp.sendpartial", "true");
    properties.put("mail.smtp.connectiontimeout", "5000");
    properties.put("mail.smtp.timeout", "5000");
    Session session =
        Session.getInstance(
            properties,
            new Authenticator() {
              @Override
              protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication("ann", password);
              }
            });
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress("billing@acme.test"));
    for (String each : to) {
      message.addRecipient(MimeMessage.RecipientType.TO, new InternetAddress(each));
    }
    message.setSubject("Prüfung", "UTF-8");
    message.setText(".dots\r\n..stay\r\n", "UTF-8");
    Transport.send(message);
  }

  /// Misbehaves as the test says.
  private static final class Scripted implements SmtpFaultSource {
    private volatile SmtpBehaviour behaviour = SmtpBehaviour.HEALTHY;

    @Override
    public SmtpBehaviour forMail() {
      return behaviour;
    }

    @Override
    public boolean refusesLogin() {
      return false;
    }
  }
}
