package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What every [MailWebhook] keeps to: only what its provider signed passes, in time and with a
/// secret that counts; and whatever a body holds, reading it ends in an answer.
public abstract class MailWebhookContract {
  protected static final Instant NOW = Instant.parse("2026-12-01T10:00:00Z");
  protected static final JsonMapper JSON = JsonMapper.shared();

  /// A delivery as it comes.
  @SuppressWarnings("ArrayRecordComponent")
  public record Delivered(byte[] body, Map<String, String> headers) {
    UnaryOperator<@Nullable String> header() {
      return headers::get;
    }

    Delivered with(byte[] other) {
      return new Delivered(other, headers);
    }
  }

  protected abstract MailWebhook webhook();

  /// Two secrets that the provider may sign with; empty for one that has none.
  protected abstract List<Secret> secrets();

  /// A delivery signed as the provider does it, made without the classes under test.
  protected abstract Delivered sign(String body, int secret, Instant at);

  /// A body with a known event about the message `msg_1`.
  protected abstract String sample();

  /// Whether a change of the body breaks the signature.
  protected boolean coversBody() {
    return true;
  }

  /// How old a delivery may be; null where the provider tells no time.
  protected abstract @Nullable Duration ageMax();

  protected Verdict verify(Delivered delivered, List<Secret> secrets, Instant now) {
    return webhook().verify(delivered.body(), delivered.header(), secrets, now);
  }

  protected List<MailEvent> events(String body) {
    return events(webhook().read(bytes(body), MailWebhook.NO_HEADERS));
  }

  protected static List<MailEvent> events(MailWebhook.Reading reading) {
    assertThat(reading).isInstanceOf(MailWebhook.Reading.Events.class);
    return ((MailWebhook.Reading.Events) reading).events();
  }

