package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

  @ParameterizedTest
  @CsvSource({
    "2900, eur, 29.00 EUR",
    "500, jpy, 500 JPY",
    "1500, mga, 1500 MGA",
    "5120, kwd, 5.120 KWD",
    "500, isk, 5 ISK",
    "500, ugx, 5 UGX",
    "1045, huf, 10.45 HUF"
  })
  void writesDecimalsAsStripeCountsThem(long minor, String currency, String written) {
    assertThat(Amounts.text(minor, currency)).isEqualTo(written);
  }
}
