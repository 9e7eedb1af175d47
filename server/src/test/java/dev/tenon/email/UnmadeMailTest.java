package dev.tenon.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.template.Seen;
import dev.tenon.template.TemplateParts;
import dev.tenon.template.Templates;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Mails that follow from facts are made, wait, or fail in sight; none is lost.
class UnmadeMailTest extends MailBed {

  private void follow(String name, String address, @Nullable String onceKey) {
    Map<String, Object> data = new HashMap<>();
    data.put("customer_name", name);
    data.put("plan", "Pro");
    data.put("amount", "12 €");
    data.put("period_end", "1 December");
    db.useTenant(
        tenant,
        tx ->
            messages.queue(
                tx,
                List.of(
                    new TemplateMail(
                        onceKey,
                        "subscription-confirmation",
                        name,
                        address,
                        data,
                        null,
                        "sub_1"))));
  }

  @Test
  void isMadeWithTheVersionThatItWasAcceptedWith() {
    var templates = new Templates(EmailTemplates.builtIn(), new Signal(), now::get);
    publish(templates, "One for {{customer_name}}");
    execute("delete from tenon.sender");
    follow("Ada", "ada@customer.test", "once");
    publish(templates, "Two for {{customer_name}}");
    execute(
        "insert into tenon.sender values ('%s', 'new@acme.test', 'Acme', 'Acme', true, now())"
            .formatted(tenant.uuid()));
    later(Duration.ofMinutes(2));
    runAll();
    assertThat(first.given.getFirst().subject()).isEqualTo("One for Ada");
  }

  private void publish(Templates templates, String subject) {
    db.useTenant(
        tenant,
        tx -> {
          String name = "subscription-confirmation";
          var parts = new TemplateParts(subject, "", "<p>{{plan}}</p>", "{{plan}}");
          var _ = templates.putDraft(tx, name, "en", parts, new Seen.Anything());
          var _ = templates.publish(tx, name, List.of(), "", "a test", new Seen.Anything());
        });
  }

  @Test
  void waitsForASenderAndGoesOutOnceThereIsOne() {
    execute("delete from tenon.sender");
    follow("Ada", "ada@customer.test", "once");
    follow("Ada", "ada@customer.test", "once");
    assertThat(rows("select state || ': ' || reason from tenon.message"))
        .containsExactly("queued: no default sender is set for this tenant or the platform");
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("queued");
    assertThat(first.given).isEmpty();

    execute(
        "insert into tenon.sender values ('%s', 'new@acme.test', 'Acme', 'Acme', true, now())"
            .formatted(tenant.uuid()));
    later(Duration.ofMinutes(2));
    runAll();

    assertThat(rows("select state || ' ' || sender || ' ' || recipient from tenon.message"))
        .containsExactly("sent new@acme.test ada@customer.test");
    assertThat(first.given.getFirst().text()).contains("Acme");
    assertThat(first.given.getFirst().subject())
        .isEqualTo(rows("select subject from tenon.message").getFirst());
  }

  @Test
  void failsInSightAfterADayWithoutASenderAndCanBeSentAgain() {
    execute("delete from tenon.sender");
    follow("Ada", "ada@customer.test", null);
    later(Duration.ofHours(25));
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("failed");
    assertThat(rows("select type from tenon.event")).containsExactly("message.failed");

    UUID id = UUID.fromString(rows("select id::text from tenon.message").getFirst());
    execute(
        "insert into tenon.sender values ('%s', 'new@acme.test', 'Acme', 'Acme', true, now())"
            .formatted(tenant.uuid()));
    assertThat(resend(id)).isPresent();
    runAll();
    assertThat(first.given).hasSize(1);
  }

  @Test
  void storesWhatNobodyCanSendAsFailedWithItsReasonAndEvent() {
    follow("Ada", "jürgen@customer.test", null);
    assertThat(rows("select state || ' ' || recipient from tenon.message"))
        .containsExactly("failed jürgen@customer.test");
    assertThat(rows("select reason from tenon.message").getFirst())
        .contains("can't be made", "must be like name@example.org");
    assertThat(rows("select type || ' ' || (payload->>'state') from tenon.event"))
        .containsExactly("message.failed failed");
    assertThat(rows("select 1 from tenon.waiting_job")).isEmpty();
    assertThat(rows("select 1 from tenon.message_content")).hasSize(1);
  }

  @Test
  void storesAMailWithoutItsVariablesAsFailed() {
    db.useTenant(
        tenant,
        tx ->
            messages.queue(
                tx,
                List.of(
                    new TemplateMail(
                        null,
                        "no-such-template",
                        "Ada",
                        "ada@customer.test",
                        Map.of(),
                        null,
                        null))));
    assertThat(rows("select state || ' ' || template from tenon.message"))
        .containsExactly("failed no-such-template");
  }

  @Test
  void cleansAndCutsNamesRatherThanLosingTheirMail() {
    follow("Ada\r\nBcc: eve@evil.test " + "x".repeat(480), "ada@bücher.example", null);
    runAll();
    assertThat(rows("select state from tenon.message")).containsExactly("sent");
    assertThat(first.given.getFirst().to().getFirst().name())
        .startsWith("Ada  Bcc")
        .hasSizeLessThanOrEqualTo(200);
    assertThat(first.given.getFirst().to().getFirst().address())
        .isEqualTo("ada@xn--bcher-kva.example");
  }
}