  protected MailEvent event(String body) {
    assertThat(events(body)).hasSize(1);
    return events(body).getFirst();
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void passesWhatTheProviderSigned() {
    assertThat(verify(sign(sample(), 0, NOW), secrets(), NOW)).isEqualTo(new Verdict.Valid(0));
  }

  @Test
  void readsOurMessageIdBack() {
    assertThat(events(sample())).isNotEmpty().allMatch(event -> event.messageId().equals("msg_1"));
    assertThat(events(sample())).allMatch(event -> event.lane().equals("msg_1"));
  }

  @Test
  void refusesChangedBytes() {
    assumeTrue(coversBody());
    Delivered good = sign(sample(), 0, NOW);
    byte[] changed = good.body().clone();
    changed[new String(changed, StandardCharsets.UTF_8).indexOf("msg_1") + 4] = '2';
    assertThat(verify(good.with(changed), secrets(), NOW)).isInstanceOf(Verdict.Mismatch.class);
    if (isRaw()) {
      byte[] more = Arrays.copyOf(good.body(), good.body().length + 1);
      more[more.length - 1] = ' ';
      assertThat(verify(good.with(more), secrets(), NOW)).isInstanceOf(Verdict.Mismatch.class);
    }
  }

  /// Whether the very bytes are signed, and not fields of them.
  protected boolean isRaw() {
    return true;
  }

  @Test
  void refusesADeliveryWithoutSignature() {
    Delivered good = sign(sample(), 0, NOW);
    for (String header : good.headers().keySet()) {
      Map<String, String> fewer = new HashMap<>(good.headers());
      fewer.remove(header);
      assertThat(verify(new Delivered(good.body(), fewer), secrets(), NOW))
          .isInstanceOf(Verdict.Malformed.class);
    }
    assertThat(verify(new Delivered(bytes(sample()), Map.of()), secrets(), NOW))
        .isNotInstanceOf(Verdict.Valid.class);
  }

  @Test
  void refusesWithAnotherSecretAndWithNone() {
    assumeTrue(!secrets().isEmpty());
    Delivered good = sign(sample(), 0, NOW);
    assertThat(verify(good, secrets().subList(1, 2), NOW)).isInstanceOf(Verdict.Mismatch.class);
    assertThat(verify(good, List.of(), NOW)).isInstanceOf(Verdict.NoSecret.class);
  }

  @Test
  void passesWithEachOfTwoSecretsWhileTheyRoll() {
    assumeTrue(!secrets().isEmpty());
    assertThat(verify(sign(sample(), 0, NOW), secrets(), NOW)).isEqualTo(new Verdict.Valid(0));
    assertThat(verify(sign(sample(), 1, NOW), secrets(), NOW)).isEqualTo(new Verdict.Valid(1));
  }

  @Test
  void refusesWhatIsTooOldOrFromTheFuture() {
    Duration age = ageMax();
    assumeTrue(age != null);
    Delivered good = sign(sample(), 0, NOW);
    assertThat(verify(good, secrets(), NOW.plus(age))).isInstanceOf(Verdict.Valid.class);
    assertThat(verify(good, secrets(), NOW.plus(age).plusSeconds(1)))
        .isInstanceOf(Verdict.TooOld.class);
    assertThat(verify(good, secrets(), NOW.minusSeconds(301))).isInstanceOf(Verdict.TooNew.class);
  }

  @Test
  void callsWhatIsNoBodyOfItsProviderMalformed() {
    for (String body :
        List.of(
            "",
            " ",
            "null",
            "1",
            "\"text\"",
            "{",
            "[",
            "{} {}",
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "<xml/>",
            "\0\0")) {
      assertThat(webhook().read(bytes(body), MailWebhook.NO_HEADERS))
          .as(body.substring(0, Math.min(20, body.length())))
          .isInstanceOf(MailWebhook.Reading.Malformed.class);
      assertThat(verify(new Delivered(bytes(body), Map.of()), secrets(), NOW))
          .isNotInstanceOf(Verdict.Valid.class);
    }
    byte[] wild = new byte[200_000];
    new Random(7).nextBytes(wild);
    assertThat(webhook().read(wild, MailWebhook.NO_HEADERS))
        .isInstanceOf(MailWebhook.Reading.Malformed.class);
  }

  /// Each value of the sample, one after the other, becomes something that nobody expects.
  @Test
  void neverThrowsWhateverAFieldBecomes() {
    for (JsonNode strange :
        List.of(
            JSON.readTree("\"a_value_of_next_year\""),
            JSON.readTree("null"),
            JSON.readTree("-1e300"),
            JSON.readTree("true"),
            JSON.readTree("{\"x\":[1]}"),
            JSON.readTree("[[],{},\"a@b.example\",3]"),
            JSON.readTree("\"" + "x".repeat(300_000) + "\""),
            JSON.readTree("\"\\u0000\\ud800\\r\\n<script>\""))) {
      for (JsonNode changed : changed(JSON.readTree(sample()), strange)) {
        byte[] body = bytes(JSON.writeValueAsString(changed));
        assertThatCode(
                () -> {
                  var _ = webhook().verify(body, name -> "x", secrets(), NOW);
                  if (webhook().read(body, MailWebhook.NO_HEADERS)
                      instanceof MailWebhook.Reading.Events(List<MailEvent> events)) {
                    events.forEach(MailWebhookContract::isBounded);
                  }
                })
            .as(new String(body, 0, Math.min(body.length, 500), StandardCharsets.UTF_8))
            .doesNotThrowAnyException();
      }
    }
  }

  private static void isBounded(MailEvent event) {
    assertThat(event.key()).isNotEmpty().hasSizeLessThanOrEqualTo(1_000);
    assertThat(event.name()).isNotEmpty().hasSizeLessThanOrEqualTo(100);
    assertThat(event.detail()).hasSizeLessThanOrEqualTo(500).doesNotContain("\n", "\r", "\0");
    for (String text : List.of(event.name(), event.detail(), event.providerMessageId())) {
      assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(text)).isTrue();
    }
    assertThat(event.messageId()).matches("[A-Za-z0-9_-]{0,80}");
    assertThat(event.recipient()).hasSizeLessThanOrEqualTo(254);
    assertThat(event.at()).isBetween(Instant.EPOCH, Instant.parse("9999-12-31T00:00:00Z"));
  }

  /// All trees that come of `tree` by one value being replaced.
  protected static List<JsonNode> changed(JsonNode tree, JsonNode by) {
    List<JsonNode> out = new ArrayList<>();
    out.add(by);
    if (tree instanceof ObjectNode object) {
      object
          .propertyNames()
          .forEach(
              name ->
                  changed(object.path(name), by)
                      .forEach(
                          child -> {
                            ObjectNode copy = object.deepCopy();
                            copy.set(name, child);
                            out.add(copy);
                          }));
    } else if (tree instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        for (JsonNode child : changed(array.path(i), by)) {
          ArrayNode copy = array.deepCopy();
          copy.set(i, child);
          out.add(copy);
        }
      }
    }
    return out;
  }
}
