package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Files on the way of a message: stored with it, the same at every provider, bounded in memory.
class MailFilesTest extends MailBed {

  @Test
  void everyProviderIsGivenTheSameFilesAlsoWhenResent() {
    first.answer = ScriptedProvider.passing();
    var made = queue(file("a.txt", "", "hello".getBytes(StandardCharsets.UTF_8)), picture());

    runAll();
    resend(made);
    first.answer = ScriptedProvider.accepted();
    now.set(now.get().plusSeconds(600));
    runAll();

    assertThat(first.given).hasSize(2);
    assertThat(second.given).hasSize(1);
    for (EmailMessage given :
        List.of(first.given.get(0), first.given.get(1), second.given.get(0))) {
      assertThat(given.attachments())
          .extracting(Attachment::toString)
          .containsExactly("a.txt (text/plain, 5 bytes)", "logo.png (image/png, 3 bytes)");
      assertThat(given.attachments().get(0).content()).asString().isEqualTo("hello");
      assertThat(given.attachments().get(1).contentId()).isEqualTo("logo");
    }
  }

  @Test
  void aMailOfAnOlderVersionHasNone() {
    byte[] old =
        """
        {"from": {"name": "", "address": "a@b.example"}, "to": [{"name": "", "address": "c@d.example"}],
         "cc": [], "bcc": [], "replyTo": [], "subject": "s", "html": "", "text": "t",
         "stream": "outbound", "tag": "", "metadata": {}}"""
            .getBytes(StandardCharsets.UTF_8);
    assertThat(((StoredMail) MailContent.read(old)).toMessage("msg_1").attachments()).isEmpty();
  }

  @Test
  void onlySoManyLongMailsAreInMemoryAtOnce() throws Exception {
    byte[] noise = new byte[7_000_000];
    new Random(7).nextBytes(noise);
    for (int i = 0; i < 5; i++) {
      queue(file("a.pdf", "", noise));
    }
    var two = new CountDownLatch(2);
    var under = new AtomicInteger();
    var most = new AtomicInteger();
    first.during =
        () -> {
          int now = under.incrementAndGet();
          most.accumulateAndGet(now, Math::max);
          two.countDown();
          try {
            assertThat(two.await(30, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            under.decrementAndGet();
          }
        };

    runAll();

    assertThat(rows("select distinct state from tenon.message")).containsExactly("sent");
    assertThat(most.get()).isEqualTo(2);
    assertThat(
            first.given.stream()
                .map(one -> one.attachments().getFirst().content())
                .filter(content -> Arrays.equals(content, noise)))
        .hasSize(5);
  }

  private static MailFile file(String name, String contentId, byte[] content) {
    return new MailFile(
        name,
        name.endsWith("txt")
            ? "text/plain"
            : name.endsWith("png") ? "image/png" : "application/pdf",
        contentId,
        Base64.getEncoder().encodeToString(content));
  }

  private static MailFile picture() {
    return file("logo.png", "logo", new byte[] {1, 2, 3});
  }

  private UUID queue(MailFile... files) {
    return db.asTenant(
        tenant,
        tx ->
            messages.send(
                tx,
                new MailRequest(
                    null,
                    null,
                    List.of(EmailAddress.of("ada@example.org")),
                    List.of(),
                    List.of(),
                    List.of(),
                    new MailRequest.Content.Parts("s", "<img src=\"cid:logo\">", "t"),
                    "outbound",
                    "at_most_once",
                    null,
                    MailExtras.NONE,
                    MailPriority.NORMAL,
                    null,
                    List.of(files))));
  }
}
