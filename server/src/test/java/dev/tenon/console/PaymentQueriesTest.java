package dev.tenon.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaymentQueriesTest {

  @Test
  void writesAmountsWithTheDecimalsOfStripe() {
    assertThat(PaymentQueries.money(123_450, "eur")).isEqualTo("1,234.50 EUR");
    assertThat(PaymentQueries.money(12_345, "jpy")).isEqualTo("12,345 JPY");
    assertThat(PaymentQueries.money(500, "isk")).isEqualTo("5 ISK");
    assertThat(PaymentQueries.money(1_500, "mga")).isEqualTo("1,500 MGA");
    assertThat(PaymentQueries.money(5_120, "kwd")).isEqualTo("5.120 KWD");
  }

  @Test
  void namesAPlanOrSaysThatItHasNoName() {
    assertThat(PaymentQueries.plan("Pro", 1)).isEqualTo("Pro");
    assertThat(PaymentQueries.plan("Pro", 3)).isEqualTo("Pro and 2 more");
    assertThat(PaymentQueries.plan("", 1)).isEqualTo("unnamed");
  }
}
