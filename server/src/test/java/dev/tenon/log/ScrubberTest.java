package dev.tenon.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrubberTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk_live_CANARY0123456789abcdef",
        "sk_test_CANARY0123456789abcdef",
        "rk_live_CANARY0123456789abcdef",
        "whsec_CANARY0123456789abc+/def==",
        "tn_CANARY0123456789abcdef",
        "re_CANARY01_23456789abcdefgh",
        "SG.CANARY0123456789.abcdefghijklmnop",
        "cal_live_CANARY0123456789abcdef",
        "eyJCANARY012345.eyJzdWIiOiIx.c2lnbmF0dXJl",
        "Bearer CANARY-0123.4567~abc",
        "Basic CANARYabcdef0123==",
        "X-Postmark-Server-Token: CANARY-0123-4567",
        "client_secret=CANARY01234567",
        "secret_access_key: CANARY/0123+4567",
        "SecretAccessKey=CANARY/0123+4567",
        "\"refresh_token\":\"CANARY01234567\"",
        "-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nCANARY cut off"
      })
  void hidesWhatLooksLikeAKey(String key) {
    String scrubbed = Scrubber.scrub("the provider said: " + key + ", sorry");
    assertThat(scrubbed).contains("(secret)").startsWith("the provider said: ");
    assertThat(scrubbed).doesNotContain("CANARY");
  }

  /// Mailgun's keys are hexadecimal, so no word of ours fits in.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "key-0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef-01234567-89abcdef"
      })
  void hidesKeysOfMailgun(String key) {
    assertThat(Scrubber.scrub("said " + key)).isEqualTo("said (secret)");
  }

  @Test
  void keepsTheWordBeforeTheKey() {
    assertThat(Scrubber.scrub("Authorization: Bearer tn_0123456789abcdef end"))
        .isEqualTo("Authorization: Bearer (secret) end");
    assertThat(Scrubber.scrub("grant_type=x&client_secret=0123456789&redirect_uri=y"))
        .isEqualTo("grant_type=x&client_secret=(secret)&redirect_uri=y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Stripe keys begin with sk_live_ or sk_test_",
        "con_0198f3aa7c1e7aa0 applied evt_1NG8Du2eZvKYlo2C and cus_NffrFeUfNV2Hib",
        "return_url is missing",
        "GET /v1/tenants/ten_06f8k3/messages 200 in 12 ms",
        "the password is wrong"
      })
  void leavesOrdinaryWordsAlone(String text) {
    assertThat(Scrubber.scrub(text)).isEqualTo(text);
  }

  @Test
  void hidesAllOfThemInOneText() {
    assertThat(Scrubber.scrub("sk_live_0123456789 whsec_0123456789 sk_test_0123456789"))
        .isEqualTo("(secret) (secret) (secret)");
  }
}
