package dev.tenon.sandbox.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final Mailbox mailbox = new Mailbox(InstantSource.fixed(Instant.EPOCH), 3);

  @Test
  void forgetsTheOldestPastItsBound() {
    for (int i = 1; i <= 5; i++) {
      add("number " + i, "");
    }
    assertThat(mailbox.list("", 10))
        .extracting(mail -> mail.content().subject())
        .containsExactly("number 5", "number 4", "number 3");
    assertThat(mailbox.find("mail_00000001")).isEmpty();
  }

  @Test
  void forgetsWhenTheMailsTogetherAreTooHeavy() {
    String heavy = "x".repeat((int) (Mailbox.WEIGHT_MAX / 2));
    add("one", heavy);
    add("two", heavy);
    assertThat(mailbox.list("", 10))
        .extracting(mail -> mail.content().subject())
        .containsExactly("two");
  }

  @Test
  void findsEveryWordOfAQueryInAnyPlace() {
    add("Receipt for May", "");
    assertThat(mailbox.list("may ANN msg_1", 10)).hasSize(1);
    assertThat(mailbox.list("may nobody", 10)).isEmpty();
  }

  @Test
  void answersWithNothingWhenTheWaitIsOver() throws Exception {
    Mail mail = add("one", "");
    assertThat(mailbox.await(mail.id(), "", 10, Duration.ofMillis(5))).isEmpty();
    assertThat(mailbox.await("", "", 10, Duration.ZERO)).hasSize(1);
    assertThatThrownBy(() -> mailbox.await("mail_x", "", 10, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverUsesAnIdTwice() {
    Mail first = add("one", "");
    mailbox.clear();
    assertThat(add("two", "").id()).isGreaterThan(first.id());
  }

  private Mail add(String subject, String text) {
    return mailbox.add(
        Carrier.POSTMARK,
        "id-of-" + subject,
        Fate.DELIVERED,
        new MailContent(
            "billing@acme.test",
            List.of("ann@shop.test"),
            List.of(),
            List.of(),
            List.of(),
            subject,
            "",
            text,
            List.of(),
            List.of(),
            "outbound",
            List.of(),
            Map.of("message_id", "msg_1"),
            ""));
  }
}
