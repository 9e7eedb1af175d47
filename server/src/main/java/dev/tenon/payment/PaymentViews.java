package dev.tenon.payment;

import dev.tenon.connector.stripe.CustomerSnapshot;
import dev.tenon.connector.stripe.RefundSnapshot;
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
      "select id, connection_id, environment, provider_id, email, name, deleted, subscriber,"
          + " created_at from customer r"
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

  /// A row that was put in, or was there.
  ///
  /// @param told whether the provider has told of it already
  record Made(UUID id, boolean told) {}

  /// A row with what the routes need beside the view.
  record Found<V>(UUID id, UUID connection, String providerId, V view) {}

  Page<CustomerRoutes.CustomerView> customers(TenantTx tx, Page.Ask ask, ListFilter filter) {
    return page(tx, ask, CUSTOMERS, filter, PaymentViews::customer);
  }

  Optional<Found<CustomerRoutes.CustomerView>> customer(TenantTx tx, UUID id) {
    return one(tx, CUSTOMERS, id, PaymentViews::customer);
  }

  Page<SubscriptionRoutes.SubscriptionView> subscriptions(
      TenantTx tx, Page.Ask ask, ListFilter filter) {
    return page(tx, ask, SUBSCRIPTIONS, filter, PaymentViews::subscription);
  }

  /// One that this server made is found before the provider tells of it.
  Optional<Found<SubscriptionRoutes.SubscriptionView>> subscription(TenantTx tx, UUID id) {
    return one(tx, SUBSCRIPTION, id, PaymentViews::subscription);
  }

  Page<PaymentRoutes.PaymentView> payments(TenantTx tx, Page.Ask ask, ListFilter filter) {
    return page(tx, ask, PAYMENTS, filter, PaymentViews::payment);
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
  UUID madeCustomer(
      TenantTx tx, Place place, UUID id, CustomerSnapshot made, String subscriber, Instant now) {
    return tx.handle()
        .createQuery(
            """
            insert into customer (tenant_id, connection_id, environment, provider_id, id, email,
              name, subscriber, created_at, updated_at)
            values (:tenant, :connection, :environment, :provider_id, :id, :email, :name,
              :subscriber, :now, :now)
            on conflict (tenant_id, connection_id, provider_id)
              do update set subscriber = excluded.subscriber
            returning id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", place.connection())
        .bind("environment", place.text())
        .bind("provider_id", made.id())
        .bind("id", id)
        .bind("email", PlainText.name(made.email()))
        .bind("name", PlainText.name(made.name()))
        .bind("subscriber", subscriber)
        .bind("now", now)
        .mapTo(UUID.class)
        .one();
  }

  /// Says who a customer is.
  void subscriber(TenantTx tx, UUID id, String subscriber, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update customer set subscriber = :subscriber, updated_at = :now
            where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("subscriber", subscriber)
        .bind("now", now)
        .execute();
  }

  /// Puts in a subscription that was just made, as far as nobody knows it; answers our id of it.
  /// The row has its ids and no fact, as another object's mention leaves one: what it shows,
  /// `pending`, follows from that.
  ///
  /// It counts as bought, as a checkout would, so that its buyer gets a confirmation.
  Made madeSubscription(
      TenantTx tx, Place place, UUID id, SubscriptionSnapshot subscription, Instant now) {
    return tx.handle()
        .createQuery(
            """
            insert into subscription (tenant_id, connection_id, environment, provider_id, id,
              provider_status, state, customer_provider_id, checkout_completed, created_at,
              updated_at)
            values (:tenant, :connection, :environment, :provider_id, :id, '', 'pending', :customer,
              true, :now, :now)
            on conflict (tenant_id, connection_id, provider_id)
              do update set checkout_completed = true
            returning id, as_of is not null as told
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", place.connection())
        .bind("environment", place.text())
        .bind("provider_id", subscription.id())
        .bind("id", id)
        .bind("customer", PlainText.id(subscription.customer()))
        .bind("now", now)
        .map((row, _) -> new Made(row.getObject("id", UUID.class), row.getBoolean("told")))
        .one();
  }

  /// Puts in a refund that was just made, as far as nobody knows it; answers our id of it. It has
  /// no fact yet: what went back follows from those that come.
  UUID madeRefund(TenantTx tx, Place place, UUID id, RefundSnapshot refund, Instant now) {
    return tx.handle()
        .createQuery(
            """
            insert into refund (tenant_id, connection_id, environment, provider_id, id,
              charge_provider_id, payment_intent, amount, currency, reason, provider_status, state,
              created_at, updated_at)
            values (:tenant, :connection, :environment, :provider_id, :id, :charge, :intent, :amount,
              :currency, :reason, :status, :state, :now, :now)
            on conflict (tenant_id, connection_id, provider_id)
              do update set updated_at = refund.updated_at
            returning id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", place.connection())
        .bind("environment", place.text())
        .bind("provider_id", refund.id())
        .bind("id", id)
        .bind("charge", PlainText.id(refund.charge()))
        .bind("intent", PlainText.id(refund.paymentIntent()))
        .bind("amount", refund.amount())
        .bind("currency", PaymentRow.currency(refund.currency()))
        .bind("reason", PlainText.id(refund.reason()))
        .bind("status", String.valueOf(PlainText.of(refund.status(), PlainText.ID_CHARS_MAX)))
        .bind("state", SingleRefundFact.state(refund.status()))
        .bind("now", now)
        .mapTo(UUID.class)
        .one();
  }

  private static <V> Page<V> page(
      TenantTx tx, Page.Ask ask, String select, ListFilter filter, RowMapper<V> view) {
    ListFilter resolved = filter.resolved(tx);
    var query =
        tx.handle()
            .createQuery(
                select
                    + resolved.sql("r")
                    + " and (:before::uuid is null or r.id < :before::uuid)"
                    + " order by r.id desc limit :limit")
            .bind("tenant", tx.tenant().uuid())
            .bind("before", ask.before().orElse(null))
            .bind("limit", ask.rows());
    return Page.of(ask, resolved.bind(query).map(found(view)).list(), Found::id, Found::view);
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
        row.getBoolean("deleted"),
        row.getString("subscriber"),
        connection(row),
        row.getString("environment"));
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
        items(row.getString("items")),
        connection(row),
        row.getString("environment"));
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
        instant(row, "paid_at"),
        connection(row),
        row.getString("environment"));
  }

  static String connection(ResultSet row) throws SQLException {
    return Ids.write(Prefix.CONNECTION, row.getObject("connection_id", UUID.class));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
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
