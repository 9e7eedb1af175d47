package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmailServiceTest {
  private static final Detail DETAIL = new Detail(503, "", "down", "");

  private Instant now = Instant.parse("2026-11-24T02:00:00Z");
  private final Provider resend =
      new Provider("resend", new Settling.RepeatWithSameKey(Duration.ofHours(24)));
  private final Provider postmark = new Provider("postmark", new Settling.LookUp());
  private final EmailService service =
      EmailService.withDefault(postmark, new Clock())
          .fallback(2, new Provider("smtp", new Settling.None()))
          .fallback(1, resend)
          .pause(wait -> now = now.plus(wait))
          .build();

  private static EmailMessage message() {
    return EmailProviderContract.message();
  }

  @Test
  void sendsThroughTheDefault() {
    EmailService.Delivery delivery = service.send(message());
    assertThat(delivery.isSent()).isTrue();
    assertThat(postmark.keys).containsExactly("msg_01k6z3v9q8");
    assertThat(resend.keys).isEmpty();
  }

  @Test
  void fallsBackInOrderOfPriority() {
    postmark.script.add(new Outcome.Passing<>(Duration.ZERO, DETAIL));
    EmailService.Delivery delivery = service.send(message());
    assertThat(delivery.decision())
        .isInstanceOfSatisfying(
            Decision.Done.class, done -> assertThat(done.connection()).isEqualTo("resend"));
    assertThat(delivery.attempts()).hasSize(2);
  }

  @Test
  void settlesALostAnswerByTheSameKeyAndNoOtherProvider() {
    resend.script.add(new Outcome.Unknown<>(DETAIL));
    EmailService.Delivery delivery = service.send(message(), "resend");
    assertThat(delivery.isSent()).isTrue();
    assertThat(resend.keys).containsExactly("msg_01k6z3v9q8", "msg_01k6z3v9q8");
    assertThat(postmark.keys).isEmpty();
  }

  @Test
  void looksALostMessageUpBeforeAnythingElse() {
    postmark.script.add(new Outcome.Unknown<>(DETAIL));
    EmailService.Delivery delivery = service.send(message());
    assertThat(delivery.isSent()).isTrue();
    assertThat(postmark.keys).hasSize(1);
    assertThat(postmark.looks).isEqualTo(1);
    assertThat(resend.keys).isEmpty();
  }

  @Test
  void usesANamedProviderAlone() {
    postmark.script.add(new Outcome.RefusedRequest<>(DETAIL));
    assertThat(service.send(message(), "postmark").decision()).isInstanceOf(Decision.Fail.class);
    assertThat(resend.keys).isEmpty();
  }

  @Test
  void goesThroughWhoCarriesTheStream() {
    postmark.streams.add("outbound");
    resend.streams.addAll(List.of("outbound", "news"));
    EmailMessage news = EmailProviderContract.builder().stream("news").build();

    assertThat(service.send(news).decision())
        .isInstanceOfSatisfying(
            Decision.Done.class, done -> assertThat(done.connection()).isEqualTo("resend"));
    assertThat(postmark.keys).isEmpty();
    assertThat(service.send(news, "postmark").decision())
        .isInstanceOfSatisfying(
            Decision.Fail.class, fail -> assertThat(fail.reason()).contains("stream 'news'"));
  }

  @Test
  void refusesAProviderThatIsNotConfigured() {
    assertThatThrownBy(() -> service.send(message(), "sendgrid"))
        .isInstanceOf(NoSuchEmailProviderException.class)
        .hasMessageContaining("'sendgrid' is not configured")
        .hasMessageContaining("postmark, resend, smtp");
  }

  @Test
  void sparesAProviderThatKeepsFailingUntilItRecovers() {
    for (int i = 0; i < 5; i++) {
      postmark.script.add(new Outcome.Passing<>(Duration.ZERO, DETAIL));
      service.send(message());
    }
    assertThat(postmark.keys).hasSize(5);
    service.send(message());
    assertThat(postmark.keys).hasSize(5);
    now = now.plusSeconds(61);
    service.send(message());
    assertThat(postmark.keys).hasSize(6);
  }

  @Test
  void handsTheMessageBackWhenItWouldWaitTooLongAndGoesOnLater() {
    postmark.script.add(new Outcome.Passing<>(Duration.ofHours(1), DETAIL));
    EmailService.Delivery delivery = service.send(message(), "postmark");
    assertThat(delivery.decision()).isInstanceOf(Decision.RetryLater.class);
    now = now.plus(Duration.ofHours(1));
    assertThat(service.resume(message(), delivery).isSent()).isTrue();
    assertThat(resend.keys).isEmpty();
  }

  private final class Clock implements InstantSource {
    @Override
    public Instant instant() {
      return now;
    }
  }

  /// Answers by script, and accepts when the script has ended.
  private static final class Provider implements EmailProvider {
    final Deque<Outcome<Sent>> script = new ArrayDeque<>();
    final List<String> keys = new ArrayList<>();
    final List<String> streams = new ArrayList<>();
    int looks;
    private final String name;
    private final Settling settling;

    Provider(String name, Settling settling) {
      this.name = name;
      this.settling = settling;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean carries(String stream) {
      return streams.isEmpty() || streams.contains(stream);
    }

    @Override
    public Settling settling() {
      return settling;
    }

    @Override
    public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
      keys.add(idempotencyKey);
      return script.isEmpty()
          ? new Outcome.Accepted<>(new Sent("id-" + keys.size()), DETAIL)
          : script.removeFirst();
    }

    @Override
    public LookedUp lookUp(EmailMessage message) {
      looks++;
      return new LookedUp.Found(new Sent("found"), DETAIL);
    }
  }
}
