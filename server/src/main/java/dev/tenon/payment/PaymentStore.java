package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of customers, subscriptions and payments.
final class PaymentStore {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<List<SubscriptionFact>> FACTS = new TypeReference<>() {};

  private final InstantSource clock;

  PaymentStore(InstantSource clock) {
    this.clock = clock;
  }

  List<CustomerRow> customers(TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, email, name, deleted, as_of, as_of_rank from customer
                where tenant_id = :tenant and connection_id = :connection
                  and provider_id = any(:ids)
                order by provider_id for update
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", connection)
            .bindArray("ids", String.class, providerIds)
            .map((row, context) -> customer(row))
            .list();
  }

  private static CustomerRow customer(ResultSet row) throws SQLException {
    var customer =
        new CustomerRow(row.getObject("id", UUID.class), row.getString("provider_id"), false);
    customer.email = row.getString("email");
    customer.name = row.getString("name");
    customer.deleted = row.getBoolean("deleted");
    customer.asOf = instant(row, "as_of");
    String rank = row.getString("as_of_rank");
    customer.asOfRank = rank == null ? "" : rank;
    return customer;
  }

  List<SubscriptionRow> subscriptions(
      TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, newest, customer_provider_id, contact_email, contact_name,
                  was_active, checkout_completed, confirmation_made, cancellation_made
                from subscription
                where tenant_id = :tenant and connection_id = :connection
                  and provider_id = any(:ids)
                order by provider_id for update
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", connection)
            .bindArray("ids", String.class, providerIds)
            .map((row, context) -> subscription(row))
            .list();
  }

  private static SubscriptionRow subscription(ResultSet row) throws SQLException {
    var subscription =
        new SubscriptionRow(
            row.getObject("id", UUID.class),
            row.getString("provider_id"),
            false,
            JSON.readValue(row.getString("newest"), FACTS));
    subscription.customer = row.getString("customer_provider_id");
    subscription.contactEmail = row.getString("contact_email");
    subscription.contactName = row.getString("contact_name");
    subscription.wasActive = row.getBoolean("was_active");
    subscription.checkoutCompleted = row.getBoolean("checkout_completed");
    subscription.confirmationMade = row.getBoolean("confirmation_made");
    subscription.cancellationMade = row.getBoolean("cancellation_made");
    return subscription;
  }

  List<PaymentRow> payments(TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, subscription_provider_id, customer_provider_id, state,
                  amount, currency, failed_tries, paid_at
                from payment
                where tenant_id = :tenant and connection_id = :connection
                  and provider_id = any(:ids)
                order by provider_id for update
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", connection)
            .bindArray("ids", String.class, providerIds)
            .map((row, context) -> payment(row))
            .list();
  }

  private static PaymentRow payment(ResultSet row) throws SQLException {
    var payment =
        new PaymentRow(row.getObject("id", UUID.class), row.getString("provider_id"), false);
    payment.subscription = row.getString("subscription_provider_id");
    payment.customer = row.getString("customer_provider_id");
    payment.succeeded = "succeeded".equals(row.getString("state"));
    payment.amount = row.getLong("amount");
    payment.currency = row.getString("currency");
    payment.failedTries = row.getInt("failed_tries");
    payment.paidAt = instant(row, "paid_at");
    return payment;
  }

  /// Writes what changed. A row that is new here and was made by another transaction meanwhile is a
  /// conflict: it throws, and the facts are applied again on what is there then.
  void save(
      TenantTx tx,
      UUID connection,
      Collection<CustomerRow> customers,
      Collection<SubscriptionRow> subscriptions,
      Collection<PaymentRow> payments) {
    saveCustomers(tx, connection, customers.stream().filter(row -> row.changed).toList());
    saveSubscriptions(tx, connection, subscriptions.stream().filter(row -> row.changed).toList());
    savePayments(tx, connection, payments.stream().filter(row -> row.changed).toList());
  }

  private void saveCustomers(TenantTx tx, UUID connection, List<CustomerRow> rows) {
    saveAll(
        tx,
        connection,
        rows,
        row -> row.isNew,
        """
        insert into customer (email, name, deleted, as_of, as_of_rank, updated_at, created_at, id,
          tenant_id, connection_id, provider_id)
        values (:email, :name, :deleted, :as_of, :as_of_rank, :now, :now, :id, :tenant, :connection,
          :provider_id)
        """,
        """
        update customer set email = :email, name = :name, deleted = :deleted, as_of = :as_of,
          as_of_rank = :as_of_rank, updated_at = :now
        where tenant_id = :tenant and connection_id = :connection and provider_id = :provider_id
          and id = :id
        """,
        (batch, row) ->
            batch
                .bind("id", row.id)
                .bind("provider_id", row.providerId)
                .bind("email", row.email)
                .bind("name", row.name)
                .bind("deleted", row.deleted)
                .bind("as_of", row.asOf)
                .bind("as_of_rank", row.asOfRank));
  }

