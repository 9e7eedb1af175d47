package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every provider of mail must do, whatever its protocol. Each provider plays its own side.
public abstract class EmailProviderContract {

  /// The provider, connected to its scripted other side.
  protected abstract EmailProvider provider();

  /// The provider, pointed at a port where nobody listens.
  protected abstract EmailProvider unreachable();

  protected abstract void willAccept();

  protected abstract void willRefuseTheRecipient();

  protected abstract void willRefuseTheKey();

  protected abstract void willLimitTheRate();

  /// A fault of the server, in the provider's own words.
  protected abstract void willFailInItsOwnWords();

  /// A fault of the server that says nothing; may or may not be known to have failed.
  protected abstract void willFailWithoutWords();

  /// Takes the message whole and answers nothing.
  protected abstract void willLoseTheAnswer();

  /// What [#willFailInItsOwnWords] means at this provider.
  protected abstract Class<?> failureInItsOwnWords();

  /// What [#willFailWithoutWords] means at this provider.
  protected abstract Class<?> failureWithoutWords();

  /// What reached the other side, one text per message.
  protected abstract List<String> received();

  public static EmailMessage message() {
    return builder().build();
  }

  public static EmailMessage.Builder builder() {
    return EmailMessage.builder("msg_01k6z3v9q8")
        .from(new EmailAddress("Grüße \"Co\"", "hello@mail.example.org"))
        .to(new EmailAddress("Ada Lovelace", "ada@example.net"))
        .subject("Your receipt – 12 €")
        .text("Thank you.\n.\nA line of one dot stands above.\n")
        .html("<p>Thank you.</p>")
        .header("X-Order", "42")
        .tag("receipt")
        .metadata("order", "ord_42");
  }

  @Test
  void isAcceptedWithTheProvidersId() {
    willAccept();
    Outcome<Sent> outcome = provider().send(message(), "key-1");
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    assertThat(((Outcome.Accepted<Sent>) outcome).value().providerMessageId()).isNotBlank();
    assertThat(received()).hasSize(1);
    assertThat(received().getFirst()).contains("msg_01k6z3v9q8");
  }

  @Test
  void tellsARefusedRecipient() {
    willRefuseTheRecipient();
    assertThat(provider().send(message(), "key-1")).isInstanceOf(Outcome.RefusedRecipient.class);
  }

  @Test
  void tellsABadKey() {
    willRefuseTheKey();
    assertThat(provider().send(message(), "key-1")).isInstanceOf(Outcome.ConnectionBroken.class);
  }

  @Test
  void tellsARateLimit() {
    willLimitTheRate();
    assertThat(provider().send(message(), "key-1"))
        .isInstanceOfSatisfying(
            Outcome.Passing.class, passing -> assertThat(passing.of()).isEqualTo(rateLimit()));
  }

  /// What a limit of the rate is one of; SMTP has no word for it.
  protected Outcome.Passing.Of rateLimit() {
    return Outcome.Passing.Of.LIMIT;
  }

  @Test
  void classesAServerErrorInTheProvidersOwnWords() {
    willFailInItsOwnWords();
    assertThat(provider().send(message(), "key-1")).isInstanceOf(failureInItsOwnWords());
  }

  @Test
  void classesAServerErrorWithoutWords() {
    willFailWithoutWords();
    assertThat(provider().send(message(), "key-1")).isInstanceOf(failureWithoutWords());
  }

  @Test
  void knowsThatARefusedConnectionSentNothing() {
    try (EmailProvider unreachable = unreachable()) {
      assertThat(unreachable.send(message(), "key-1")).isInstanceOf(Outcome.Passing.class);
    }
  }

  @Test
  void doesNotKnowWhatALostAnswerMeant() {
    willLoseTheAnswer();
    assertThat(provider().send(message(), "key-1")).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void sendsTheSameBytesOnARepeat() {
    willAccept();
    willAccept();
    provider().send(message(), "key-1");
    provider().send(message(), "key-1");
    assertThat(received()).hasSize(2);
    assertThat(received().get(1)).isEqualTo(received().get(0));
  }

  /// SMTP alone knows no streams, and so carries them all.
  protected boolean carriesAnyStream() {
    return false;
  }

  /// Another connection may carry it, so it is no fault of the message.
  @Test
  void leavesAStreamThatIsNotMappedToOtherConnections() {
    assertThat(provider().carries("outbound")).isTrue();
    assertThat(provider().carries("news")).isEqualTo(carriesAnyStream());
    if (carriesAnyStream()) {
      return;
    }
    assertThat(provider().send(builder().stream("news").build(), "key-1"))
        .isInstanceOfSatisfying(
            Outcome.ConnectionBroken.class,
            broken -> {
              assertThat(broken.reach()).isEqualTo(Outcome.ConnectionBroken.Reach.SENDER);
              assertThat(broken.detail().message()).contains("'news' is not mapped");
            });
    assertThat(received()).isEmpty();
  }

  @Test
  void refusesAKeyThatWouldBreakAHeader() {
    assertThatThrownBy(() -> provider().send(message(), "key\r\nBcc: eve@example.net"))
        .isInstanceOf(InvalidEmailException.class)
        .hasMessageContaining("idempotency_key");
    assertThat(received()).isEmpty();
  }

  @Test
  void refusesHeaderInjectionBeforeAnythingIsSent() {
    assertThatThrownBy(() -> builder().subject("Hi\r\nBcc: eve@example.net").build())
        .isInstanceOf(InvalidEmailException.class)
        .hasMessageContaining("subject");
    assertThatThrownBy(() -> builder().header("X-A", "1\nBcc: eve@example.net").build())
        .isInstanceOf(InvalidEmailException.class);
    assertThatThrownBy(() -> new EmailAddress("Eve\r\nBcc: x@example.net", "a@example.net"))
        .isInstanceOf(InvalidEmailException.class);
    assertThat(received()).isEmpty();
  }
}
