package dev.tenon.payment;

import dev.tenon.connector.stripe.CustomerSnapshot;
import dev.tenon.connector.stripe.SubscriptionSnapshot;
import dev.tenon.db.TenantTx;
import dev.tenon.http.Page;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of what the API shows of customers, subscriptions and payments.
final class PaymentViews {
  private static final JsonMapper JSON = StateJson.MAPPER;
  private static final TypeReference<List<SubscriptionItem>> ITEMS = new TypeReference<>() {};
  private static final TypeReference<List<SubscriptionFact>> FACTS = new TypeReference<>() {};

  private static final String CUSTOMERS =
      "select id, connection_id, provider_id, email, name, deleted, created_at from customer r"
          + " where tenant_id = :tenant";
  private static final String SUBSCRIPTION =
      "select * from subscription r where tenant_id = :tenant";

  // Rows that only others have mentioned so far are not listed.
  private static final String SUBSCRIPTIONS = SUBSCRIPTION + " and as_of is not null";
  private static final String PAYMENTS =
      """
      select r.*, (
          select coalesce(sum(c.amount_refunded), 0) from charge_refund c
          where c.tenant_id = r.tenant_id and c.connection_id = r.connection_id
            and (c.invoice_provider_id = r.provider_id or c.payment_intent in (
              select l.payment_intent from payment_link l
              where l.tenant_id = r.tenant_id and l.connection_id = r.connection_id
                and l.invoice_provider_id = r.provider_id))
        ) as amount_refunded
      from payment r where tenant_id = :tenant
      """;

  /// A row with what the routes need beside the view.
  record Found<V>(UUID id, UUID connection, String providerId, V view) {}

  Page<CustomerRoutes.CustomerView> customers(TenantTx tx, Page.Ask ask) {
    return page(tx, ask, CUSTOMERS, Optional.empty(), PaymentViews::customer);
  }

  Optional<Found<CustomerRoutes.CustomerView>> customer(TenantTx tx, UUID id) {
    return one(tx, CUSTOMERS, id, PaymentViews::customer);
  }

  Page<SubscriptionRoutes.SubscriptionView> subscriptions(
      TenantTx tx, Page.Ask ask, @Nullable String customerProviderId) {
    return page(
        tx,
        ask,
        SUBSCRIPTIONS,
        Optional.ofNullable(customerProviderId),
        PaymentViews::subscription);
  }

  /// One that this server made is found before the provider tells of it.
  Optional<Found<SubscriptionRoutes.SubscriptionView>> subscription(TenantTx tx, UUID id) {
    return one(tx, SUBSCRIPTION, id, PaymentViews::subscription);
  }

  Page<PaymentRoutes.PaymentView> payments(
      TenantTx tx, Page.Ask ask, @Nullable String customerProviderId) {
    return page(tx, ask, PAYMENTS, Optional.ofNullable(customerProviderId), PaymentViews::payment);
  }

  Optional<Found<PaymentRoutes.PaymentView>> payment(TenantTx tx, UUID id) {
    return one(tx, PAYMENTS, id, PaymentViews::payment);
  }

  Optional<String> customerProviderId(TenantTx tx, UUID connection, UUID id) {
    return customer(tx, id)
        .filter(found -> found.connection().equals(connection))
        .map(Found::providerId);
  }

