package dev.tenon.client;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The payments of a tenant's customers.
public final class Payments {
  private final Caller caller;

  Payments(Caller caller) {
    this.caller = caller;
  }

  public Payment get(String payment) {
    return caller.one(Payment.class, Call.GET_PAYMENT, null, payment);
  }

  /// All, newest first, page by page as the stream gets there.
  public Stream<Payment> list() {
    return caller.all(Payment.class, Call.LIST_PAYMENTS, Map.of());
  }

  /// Those of one customer.
  public Stream<Payment> listOf(String customer) {
    return caller.all(Payment.class, Call.LIST_PAYMENTS, Map.of("customer", customer));
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<Payment> page(@Nullable String cursor, int limit) {
    return caller.page(Payment.class, Call.LIST_PAYMENTS, Map.of(), cursor, limit);
  }
}
