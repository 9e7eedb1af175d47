package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.http.HttpResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailMessageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ada",
        "ada@",
        "@example.net",
        "ada@localhost",
        "ada @example.net",
        "a..b@example.net",
        ".a@example.net",
        "ada@-example.net",
        "ada@example..net",
        "ada@[127.0.0.1]",
        "ada@example.net, eve@example.net",
        "<ada@example.net>",
        "ädå@example.net"
      })
  void refusesWhatIsNoAddress(String address) {
    assertThatThrownBy(() -> EmailAddress.of(address)).isInstanceOf(InvalidEmailException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ada@example.net", "ada+tag@mail.example.co.uk", "o'hara@x.xn--p1ai", "a@1x.org"})
  void takesOrdinaryAddresses(String address) {
    assertThatCode(() -> EmailAddress.of(address)).doesNotThrowAnyException();
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong("subject", builder -> builder.subject(" ")),
        wrong("subject", builder -> builder.subject("x".repeat(501))),
        wrong("subject", builder -> builder.subject("a\u2028b")),
        wrong("text", builder -> builder.text("").html("")),
        wrong("headers.Bcc", builder -> builder.header("Bcc", "x")),
        wrong("headers.message-id", builder -> builder.header("message-id", "x")),
        wrong("headers.Resent-To", builder -> builder.header("Resent-To", "x@y.test")),
        wrong("headers.Content-Language", builder -> builder.header("Content-Language", "x")),
        wrong("headers.x-ses-tenant", builder -> builder.header("x-ses-tenant", "x")),
        wrong("headers.X-SMTPAPI", builder -> builder.header("X-SMTPAPI", "{}")),
        wrong("headers.X-PM-Tag", builder -> builder.header("X-PM-Tag", "x")),
        wrong("headers.X-Mailgun-Tag", builder -> builder.header("X-Mailgun-Tag", "x")),
        wrong("headers.X-Tenon-Message", builder -> builder.header("X-Tenon-Message", "x")),
        wrong("headers", builder -> builder.header("X A", "x")),
        wrong("headers.X-A", builder -> builder.header("X-A", "x\ry")),
        wrong("headers.X-A", builder -> builder.header("X-A", "")),
        wrong("headers.X-A", builder -> builder.header("X-A", " ")),
        wrong("headers.X-A", builder -> builder.header("X-A", "x".repeat(871))),
        wrong("headers.X-A", builder -> builder.header("X-A", "ä".repeat(300))),
        wrong("stream", builder -> builder.stream("Out bound")),
        wrong("tags", builder -> builder.tag("two words")),
        wrong("tags", builder -> builder.tag("a").tag("b").tag("c").tag("d").tag("e")),
        wrong("metadata", builder -> builder.metadata("a key", "x")),
        wrong("metadata.tenon_message", builder -> builder.metadata("tenon_message", "x")),
        wrong("metadata.a", builder -> builder.metadata("a", "b@c")),
        wrong("message", builder -> builder.text("x".repeat(10_000_001))),
        wrong(
            "message", builder -> builder.attach(Attachment.file("a", "a/b", new byte[7_600_000]))),
        wrong(
            "to, cc and bcc",
            builder -> {
              for (int i = 0; i < 50; i++) {
                builder.bcc(EmailAddress.of("a" + i + "@example.net"));
              }
              return builder;
            }));
  }

  private static Arguments wrong(String field, UnaryOperator<EmailMessage.Builder> change) {
    return Arguments.of(field, change);
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void namesThePartThatIsWrong(String field, UnaryOperator<EmailMessage.Builder> change) {
    assertThatThrownBy(() -> change.apply(EmailProviderContract.builder()).build())
        .isInstanceOfSatisfying(
            InvalidEmailException.class, e -> assertThat(e.field()).isEqualTo(field));
  }

  @Test
  void cannotBeChangedByItsBuilderOrItsBytes() {
    byte[] bytes = {1, 2, 3};
    EmailMessage.Builder builder =
        EmailProviderContract.builder().attach(Attachment.file("a.bin", "a/b", bytes));
    EmailMessage message = builder.build();
    builder.to(EmailAddress.of("eve@example.net")).header("X-Late", "1");
    bytes[0] = 9;
    message.attachments().getFirst().content()[1] = 9;
    assertThat(message.to()).hasSize(1);
    assertThat(message.headers()).containsOnlyKeys("X-Order");
    assertThat(message.attachments().getFirst().content()).containsExactly(1, 2, 3);
  }

  @Test
  void doesNotPrintItsBody() {
    assertThat(EmailProviderContract.message().toString())
        .contains("msg_01k6z3v9q8")
        .doesNotContain("Thank you");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "ä", "Größe"})
  void takesAHeaderThatFillsItsBound(String part) {
    String value = part;
    while (EncodedWords.of(value + part).length() <= 870) {
      value += part;
    }
    assertThat(EmailProviderContract.builder().header("X-A", value).build().headers())
        .containsEntry("X-A", value);
    assertThat(EncodedWords.of(value)).matches("[ -~]{700,870}");
    String longer = value + part;
    assertThatThrownBy(() -> EmailProviderContract.builder().header("X-A", longer).build())
        .isInstanceOf(InvalidEmailException.class)
        .hasMessageContaining("the limit is 870");
  }

  @ParameterizedTest
  @CsvSource({
    "'5', '', 5",
    "'0.4', '', 1",
    "'', '3', 3",
    "'nonsense', '', 0",
    "'-1', '', 0",
    "'999999999', '', 86400",
    "'Tue, 24 Nov 2026 02:00:30 GMT', '', 30",
  })
  void readsTheWaitThatAProviderAsksFor(String retryAfter, String reset, long seconds) {
    HttpResult.Answered answer =
        new HttpResult.Answered(
            429,
            Map.of(
                "retry-after", List.of(retryAfter),
                "ratelimit-reset", List.of(reset),
                "date", List.of("Tue, 24 Nov 2026 02:00:00 GMT")),
            new byte[0]);
    assertThat(RetryAfter.of(answer)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "1795485612, 12", // 02:00:12 in seconds since 1970, as SendGrid writes it
    "1795485612000, 12",
    "1795485599, 0",
    "30, 30",
    "soon, 0",
    "4102444800, 86400",
  })
  void readsTheMomentAtWhichALimitEnds(String reset, long seconds) {
    HttpResult.Answered answer =
        new HttpResult.Answered(
            429,
            Map.of(
                "x-ratelimit-reset", List.of(reset),
                "date", List.of("Tue, 24 Nov 2026 02:00:00 GMT")),
            new byte[0]);
    assertThat(RetryAfter.of(answer)).isEqualTo(Duration.ofSeconds(seconds));
  }

  /// Every answer of SendGrid names the end of the current window, also a 503 that has nothing to
  /// do with it.
  @ParameterizedTest
  @CsvSource({"429, '', 40", "503, '', 0", "408, '', 0", "503, 7, 7"})
  void theEndOfALimitCountsWhereTheLimitWasReached(int status, String retryAfter, long seconds) {
    for (String header : List.of("ratelimit-reset", "x-ratelimit-reset")) {
      HttpResult.Answered answer =
          new HttpResult.Answered(
              status,
              Map.of("retry-after", List.of(retryAfter), header, List.of("40")),
              new byte[0]);
      assertThat(RetryAfter.of(answer)).as(header).isEqualTo(Duration.ofSeconds(seconds));
    }
  }

  @Test
  void turnsAnInternationalDomainIntoWhatEveryProviderTakes() {
    assertThat(EmailAddress.of("ada@bücher.example").address())
        .isEqualTo("ada@xn--bcher-kva.example");
  }

  /// `straße.example` is `strasse.example` by the older rules and another domain by the newer ones.
  @ParameterizedTest
  @ValueSource(strings = {"ada@straße.example", "jürgen@bücher.example", "ada@bü cher.example"})
  void refusesWhatCouldReachSomebodyElse(String address) {
    assertThatThrownBy(() -> EmailAddress.of(address)).isInstanceOf(InvalidEmailException.class);
  }

  @Test
  void cleansAndCutsANameRatherThanLosingItsMail() {
    assertThat(EmailAddress.cleanName("Ada\r\nBcc: x@y.z")).isEqualTo("Ada  Bcc: x@y.z");
    assertThat(EmailAddress.cleanName("a".repeat(198) + "😀😀")).hasSizeLessThanOrEqualTo(200);
    String name = EmailAddress.cleanName("😀".repeat(300));
    assertThat(new EmailAddress(name, "a@b.example").name()).endsWith("😀…");
  }
}
