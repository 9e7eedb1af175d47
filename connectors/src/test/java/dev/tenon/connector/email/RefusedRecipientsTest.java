package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusedRecipientsTest {
  private final Deque<Outcome<Sent>> script = new ArrayDeque<>();
  private final List<EmailMessage> given = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();

  private final EmailProvider provider =
      new EmailProvider() {
        @Override
        public String name() {
          return "scripted";
        }

        @Override
        public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
          given.add(message);
          keys.add(idempotencyKey);
          return script.isEmpty()
              ? new Outcome.Accepted<>(new Sent("id"), Detail.none("OK"))
              : script.removeFirst();
        }

        @Override
        public Settling settling() {
          return new Settling.None();
        }
      };

  /// To ada; cc ada again, bob and cleo; bcc dan.
  private static EmailMessage message() {
    return EmailProviderContract.builder()
        .cc(
            EmailAddress.of("ada@example.net"),
            EmailAddress.of("Bob@Example.net"),
            EmailAddress.of("cleo@example.net"))
        .bcc(EmailAddress.of("dan@example.net"))
        .build();
  }

  private static Outcome<Sent> refusal(String code, String words) {
    return new Outcome.RefusedRecipient<>(new Detail(400, code, words, ""));
  }

  private Outcome<Sent> send(EmailMessage message) {
    return RefusedRecipients.send(provider, message, "key");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "personalizations.0.cc.0.email | Does not contain a valid address. | bob@example.net",
        "personalizations.0.cc.1 | Does not contain a valid address. | cleo@example.net",
        "300 | Invalid 'Cc' address: 'BOB@example.net'. | bob@example.net",
        "'' | Illegal address <dan@example.net> | dan@example.net",
        "'' | 'bcc' parameter is not a valid address. please check documentation | dan@example.net",
        "validation_error | Invalid `to` field. | ada@example.net",
      })
  void sendsToTheOthersWhenOneIsRefusedByName(String code, String words, String refused) {
    script.add(refusal(code, words));
    Outcome<Sent> outcome = send(message());
    if (refused.equals("ada@example.net")) {
      // Nobody is left in `to`: it is nobody's mail.
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Outcome.RefusedRecipient.class,
              one -> assertThat((Object) one.recipients()).isEqualTo(List.of(refused)));
      assertThat(given).hasSize(1);
      return;
    }
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            one -> {
              assertThat(((Sent) one.value()).refusedRecipients()).containsExactly(refused);
              assertThat(((Sent) one.value()).gone()).isEmpty();
            });
    assertThat(given).hasSize(2);
    EmailMessage rest = given.getLast();
    List<String> all =
        java.util.stream.Stream.of(rest.to(), rest.cc(), rest.bcc())
            .flatMap(List::stream)
            .map(one -> one.address().toLowerCase(java.util.Locale.ROOT))
            .distinct()
            .toList();
    assertThat(all).hasSize(3).doesNotContain(refused);
    assertThat(rest.html()).isEqualTo(message().html());
    assertThat(rest.metadata()).isEqualTo(message().metadata());
    assertThat(rest.headers()).isEqualTo(message().headers());
  }

  @Test
  void leavesOutOneAfterTheOtherAndKeepsWhoIsGone() {
    script.add(new Outcome.RefusedRecipient<>(Detail.none("x"), List.of("BOB@example.net"), true));
    script.add(refusal("personalizations.0.cc.0.email", "bad"));
    assertThat(send(message()))
        .isInstanceOfSatisfying(
            Outcome.Accepted.class,
            one -> {
              assertThat(((Sent) one.value()).refusedRecipients())
                  .containsExactly("bob@example.net", "cleo@example.net");
              assertThat(((Sent) one.value()).gone()).containsExactly("bob@example.net");
            });
  }

  /// Nobody is called refused who may not be, and nothing was sent to anybody.
  @Test
  void refusesTheRequestWhereTheProviderDoesNotSayWhoOfSeveral() {
    for (String words :
        List.of(
            "Invalid `cc` field.", "Illegal address", "Illegal address 'xada@example.net.uk'")) {
      script.add(refusal("", words));
      assertThat(send(message()))
          .isInstanceOfSatisfying(
              Outcome.RefusedRequest.class,
              one -> assertThat(one.detail().message()).contains("without saying which", words));
    }
    assertThat(given).hasSize(3);
  }

  @Test
  void theOnlyRecipientIsTheOneWhateverIsSaid() {
    script.add(refusal("", "no"));
    assertThat(send(EmailProviderContract.message()))
        .isInstanceOfSatisfying(
            Outcome.RefusedRecipient.class,
            one -> assertThat((Object) one.recipients()).isEqualTo(List.of("ada@example.net")));
  }

  @Test
  void saysWhatBecameOfTheSecondCall() {
    script.add(refusal("", "'bcc' parameter is not a valid address"));
    script.add(new Outcome.Unknown<>(Detail.none("lost")));
    assertThat(send(message())).isInstanceOf(Outcome.Unknown.class);
    script.add(refusal("", "'bcc' parameter is not a valid address"));
    script.add(new Outcome.Passing<>(Duration.ZERO, Detail.none("down")));
    assertThat(send(message())).isInstanceOf(Outcome.Passing.class);
  }

  /// A provider that goes on refusing whoever was left out already must not be asked for ever.
  @Test
  void endsWithAProviderThatRefusesTheSameAgain() {
    for (int i = 0; i < 20; i++) {
      script.add(
          new Outcome.RefusedRecipient<>(Detail.none("x"), List.of("bob@example.net"), true));
    }
    assertThat(send(message())).isInstanceOf(Outcome.RefusedRequest.class);
    assertThat(given).hasSize(2);
  }

  /// Other bytes under the same key are refused, and a repeat of the whole has to come to the same
  /// calls.
  @Test
  void givesEachFurtherCallAKeyOfItsOwn() {
    for (int i = 0; i < 2; i++) {
      script.add(refusal("", "'bcc' parameter is not a valid address"));
      script.add(refusal("", "Illegal address 'bob@example.net'"));
      assertThat(send(message())).isInstanceOf(Outcome.Accepted.class);
    }
    assertThat(keys).containsExactly("key", "key.2", "key.3", "key", "key.2", "key.3");
  }
}
