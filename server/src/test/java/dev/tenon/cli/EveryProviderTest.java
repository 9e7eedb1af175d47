package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `dev` starts sends through each of its providers when it is told to.
@SuppressWarnings("NullAway.Init")
class EveryProviderTest {
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
  void sendsThroughTheOneThatIsNamed() throws Exception {
    for (Carrier carrier : Carrier.values()) {
      String message = send(carrier.id());
      Mail mail = await(carrier.id());
      assertThat(mail.carrier()).isEqualTo(carrier);
      assertThat(program.rows("select count(*) from message where state = 'failed'"))
          .containsExactly("0");
      assertThat(mail.content().source() + mail.content().metadata() + mail.content().headers())
          .as("%s carries the id of the message", carrier)
          .contains(message);
    }
    assertThat(program.email.mailbox().size()).isEqualTo(Carrier.values().length);
  }

  /// Nothing tells whether SendGrid and SES have it, so it is neither repeated nor given to
  /// another.
  @Test
  void leavesAMailUncertainWhereNobodyCanBeAsked() throws Exception {
    for (String provider : List.of("sendgrid", "ses")) {
      program
          .sandbox
          .faults(provider)
          .set(List.of(Fault.timeOutAfterAccepting(Duration.ofMillis(10)).times(1)));
      send(provider);
      await(provider);
    }
    program.tenon().close();
    assertThat(program.rows("select provider || ' ' || outcome from attempt order by provider"))
        .containsExactly("sendgrid unknown", "ses unknown");
    assertThat(program.rows("select state from message")).containsOnly("uncertain");
    assertThat(program.email.mailbox().size()).isEqualTo(2);
  }

  private Mail await(String subject) throws InterruptedException {
    List<Mail> mails = program.email.mailbox().await("", subject, 1, WholeProgram.PATIENCE);
    assertThat(mails).as("through %s", subject).hasSize(1);
    return mails.getFirst();
  }

  /// A message with the provider's name as its subject; answers its id.
  private String send(String provider) throws Exception {
    HttpResponse<String> answer =
        program.call(
            "POST",
            "/v1/tenants/" + program.tenant() + "/messages",
            program.seeded.apiKey().reveal(),
            """
            {"to": "ada@customer.test", "subject": "through-%s", "text": "Hello",
             "provider": "%s"}"""
                .formatted(provider, provider));
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    JsonNode message = JsonMapper.shared().readTree(answer.body());
    return message.path("id").asString("");
  }
}