  /// Puts in a customer that was just made, as far as nobody knows more; answers our id of it.
  UUID madeCustomer(TenantTx tx, UUID connection, UUID id, CustomerSnapshot made, Instant now) {
    return tx.handle()
        .createQuery(
            """
            insert into customer (tenant_id, connection_id, provider_id, id, email, name,
              created_at, updated_at)
            values (:tenant, :connection, :provider_id, :id, :email, :name, :now, :now)
            on conflict (tenant_id, connection_id, provider_id)
              do update set updated_at = customer.updated_at
            returning id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("provider_id", made.id())
        .bind("id", id)
        .bind("email", PlainText.name(made.email()))
        .bind("name", PlainText.name(made.name()))
        .bind("now", now)
        .mapTo(UUID.class)
        .one();
  }

  /// Puts in a subscription that was just made, as far as nobody knows it; answers our id of it.
  /// The row has its ids and no fact, as another object's mention leaves one: what it shows,
  /// `pending`, follows from that.
  UUID madeSubscription(
      TenantTx tx, UUID connection, UUID id, SubscriptionSnapshot subscription, Instant now) {
    return tx.handle()
        .createQuery(
            """
            insert into subscription (tenant_id, connection_id, provider_id, id, provider_status,
              state, customer_provider_id, created_at, updated_at)
            values (:tenant, :connection, :provider_id, :id, '', 'pending', :customer, :now, :now)
            on conflict (tenant_id, connection_id, provider_id)
              do update set updated_at = subscription.updated_at
            returning id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("provider_id", subscription.id())
        .bind("id", id)
        .bind("customer", PlainText.id(subscription.customer()))
        .bind("now", now)
        .mapTo(UUID.class)
        .one();
  }

  private static <V> Page<V> page(
      TenantTx tx,
      Page.Ask ask,
      String select,
      Optional<String> customerProviderId,
      RowMapper<V> view) {
    String filter = customerProviderId.isPresent() ? " and r.customer_provider_id = :customer" : "";
    var query =
        tx.handle()
            .createQuery(
                select
                    + filter
                    + " and (:before::uuid is null or r.id < :before::uuid)"
                    + " order by r.id desc limit :limit")
            .bind("tenant", tx.tenant().uuid())
            .bind("before", ask.before().orElse(null))
            .bind("limit", ask.rows());
    customerProviderId.ifPresent(customer -> query.bind("customer", customer));
    return Page.of(ask, query.map(found(view)).list(), Found::id, Found::view);
  }

  private static <V> Optional<Found<V>> one(
      TenantTx tx, String select, UUID id, RowMapper<V> view) {
    return tx.handle()
        .createQuery(select + " and r.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map(found(view))
        .findOne();
  }

  private static <V> RowMapper<Found<V>> found(RowMapper<V> view) {
    return (row, context) ->
        new Found<>(
            row.getObject("id", UUID.class),
            row.getObject("connection_id", UUID.class),
            row.getString("provider_id"),
            view.map(row, context));
  }

  private static CustomerRoutes.CustomerView customer(ResultSet row, Object context)
      throws SQLException {
    return new CustomerRoutes.CustomerView(
        Ids.write(Prefix.CUSTOMER, row.getObject("id", UUID.class)),
        row.getString("provider_id"),
        row.getString("email"),
        row.getString("name"),
        row.getBoolean("deleted"));
  }

  private static SubscriptionRoutes.SubscriptionView subscription(ResultSet row, Object context)
      throws SQLException {
    return new SubscriptionRoutes.SubscriptionView(
        Ids.write(Prefix.SUBSCRIPTION, row.getObject("id", UUID.class)),
        row.getString("provider_id"),
        row.getString("state"),
        row.getString("provider_status"),
        row.getString("customer_provider_id"),
        row.getString("price"),
        row.getObject("quantity", Long.class),
        instant(row, "period_end"),
        instant(row, "trial_end"),
        row.getBoolean("cancel_at_period_end"),
        instant(row, "cancel_at"),
        instant(row, "ended_at"),
        pause(row.getString("newest")),
        row.getLong("revision"),
        items(row.getString("items")));
  }

  /// The one thing that is shown and has no column of its own: it stands in the kept facts.
  private static SubscriptionRoutes.@Nullable CollectionPauseView pause(String newest) {
    List<SubscriptionFact> facts = JSON.readValue(newest, FACTS);
    return facts.isEmpty() ? null : SubscriptionRoutes.pause(NewestFact.of(facts).pause());
  }

  private static List<SubscriptionRoutes.ItemView> items(String json) {
    return JSON.readValue(json, ITEMS).stream().map(SubscriptionRoutes::item).toList();
  }

  private static PaymentRoutes.PaymentView payment(ResultSet row, Object context)
      throws SQLException {
    return new PaymentRoutes.PaymentView(
        Ids.write(Prefix.PAYMENT, row.getObject("id", UUID.class)),
        row.getString("provider_id"),
        row.getString("number"),
        row.getString("state"),
        row.getLong("amount"),
        row.getLong("amount_refunded"),
        row.getString("currency"),
        row.getString("customer_provider_id"),
        row.getString("subscription_provider_id"),
        row.getInt("failed_tries"),
        instant(row, "paid_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /// One subscription as entitlement sees it.
  ///
  /// @param prices of all its items
  record Held(
      UUID id, String providerId, String state, String providerStatus, List<String> prices) {}

  /// Two statements instead of one with a case: each is one look into an index, also by a plan that
  /// PostgreSQL made without knowing the customer.
  static String heldBy(boolean customer) {
    return """
        select s.id, s.provider_id, s.state, s.provider_status, s.prices
        from subscription s
        where s.tenant_id = :tenant and s.state <> 'ended'
          and %s
          and (:price::text is null or s.prices @> array[:price::text])
        order by s.state in ('active', 'trialing') desc, s.id desc limit 20
        """
        .formatted(
            customer
                ? "s.customer_provider_id = :customer"
                : """
                not exists (select from connection c
                  where c.tenant_id = :tenant and c.id = s.connection_id)""");
  }

  /// The subscriptions that may entitle, by any of their items: of a tenant's customer, or of the
  /// tenant itself on the platform's account where `customerProviderId` is null. Those that can
  /// entitle come first.
  List<Held> held(TenantTx tx, @Nullable String customerProviderId, @Nullable String price) {
    var query = tx.handle().createQuery(heldBy(customerProviderId != null));
    if (customerProviderId != null) {
      var _ = query.bind("customer", customerProviderId);
    }
    return query
        .bind("tenant", tx.tenant().uuid())
        .bind("price", price)
        .map(
            (row, context) ->
                new Held(
                    row.getObject("id", UUID.class),
                    row.getString("provider_id"),
                    row.getString("state"),
                    row.getString("provider_status"),
                    List.of((String[]) row.getArray("prices").getArray())))
        .list();
  }

  /// Those of these subscriptions of a connection that are known to have ended.
  List<String> ended(TenantTx tx, UUID connection, List<String> providerIds) {
    return tx.handle()
        .createQuery(
            """
            select provider_id from subscription
            where tenant_id = :tenant and connection_id = :connection and state = 'ended'
              and provider_id = any(:ids)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bindArray("ids", String.class, providerIds)
        .mapTo(String.class)
        .list();
  }

  /// Subscriptions of a connection that are not known to have ended, by the provider's ids.
  List<String> livingAfter(TenantTx tx, UUID connection, String after, int limit) {
    return tx.handle()
        .createQuery(
            """
            select provider_id from subscription
            where tenant_id = :tenant and connection_id = :connection and state <> 'ended'
              and provider_id > :after
            order by provider_id limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("after", after)
        .bind("limit", limit)
        .mapTo(String.class)
        .list();
  }
}
