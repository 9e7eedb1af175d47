package dev.tenon.client.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  /// A record of each form that the API has.
  public record Sample(
      String name,
      long amount,
      @Nullable Integer rate,
      boolean live,
      @Nullable Instant sentAt,
      List<Part> parts,
      Map<String, String> headers) {
    /// A part of it.
    public record Part(@Nullable String priceId) {}
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsEveryForm() {
    assertThat(
            JsonReader.readObject(
                bytes(
                    """
                    {"a": [1, -0, 12345678901234567890, 1.5e3, true, false, null, {}, []],
                     "b\\u00e9\\n\\ud83d\\ude00": "\\"\\\\\\/\\b\\f\\n\\r\\t€"}
                    """)))
        .containsExactly(
            Map.entry(
                "a",
                Arrays.asList(
                    1L,
                    0L,
                    new BigDecimal("12345678901234567890"),
                    new BigDecimal("1.5e3"),
                    true,
                    false,
                    null,
                    Map.of(),
                    List.of())),
            Map.entry("bé\n😀", "\"\\/\b\f\n\r\t€"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{\"a\":1,\"a\":2}", "01", "1.",
        ".5", "+1", "1e", "-", "nul", "tru", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u٠٠٠٠\"",
        "\"a\nb\"", "\"\\\n\"", "1 2", "{} x", "'a'", "NaN", "/**/1", "\uFEFF1"
      })
  void refusesWhatIsNotJson(String text) {
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> JsonReader.read(bytes(text)));
  }

  @Test
  void hasBounds() {
    String deep = "[".repeat(JsonReader.DEPTH_MAX) + "]".repeat(JsonReader.DEPTH_MAX);
    assertThat(JsonReader.read(bytes(deep))).isInstanceOf(List.class);
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonReader.read(bytes("[" + deep + "]")));
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonReader.read(bytes("1".repeat(JsonReader.NUMBER_CHARS_MAX + 1))));
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonReader.read(bytes("1e99999999999")));
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonReader.read(new byte[JsonReader.BYTES_MAX + 1]));
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonReader.read(new byte[] {'"', (byte) 0xc3, '"'}));
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    assertThatExceptionOfType(JsonException.class).isThrownBy(() -> JsonWriter.write(itself));
  }

  @Property
  void readsWhatItWrites(@ForAll String text, @ForAll long number, @ForAll boolean flag) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("x" + text, List.of(text, number, flag));

    Map<String, Object> read = new LinkedHashMap<>();
    JsonReader.readObject(JsonWriter.write(map))
        .forEach((name, value) -> read.put(name, value == null ? "" : value));

    assertThat(String.valueOf(read)).isEqualTo(String.valueOf(map));
  }

  @Test
  void makesRecordsAndPassesOverWhatIsNew() {
    Sample read =
        JsonRecords.read(
            Sample.class,
            JsonReader.readObject(
                bytes(
                    """
                    {"name": "n", "amount": 9007199254740993, "live": true, "rate": null,
                     "sent_at": "2026-11-24T10:00:00Z", "parts": [{"price_id": "p"}, {}],
                     "new_one": {"of": "tomorrow"}}
                    """)));

    assertThat(read)
        .isEqualTo(
            new Sample(
                "n",
                9007199254740993L,
                null,
                true,
                Instant.parse("2026-11-24T10:00:00Z"),
                List.of(new Sample.Part("p"), new Sample.Part(null)),
                Map.of()));
    assertThat(new String(JsonWriter.write(read), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"name\":\"n\",\"amount\":9007199254740993,\"live\":true,"
                + "\"sent_at\":\"2026-11-24T10:00:00Z\",\"parts\":[{\"price_id\":\"p\"},{}],"
                + "\"headers\":{}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"name\":\"n\",\"live\":true}",
        "{\"name\":1,\"amount\":1,\"live\":true}",
        "{\"name\":\"n\",\"amount\":\"1\",\"live\":true}",
        "{\"name\":\"n\",\"amount\":1.5,\"live\":true}",
        "{\"name\":\"n\",\"amount\":1,\"live\":true,\"rate\":4294967296}",
        "{\"name\":\"n\",\"amount\":1,\"live\":true,\"sent_at\":\"today\"}",
        "{\"name\":\"n\",\"amount\":1,\"live\":true,\"parts\":{}}"
      })
  void refusesFieldsOfAnotherForm(String text) {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonRecords.read(Sample.class, JsonReader.readObject(bytes(text))));
  }
}
