package dev.tenon.connector.signature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The schemes of services, as settings say them, held against what they publish.
class HmacSchemeTest {
  private static final Instant NOW = Instant.ofEpochSecond(1531420618);

  private static final Map<String, String> SLACK =
      Map.of(
          "signature_header", "X-Slack-Signature",
          "signature_prefix", "v0=",
          "timestamp_header", "X-Slack-Request-Timestamp",
          "signed_content", "v0:{timestamp}:{body}");

  /// docs.slack.dev, "Verifying requests from Slack".
  private static final String SLACK_BODY =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
          + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
          + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
          + "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
          + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

  private static final String SLACK_SIGNATURE =
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

  private static Verdict verify(
      Map<String, String> settings, Map<String, String> headers, String body, String... secrets) {
    return HmacScheme.of(settings)
        .verify(
            body.getBytes(StandardCharsets.UTF_8),
            headers::get,
            List.of(secrets).stream().map(Secret::of).toList(),
            NOW);
  }

  private static Map<String, String> slack(String timestamp) {
    return Map.of("x-slack-signature", SLACK_SIGNATURE, "x-slack-request-timestamp", timestamp);
  }

  /// docs.github.com, "Validating webhook deliveries", testing values.
  @Test
  void takesGitHubsPublishedVector() {
    var settings = Map.of("signature_header", "X-Hub-Signature-256", "signature_prefix", "sha256=");
    var headers =
        Map.of(
            "x-hub-signature-256",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    String secret = "It's a Secret to Everybody";
    assertThat(verify(settings, headers, "Hello, World!", "older", secret))
        .isEqualTo(new Verdict.Valid(1));
    assertThat(verify(settings, headers, "Hello, World?", secret))
        .isEqualTo(new Verdict.Mismatch());
    assertThat(verify(settings, headers, "Hello, World!")).isEqualTo(new Verdict.NoSecret());
    assertThat(verify(settings, Map.of(), "Hello, World!", secret))
        .isInstanceOf(Verdict.Malformed.class);
    assertThat(
            verify(settings, Map.of("x-hub-signature-256", "sha256=zz"), "Hello, World!", secret))
        .isInstanceOf(Verdict.Malformed.class);
  }

  @Test
  void takesSlacksPublishedVectorInItsTime() {
    String secret = "8f742231b10e8888abcd99yyyzzz85a5";
    assertThat(verify(SLACK, slack("1531420618"), SLACK_BODY, secret))
        .isEqualTo(new Verdict.Valid(0));
    assertThat(verify(SLACK, slack("1531420619"), SLACK_BODY, secret))
        .isEqualTo(new Verdict.Mismatch());
    assertThat(verify(SLACK, slack("{body}"), SLACK_BODY, secret))
        .isInstanceOf(Verdict.Malformed.class);
    HmacScheme scheme = HmacScheme.of(SLACK);
    byte[] body = SLACK_BODY.getBytes(StandardCharsets.UTF_8);
    List<Secret> secrets = List.of(Secret.of(secret));
    assertThat(scheme.verify(body, slack("1531420618")::get, secrets, NOW.plusSeconds(301)))
        .isEqualTo(new Verdict.TooOld(Duration.ofSeconds(301)));
    assertThat(scheme.verify(body, slack("1531420618")::get, secrets, NOW.minusSeconds(301)))
        .isEqualTo(new Verdict.TooNew(Duration.ofSeconds(301)));
  }

  /// Shopify publishes no vector; this is OpenSSL's: `openssl dgst -sha256 -hmac hush -binary`.
  @Test
  void takesBase64AsShopifySendsIt() {
    var settings = Map.of("signature_header", "X-Shopify-Hmac-Sha256", "encoding", "base64");
    var headers = Map.of("x-shopify-hmac-sha256", "qBvrsZF7RfB1iS6BX6IHqJTp5L911P7intnPeTPsH0I=");
    assertThat(verify(settings, headers, "{\"id\":820982911946154508}", "hush"))
        .isEqualTo(new Verdict.Valid(0));
  }

  /// RFC 4231, test case 2, and RFC 2202, test case 2.
  @Test
  void knowsTheOtherAlgorithms() {
    Map<String, String> settings = new HashMap<>(Map.of("signature_header", "s"));
    settings.put("algorithm", "sha512");
    assertThat(
            verify(
                settings,
                Map.of(
                    "s",
                    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                        + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
                "what do ya want for nothing?",
                "Jefe"))
        .isEqualTo(new Verdict.Valid(0));
    settings.put("algorithm", "sha1");
    assertThat(
            verify(
                settings,
                Map.of("s", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
                "what do ya want for nothing?",
                "Jefe"))
        .isEqualTo(new Verdict.Valid(0));
  }
}
