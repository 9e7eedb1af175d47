package dev.tenon.payment;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.db.TenantTx;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Route;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// What lists of customers, subscriptions, payments, refunds and disputes are narrowed to. Each is
/// a condition of its own where it is asked for: one that is always there would keep an index from
/// being used.
///
/// @param customer the provider's id, or ours until it is [#resolved]
record ListFilter(
    @Nullable String customer, @Nullable String environment, @Nullable UUID connection) {
  static final ListFilter ALL = new ListFilter(null, null, null);

  /// Says of a list that it can be narrowed by these, and of which customer.
  static Route customers(Route list) {
    return worlds(list).query("customer", "Only those of this customer: our id or the provider's.");
  }

  /// Says of a list that it can be narrowed to a connection or environment.
  static Route worlds(Route list) {
    return list.query(
            "environment",
            "Only those of connections for `development`, `staging` or `production`.")
        .query("connection", "Only those of this connection.");
  }

  /// Reads it from the query. Throws [ProblemException] where that makes no sense.
  static ListFilter of(Request request) {
    ListFilter worlds = worlds(request);
    return new ListFilter(
        request.query("customer").orElse(null), worlds.environment, worlds.connection);
  }

  /// The same for a list that is not of customers' things.
  static ListFilter worlds(Request request) {
    return new ListFilter(
        null,
        environment(request).orElse(null),
        request.query("connection").map(ListFilter::connection).orElse(null));
  }

  static ListFilter ofCustomer(@Nullable String customer) {
    return new ListFilter(customer, null, null);
  }

  /// The environment that a query names.
  static Optional<String> environment(Request request) {
    Optional<String> given = request.query("environment");
    if (given.isPresent()) {
      for (Connection.Environment one : Connection.Environment.values()) {
        if (Place.text(one).equals(given.get())) {
          return given;
        }
      }
      throw new ProblemException(
          ProblemCode.REQUEST_INVALID_QUERY,
          "`environment` is development, staging or production.",
          "environment");
    }
    return given;
  }

  private static UUID connection(String text) {
    return ConnectionId.parse(text)
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemCode.REQUEST_INVALID_QUERY,
                    "`connection` is the id of a connection: con_…",
                    "connection"))
        .uuid();
  }

  /// The same with the provider's id in place of ours; with one that nothing has where this tenant
  /// has no such customer.
  ListFilter resolved(TenantTx tx) {
    Optional<UUID> ours = customer == null ? Optional.empty() : Ids.read(Prefix.CUSTOMER, customer);
    if (ours.isEmpty()) {
      return this;
    }
    String providers =
        tx.handle()
            .createQuery("select provider_id from customer where tenant_id = :tenant and id = :id")
            .bind("tenant", tx.tenant().uuid())
            .bind("id", ours.get())
            .mapTo(String.class)
            .findOne()
            .orElse("");
    return new ListFilter(providers, environment, connection);
  }

  /// The conditions, each with `and` before it.
  ///
  /// @param row what the statement calls the listed row
  String sql(String row) {
    var sql = new StringBuilder();
    if (customer != null) {
      sql.append(" and %s.customer_provider_id = :customer".formatted(row));
    }
    if (environment != null) {
      sql.append(" and %s.environment = :environment".formatted(row));
    }
    if (connection != null) {
      sql.append(" and %s.connection_id = :in_connection".formatted(row));
    }
    return sql.toString();
  }

  Query bind(Query query) {
    if (customer != null) {
      query.bind("customer", customer);
    }
    if (environment != null) {
      query.bind("environment", environment);
    }
    if (connection != null) {
      query.bind("in_connection", connection);
    }
    return query;
  }
}