  private void saveSubscriptions(TenantTx tx, UUID connection, List<SubscriptionRow> rows) {
    saveAll(
        tx,
        connection,
        rows,
        row -> row.isNew,
        """
        insert into subscription (newest, customer_provider_id, contact_email, contact_name,
          was_active, checkout_completed, confirmation_made, cancellation_made, provider_status,
          state, price, plan, quantity, currency, unit_amount, period_start, period_end,
          cancel_at_period_end, cancel_at, cancelled_at, ended_at, as_of, updated_at, created_at,
          id, tenant_id, connection_id, provider_id)
        values (:newest, :customer, :contact_email, :contact_name, :was_active,
          :checkout_completed, :confirmation_made, :cancellation_made, :provider_status, :state,
          :price, :plan, :quantity, :currency, :unit_amount, :period_start, :period_end,
          :cancel_at_period_end, :cancel_at, :cancelled_at, :ended_at, :as_of, :now, :now, :id,
          :tenant, :connection, :provider_id)
        """,
        """
        update subscription set newest = :newest, customer_provider_id = :customer,
          contact_email = :contact_email, contact_name = :contact_name, was_active = :was_active,
          checkout_completed = :checkout_completed, confirmation_made = :confirmation_made,
          cancellation_made = :cancellation_made, provider_status = :provider_status,
          state = :state, price = :price, plan = :plan, quantity = :quantity,
          currency = :currency, unit_amount = :unit_amount, period_start = :period_start,
          period_end = :period_end, cancel_at_period_end = :cancel_at_period_end,
          cancel_at = :cancel_at, cancelled_at = :cancelled_at, ended_at = :ended_at,
          as_of = :as_of, updated_at = :now
        where tenant_id = :tenant and connection_id = :connection and provider_id = :provider_id
          and id = :id
        """,
        PaymentStore::bindSubscription);
  }

  private static PreparedBatch bindSubscription(PreparedBatch batch, SubscriptionRow row) {
    SubscriptionFact shown = row.shown();
    return batch
        .bind("id", row.id)
        .bind("provider_id", row.providerId)
        .bind("newest", JSON.writeValueAsString(row.newest))
        .bind("customer", row.customer)
        .bind("contact_email", row.contactEmail)
        .bind("contact_name", row.contactName)
        .bind("was_active", row.wasActive)
        .bind("checkout_completed", row.checkoutCompleted)
        .bind("confirmation_made", row.confirmationMade)
        .bind("cancellation_made", row.cancellationMade)
        .bind("provider_status", shown == null ? "" : shown.status())
        .bind("state", row.state().text())
        .bind("price", shown == null ? null : shown.price())
        .bind("plan", shown == null ? null : shown.plan())
        .bind("quantity", shown == null ? null : shown.quantity())
        .bind("currency", shown == null ? null : shown.currency())
        .bind("unit_amount", shown == null ? null : shown.unitAmount())
        .bind("period_start", shown == null ? null : shown.periodStart())
        .bind("period_end", shown == null ? null : shown.periodEnd())
        .bind("cancel_at_period_end", shown != null && shown.cancelAtPeriodEnd())
        .bind("cancel_at", shown == null ? null : shown.cancelAt())
        .bind("cancelled_at", shown == null ? null : shown.cancelledAt())
        .bind("ended_at", shown == null ? null : shown.endedAt())
        .bind("as_of", shown == null ? null : Instant.ofEpochSecond(shown.second()));
  }

  private void savePayments(TenantTx tx, UUID connection, List<PaymentRow> rows) {
    saveAll(
        tx,
        connection,
        rows,
        row -> row.isNew,
        """
        insert into payment (subscription_provider_id, customer_provider_id, state, amount,
          currency, failed_tries, paid_at, updated_at, created_at, id, tenant_id, connection_id,
          provider_id)
        values (:subscription, :customer, :state, :amount, :currency, :failed_tries, :paid_at,
          :now, :now, :id, :tenant, :connection, :provider_id)
        """,
        """
        update payment set subscription_provider_id = :subscription,
          customer_provider_id = :customer, state = :state, amount = :amount,
          currency = :currency, failed_tries = :failed_tries, paid_at = :paid_at,
          updated_at = :now
        where tenant_id = :tenant and connection_id = :connection and provider_id = :provider_id
          and id = :id
        """,
        (batch, row) ->
            batch
                .bind("id", row.id)
                .bind("provider_id", row.providerId)
                .bind("subscription", row.subscription)
                .bind("customer", row.customer)
                .bind("state", row.succeeded ? "succeeded" : "failed")
                .bind("amount", row.amount)
                .bind("currency", row.currency)
                .bind("failed_tries", row.failedTries)
                .bind("paid_at", row.paidAt));
  }

  private interface Binding<R> {
    PreparedBatch bind(PreparedBatch batch, R row);
  }

  private <R> void saveAll(
      TenantTx tx,
      UUID connection,
      List<R> rows,
      java.util.function.Predicate<R> isNew,
      String insert,
      String update,
      Binding<R> binding) {
    saveAs(tx, connection, rows.stream().filter(isNew).toList(), insert, binding);
    saveAs(tx, connection, rows.stream().filter(isNew.negate()).toList(), update, binding);
  }

  private <R> void saveAs(
      TenantTx tx, UUID connection, List<R> rows, String sql, Binding<R> binding) {
    if (rows.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    try (PreparedBatch batch = tx.handle().prepareBatch(sql)) {
      for (R row : rows) {
        PreparedBatch _ =
            binding
                .bind(batch, row)
                .bind("tenant", tx.tenant().uuid())
                .bind("connection", connection)
                .bind("now", now)
                .add();
      }
      int[] _ = batch.execute();
    }
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
