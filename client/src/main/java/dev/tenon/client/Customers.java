package dev.tenon.client;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The customers of a tenant.
public final class Customers {
  private final Caller caller;

  Customers(Caller caller) {
    this.caller = caller;
  }

  /// Makes a customer at the payment provider.
  public Customer create(String email, @Nullable String name) {
    return caller.one(Customer.class, Call.CREATE_CUSTOMER, new NewCustomer(email, name));
  }

  public Customer get(String customer) {
    return caller.one(Customer.class, Call.GET_CUSTOMER, null, customer);
  }

  public Customer update(String customer, CustomerChange change) {
    return caller.one(Customer.class, Call.UPDATE_CUSTOMER, change, customer);
  }

  /// All, newest first, page by page as the stream gets there.
  public Stream<Customer> list() {
    return caller.all(Customer.class, Call.LIST_CUSTOMERS, Map.of());
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<Customer> page(@Nullable String cursor, int limit) {
    return caller.page(Customer.class, Call.LIST_CUSTOMERS, Map.of(), cursor, limit);
  }
}
