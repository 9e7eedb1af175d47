package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StripeEventTest {
  private static final String INVOICE =
      """
      {"id":"evt_1","object":"event","api_version":"2025-09-30.clover","created":1700000000,
       "livemode":true,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},
       "type":"invoice.paid","data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1",
       "lines":{"data":[{"id":"il_1","object":"line_item","customer":"cus_x"}]},
       "parent":{"type":"subscription_details","quote_details":null,
         "subscription_details":{"metadata":{"subscription":"no"},"subscription":"sub_1"}}},
       "previous_attributes":{"id":"other","customer":"cus_other"}}}
      """;

  @Test
  void readsASnapshotWithoutMindingWhatSurroundsIt() {
    assertThat(event(INVOICE))
        .isEqualTo(
            new StripeEvent(
                "evt_1",
                "invoice.paid",
                Instant.ofEpochSecond(1_700_000_000),
                "2025-09-30.clover",
                "",
                true,
                StripeEvent.Form.SNAPSHOT,
                new StripeEvent.Subject("in_1", "invoice", "cus_1", "sub_1", "", "")));
    assertThat(event(INVOICE).laneKey()).isEqualTo("cus_1");
  }

  @Test
  void readsTheOlderShapeAndExpandedObjects() {
    StripeEvent event =
        snapshot(
            """
            {"object":"invoice","id":"in_1","subscription":{"items":{"data":[{"id":"si_1"}]},
             "id":"sub_1"},"customer":{"address":{"id":"x"},"id":"cus_1","object":"customer"}}\
            """);
    assertThat(event.subject())
        .isEqualTo(new StripeEvent.Subject("in_1", "invoice", "cus_1", "sub_1", "", ""));
  }

  @Test
  void takesACustomersAccountWhereThereIsNoCustomer() {
    StripeEvent event =
        snapshot(
            "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":null,"
                + "\"customer_account\":\"acct_9\"}");
    assertThat(event.subject())
        .isEqualTo(new StripeEvent.Subject("sub_1", "subscription", "acct_9", "sub_1", "", ""));
    assertThat(event.laneKey()).isEqualTo("acct_9");
  }

  @Test
  void choosesTheLaneByCustomerThenObjectThenEvent() {
    assertThat(snapshot("{\"id\":\"cus_7\",\"object\":\"customer\"}").laneKey()).isEqualTo("cus_7");
    assertThat(snapshot("{\"id\":\"cs_1\",\"customer\":null}").laneKey()).isEqualTo("cs_1");
    assertThat(snapshot("{\"id\":\"inpay_1\",\"invoice\":\"in_1\"}").laneKey()).isEqualTo("in_1");
    assertThat(
            snapshot("{\"id\":\"du_1\",\"object\":\"dispute\",\"payment_intent\":\"pi_1\"}")
                .laneKey())
        .isEqualTo("pi_1");
    assertThat(
            snapshot("{\"id\":\"cs_1\",\"object\":\"session\",\"payment_intent\":\"pi_1\"}")
                .laneKey())
        .isEqualTo("cs_1");
    assertThat(snapshot("{\"object\":\"balance\"}").laneKey()).isEqualTo("evt_1");
    StripeEvent connect =
        event(INVOICE.replace("\"livemode\"", "\"account\":\"acct_1\",\"livemode\""));
    assertThat(connect.account()).isEqualTo("acct_1");
    assertThat(connect.laneKey()).isEqualTo("cus_1");
  }

  @Test
  void readsAThinEvent() {
    StripeEvent event =
        event(
            """
            {"id":"evt_2","object":"v2.core.event","type":"v1.customer.subscription.updated",
             "created":"2026-09-30T10:00:00.123Z","livemode":false,"context":"acct_1",
             "related_object":{"id":"sub_1","type":"subscription","url":"/v1/subscriptions/sub_1"},
             "data":{"note":"x"}}
            """);
    assertThat(event.form()).isEqualTo(StripeEvent.Form.THIN);
    assertThat(event.created()).isEqualTo(Instant.parse("2026-09-30T10:00:00.123Z"));
    assertThat(event.subject())
        .isEqualTo(new StripeEvent.Subject("sub_1", "subscription", "", "sub_1", "", ""));
    assertThat(event.laneKey()).isEqualTo("sub_1");
  }

  @Test
  void readsAnEventWithoutAnApiVersion() {
    assertThat(event(INVOICE.replace("\"2025-09-30.clover\"", "null")).apiVersion()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"evt_1\"",
        "{",
        "{}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"created\":1}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\"}",
        "{\"object\":\"event\",\"type\":\"a\",\"created\":1}",
        "{\"id\":7,\"object\":\"event\",\"type\":\"a\",\"created\":1}",
        "{\"id\":\"\",\"object\":\"event\",\"type\":\"a\",\"created\":1}",
        "{\"id\":\"evt 1\",\"object\":\"event\",\"type\":\"a\",\"created\":1}",
        "{\"id\":\"evt_1\",\"object\":\"customer\",\"type\":\"a\",\"created\":1}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":-1}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":99999999999999}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":9999999999999999999999}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":\"soon\"}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":253402300800}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\","
            + "\"created\":\"+100000000-01-01T00:00:00Z\"}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\","
            + "\"created\":\"-100000-01-01T00:00:00Z\"}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\","
            + "\"created\":\"1969-12-31T23:59:59Z\"}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\\u0000b\",\"created\":1}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\\ud800\",\"created\":1}",
        "{\"id\":\"evt_1\",\"id\":\"evt_2\",\"object\":\"event\",\"type\":\"a\",\"created\":1}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":1} {}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":1,}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":1,"
            + "\"data\":{\"object\":{\"customer\":\"cus_1\",\"customer\":\"cus_2\"}}}",
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a\",\"created\":1,"
            + "\"data\":{\"object\":{\"id\":\"a\"},\"object\":{\"id\":\"b\"}}}",
      })
  void refusesWhatIsNoEvent(String body) {
    assertThat(StripeEvent.read(utf8(body))).isInstanceOf(StripeEvent.Reading.Refused.class);
  }

  @Test
  void refusesADepthBombAndOverlongIds() {
    String deep = INVOICE.replace("\"livemode\"", "\"x\":" + "[".repeat(99_999) + ",\"livemode\"");
    assertThat(StripeEvent.read(utf8(deep))).isInstanceOf(StripeEvent.Reading.Refused.class);
    String longId = INVOICE.replace("evt_1", "e".repeat(256));
    assertThat(StripeEvent.read(utf8(longId))).isInstanceOf(StripeEvent.Reading.Refused.class);
  }

  @Property(tries = 2000)
  void neverThrows(@ForAll("damaged") byte[] body) {
    assertThat(StripeEvent.read(body)).isNotNull();
  }

  /// Any bytes, and a true event with one byte changed.
  @Provide
  Arbitrary<byte[]> damaged() {
    byte[] good = utf8(INVOICE);
    Arbitrary<byte[]> changed =
        Arbitraries.integers()
            .between(0, good.length - 1)
            .flatMap(
                at ->
                    Arbitraries.bytes()
                        .map(
                            value -> {
                              byte[] copy = good.clone();
                              copy[at] = value;
                              return copy;
                            }));
    return Arbitraries.oneOf(Arbitraries.bytes().array(byte[].class), changed);
  }

  private static StripeEvent snapshot(String object) {
    return event(
        "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"a.b\",\"created\":1,\"data\":{\"object\":"
            + object
            + "}}");
  }

  private static StripeEvent event(String body) {
    return switch (StripeEvent.read(utf8(body))) {
      case StripeEvent.Reading.Read(StripeEvent event) -> event;
      case StripeEvent.Reading.Refused(String reason) -> throw new AssertionError(reason);
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
