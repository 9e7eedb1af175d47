package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first walk of a newcomer, on the whole program: pay on the sandbox's checkout, and the mail
/// arrives; break the default email provider, and the fallback sends.
class WalkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private WholeProgram program;

  @BeforeEach
  void start() {
    program = new WholeProgram(folder);
  }

  @AfterEach
  void stop() {
    program.close();
  }

  @Test
  void payingConfirmsByMailOnce() throws Exception {
    pay();

    Mail mail = onlyMail();
    assertThat(mail.carrier()).isEqualTo(Carrier.POSTMARK);
    assertThat(mail.content().subject()).contains("Pro");
    assertThat(program.rows("select state from subscription")).containsExactly("active");
    assertThat(program.rows("select state || ' ' || amount || ' ' || currency from payment"))
        .containsExactly("succeeded 2900 eur");
    assertThat(program.rows("select type from event"))
        .contains("customer.created", "subscription.activated", "payment.succeeded");
  }

  @Test
  void theFallbackSendsWhenTheDefaultProviderIsDown() throws Exception {
    program.sandbox.faults("postmark").set(List.of(Fault.status(503)));

    pay();

    assertThat(onlyMail().carrier()).isEqualTo(Carrier.RESEND);
    assertThat(program.rows("select provider || ' ' || outcome from attempt order by number"))
        .containsExactly("postmark passing", "resend accepted");
  }

  @Test
  void aBrokenKeyFallsBackToo() throws Exception {
    program.sandbox.faults("postmark").set(List.of(Fault.status(401)));

    pay();

    assertThat(onlyMail().carrier()).isEqualTo(Carrier.RESEND);
    assertThat(program.rows("select outcome from attempt order by number"))
        .containsExactly("connection_broken", "accepted");
  }

  @Test
  void duplicatedAndReorderedWebhooksChangeNothing() throws Exception {
    program
        .sandbox
        .faults("stripe")
        .set(List.of(Fault.duplicateWebhooks(), Fault.reorderWebhooks()));

    pay();

    assertThat(onlyMail().carrier()).isEqualTo(Carrier.POSTMARK);
    assertThat(program.rows("select state from subscription")).containsExactly("active");
    assertThat(program.rows("select state from payment")).containsExactly("succeeded");
  }

  private void pay() {
    String session =
        program.seeded.checkoutUrl().substring(program.seeded.checkoutUrl().lastIndexOf('/') + 1);
    program.stripe.pay(session);
  }

  /// Waits for the mail, then until every webhook is delivered and every job has ended.
  private Mail onlyMail() throws InterruptedException {
    List<Mail> mails = program.email.mailbox().await("0", "", 10, PATIENCE);
    assertThat(mails).hasSize(1);
    boolean idle = program.sandbox.webhooks("stripe").awaitIdle(PATIENCE);
    assertThat(idle).isTrue();
    program.tenon().close();
    assertThat(program.email.mailbox().list("", 10)).hasSize(1);
    return mails.getFirst();
  }
}
