package dev.tenon.connector.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Currency;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeAmountsTest {

  /// The examples of docs.stripe.com/currencies, and one of each list.
  @ParameterizedTest
  @CsvSource({
    "1000, usd, 10.00",
    "10, jpy, 10",
    "500, JPY, 500",
    "500, isk, 5",
    "4010, isk, 40.10",
    "500, ugx, 5",
    "1045, huf, 10.45",
    "1045, twd, 10.45",
    "5120, kwd, 5.120",
    "5120, tnd, 5.120",
    "1500, mga, 1500",
    "1500, xpf, 1500",
    "-2900, eur, -29.00",
    "0, eur, 0.00",
    "0, isk, 0",
    "0, jpy, 0",
    "2900, xyz, 29.00"
  })
  void countsDecimalsAsStripeDoes(long minor, String currency, String written) {
    assertThat(StripeAmounts.units(minor, currency).toPlainString()).isEqualTo(written);
  }

  @Test
  void differsFromTheJdkWhereStripeDoes() {
    for (String code : new String[] {"ISK", "UGX", "MGA"}) {
      int jdk = Currency.getInstance(code).getDefaultFractionDigits();
      assertThat(StripeAmounts.units(1_050, code))
          .as(code)
          .isNotEqualByComparingTo(BigDecimal.valueOf(1_050, jdk));
    }
  }
}
