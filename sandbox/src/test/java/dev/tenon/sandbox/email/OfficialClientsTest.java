package dev.tenon.sandbox.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenon.sandbox.NodePackages;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Mail;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The clients that the providers publish, and nodemailer, know nothing of this sandbox: what they
/// accept as their provider is close enough to it.
class OfficialClientsTest {
  private final EmailSandbox email =
      new EmailSandbox(
          InstantSource.system(), 0, new ResendSettings(1_000, Duration.ofMillis(200)));
  private final Sandbox sandbox =
      Sandbox.start(email.simulators(), SandboxSettings.defaults(InstantSource.system()));

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void speaksWithPostmarksClient() throws Exception {
    NodePackages.install("email").run("postmark.mjs", sandbox.url("postmark").toString());
    Mail first = email.mailbox().list("msg_1", 500).getLast();
    assertThat(first.carrier()).isEqualTo(Carrier.POSTMARK);
    assertThat(first.content().metadata()).containsEntry("message_id", "msg_1");
    assertThat(first.content().attachments().getFirst().sizeBytes()).isEqualTo(5);
  }

  @Test
  void speaksWithResendsClient() throws Exception {
    NodePackages.install("email").run("resend.mjs", sandbox.url("resend").toString());
    Mail first = email.mailbox().list("message_id=msg_1", 500).getLast();
    assertThat(first.content().replyTo()).containsExactly("help@acme.test");
    assertThat(first.content().attachments().getFirst().sizeBytes()).isEqualTo(5);
    assertThat(email.mailbox().list("bounced", 1).getFirst().fate()).isEqualTo(Fate.BOUNCED);
  }

  @Test
  void speaksWithSendGridsClient() throws Exception {
    NodePackages.install("email").run("sendgrid.mjs", sandbox.url("sendgrid").toString());
    assertThat(email.mailbox().list("dry", 1)).as("sandbox mode sends nothing").isEmpty();
    assertThat(email.mailbox().list("many", 9)).hasSize(2);
    assertThat(email.mailbox().list("later", 1).getFirst().fate()).isEqualTo(Fate.SCHEDULED);
    Mail first = email.mailbox().list("msg_1", 500).getLast();
    assertThat(first.carrier()).isEqualTo(Carrier.SENDGRID);
    assertThat(first.content().from()).isEqualTo("Acme <billing@acme.test>");
    assertThat(first.content().replyTo()).containsExactly("help@acme.test");
    assertThat(first.content().tags()).containsExactly("receipt");
    assertThat(first.content().metadata()).containsEntry("message_id", "msg_1");
    assertThat(first.content().attachments().getFirst().sizeBytes()).isEqualTo(5);
  }

  @Test
  void speaksWithTheClientOfSes() throws Exception {
    NodePackages.install("email")
        .run("ses.mjs", sandbox.url("ses").toString(), SesSimulator.SECRET_KEY);
    assertThat(email.mailbox().list("bounce+label", 1).getFirst().fate()).isEqualTo(Fate.BOUNCED);
    assertThat(email.mailbox().list("raw@shop.test", 1).getFirst().content().subject())
        .isEqualTo("Raw");
    Mail first = email.mailbox().list("msg_1", 500).getLast();
    assertThat(first.carrier()).isEqualTo(Carrier.SES);
    assertThat(first.content().replyTo()).containsExactly("help@acme.test");
    assertThat(first.content().metadata()).containsEntry("message_id", "msg_1");
    assertThat(first.content().stream()).isEqualTo("transactional");
    assertThat(first.content().attachments().getFirst().sizeBytes()).isEqualTo(5);
  }

  @Test
  void speaksWithMailgunsClient() throws Exception {
    NodePackages.install("email").run("mailgun.mjs", sandbox.url("mailgun").toString());
    assertThat(email.mailbox().list("dry", 1)).as("test mode delivers nothing").isEmpty();
    assertThat(email.mailbox().list("later", 1).getFirst().fate()).isEqualTo(Fate.SCHEDULED);
    Mail first = email.mailbox().list("msg_1", 500).getLast();
    assertThat(first.carrier()).isEqualTo(Carrier.MAILGUN);
    assertThat(first.content().to()).containsExactly("Ann <ann@shop.test>", "bob@shop.test");
    assertThat(first.content().subject()).isEqualTo("Your receipt – 12 €");
    assertThat(first.content().text()).isEqualTo("Thank you\r\nfor 12 €");
    assertThat(first.content().replyTo()).containsExactly("help@acme.test");
    assertThat(first.content().tags()).containsExactly("receipt", "shop");
    assertThat(first.content().metadata()).containsEntry("message_id", "msg_1");
    assertThat(first.content().attachments())
        .extracting(AttachedFile::name, AttachedFile::sizeBytes, AttachedFile::contentId)
        .containsExactly(tuple("ä \"1\".txt", 5L, ""), tuple("logo.png", 3L, "logo.png"));
  }

  @Test
  void speaksWithNodemailer() throws Exception {
    NodePackages.install("email").run("smtp.mjs", Integer.toString(email.smtpPort()));
    Mail mail = email.mailbox().list("ann@shop.test", 1).getFirst();
    assertThat(mail.content().subject()).isEqualTo("Grüße aus Köln – Ihre Quittung");
    assertThat(mail.content().text().replace("\r\n", "\n").strip())
        .isEqualTo(".a line that starts with a dot\n..two dots\n.\nend");
    assertThat(mail.content().html()).isEqualTo("<p>Grüße</p>");
    assertThat(mail.content().bcc()).containsExactly("audit@acme.test");
    assertThat(mail.content().attachments().getFirst().name()).isEqualTo("Rechnung ä.txt");
  }
}
