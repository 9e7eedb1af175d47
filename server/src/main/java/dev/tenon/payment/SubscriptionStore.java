package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of subscriptions: one statement a batch to load and lock, one to save.
final class SubscriptionStore {
  private static final JsonMapper JSON = StateJson.MAPPER;
  private static final TypeReference<List<SubscriptionFact>> FACTS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> NAMES = new TypeReference<>() {};

  private static final String SAVE =
      """
      insert into subscription (tenant_id, connection_id, environment, created_at, updated_at, provider_id, id,
        newest, revision, activated_told, customer_provider_id, contact_email, contact_name,
        contact_rank, was_active, checkout_completed, confirmation_made, cancellation_made,
        provider_status, state, price, plan, quantity, currency, unit_amount, period_start,
        period_end, cancel_at_period_end, cancel_at, cancelled_at, ended_at, trial_end, as_of,
        items, prices, plan_names, plan_names_rank, first_receipt, trial_notice, trial_notice_as_of)
      select :tenant, :connection, :environment, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid, newest text,
        revision bigint, activated_told boolean, customer_provider_id text, contact_email text,
        contact_name text, contact_rank text, was_active boolean, checkout_completed boolean,
        confirmation_made boolean, cancellation_made boolean, provider_status text, state text,
        price text, plan text, quantity bigint, currency text, unit_amount bigint,
        period_start timestamptz, period_end timestamptz, cancel_at_period_end boolean,
        cancel_at timestamptz, cancelled_at timestamptz, ended_at timestamptz,
        trial_end timestamptz, as_of timestamptz, items text, prices text[], plan_names text,
        plan_names_rank text, first_receipt text, trial_notice timestamptz,
        trial_notice_as_of timestamptz)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, environment = excluded.environment, newest = excluded.newest, revision = excluded.revision,
        activated_told = excluded.activated_told,
        customer_provider_id = excluded.customer_provider_id,
        contact_email = excluded.contact_email, contact_name = excluded.contact_name,
        contact_rank = excluded.contact_rank, was_active = excluded.was_active,
        checkout_completed = excluded.checkout_completed,
        confirmation_made = excluded.confirmation_made,
        cancellation_made = excluded.cancellation_made,
        provider_status = excluded.provider_status, state = excluded.state,
        price = excluded.price, plan = excluded.plan, quantity = excluded.quantity,
        currency = excluded.currency, unit_amount = excluded.unit_amount,
        period_start = excluded.period_start, period_end = excluded.period_end,
        cancel_at_period_end = excluded.cancel_at_period_end, cancel_at = excluded.cancel_at,
        cancelled_at = excluded.cancelled_at, ended_at = excluded.ended_at,
        trial_end = excluded.trial_end, as_of = excluded.as_of, items = excluded.items,
        prices = excluded.prices, plan_names = excluded.plan_names,
        plan_names_rank = excluded.plan_names_rank, first_receipt = excluded.first_receipt,
        trial_notice = excluded.trial_notice, trial_notice_as_of = excluded.trial_notice_as_of
      where subscription.id = excluded.id
      """;

  private final RowSaver saver;

  SubscriptionStore(RowSaver saver) {
    this.saver = saver;
  }

  /// Those of these ids, and those of these customers that have ended, or whose trial ends, and
  /// whom nobody could write to so far.
  List<SubscriptionRow> load(
      TenantTx tx,
      UUID connection,
      Collection<String> providerIds,
      Collection<String> customersHeardOf) {
    return providerIds.isEmpty() && customersHeardOf.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, newest, revision, activated_told, customer_provider_id,
                  contact_email, contact_name, contact_rank, was_active, checkout_completed,
                  confirmation_made, cancellation_made, plan_names, plan_names_rank, first_receipt,
                  trial_notice, trial_notice_as_of
                from subscription
                where tenant_id = :tenant and connection_id = :connection
                  and (provider_id = any(:ids)
                    or customer_provider_id = any(:customers) and state = 'ended' and was_active
                      and not cancellation_made and contact_email is null
                    or customer_provider_id = any(:customers) and trial_notice is not null
                      and contact_email is null)
                order by provider_id for update
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", connection)
            .bindArray("ids", String.class, providerIds)
            .bindArray("customers", String.class, customersHeardOf)
            .map((row, context) -> row(row))
            .list();
  }

  private static SubscriptionRow row(ResultSet row) throws SQLException {
    var subscription =
        new SubscriptionRow(
            row.getObject("id", UUID.class),
            row.getString("provider_id"),
            JSON.readValue(row.getString("newest"), FACTS));
    subscription.revision = row.getLong("revision");
    subscription.activatedTold = row.getBoolean("activated_told");
    subscription.customer = row.getString("customer_provider_id");
    subscription.contactEmail = row.getString("contact_email");
    subscription.contactName = row.getString("contact_name");
    subscription.contactRank = row.getString("contact_rank");
    subscription.wasActive = row.getBoolean("was_active");
    subscription.checkoutCompleted = row.getBoolean("checkout_completed");
    subscription.confirmationMade = row.getBoolean("confirmation_made");
    subscription.cancellationMade = row.getBoolean("cancellation_made");
    subscription.planNames = JSON.readValue(row.getString("plan_names"), NAMES);
    subscription.planNamesRank = row.getString("plan_names_rank");
    subscription.firstReceipt = row.getString("first_receipt");
    subscription.trialNotice = time(row, "trial_notice");
    subscription.trialNoticeAsOf = time(row, "trial_notice_as_of");
    return subscription;
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  void save(TenantTx tx, Place place, Collection<SubscriptionRow> rows) {
    saver.save(
        tx,
        place,
        SAVE,
        rows.stream().filter(row -> row.changed).map(SubscriptionStore::values).toList());
  }

  private static Map<String, @Nullable Object> values(SubscriptionRow row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("newest", JSON.writeValueAsString(row.newest));
    values.put("revision", row.revision);
    values.put("activated_told", row.activatedTold);
    values.put("customer_provider_id", row.customer);
    values.put("contact_email", row.contactEmail);
    values.put("contact_name", row.contactName);
    values.put("contact_rank", row.contactRank);
    values.put("was_active", row.wasActive);
    values.put("checkout_completed", row.checkoutCompleted);
    values.put("confirmation_made", row.confirmationMade);
    values.put("cancellation_made", row.cancellationMade);
    values.put("plan_names", JSON.writeValueAsString(row.planNames));
    values.put("plan_names_rank", row.planNamesRank);
    values.put("first_receipt", row.firstReceipt);
    values.put("trial_notice", RowSaver.time(row.trialNotice));
    values.put("trial_notice_as_of", RowSaver.time(row.trialNoticeAsOf));
    values.put("plan", row.plan());
    SubscriptionFact shown = row.shown();
    List<SubscriptionItem> items = shown == null ? List.of() : shown.items();
    values.put("items", JSON.writeValueAsString(items));
    values.put(
        "prices",
        items.stream().map(SubscriptionItem::price).filter(Objects::nonNull).distinct().toList());
    values.put("provider_status", shown == null ? "" : shown.status());
    values.put("state", row.state().text());
    values.put("cancel_at_period_end", shown != null && shown.cancelAtPeriodEnd());
    if (shown != null) {
      values.put("price", shown.price());
      values.put("quantity", shown.quantity());
      values.put("currency", shown.currency());
      values.put("unit_amount", shown.unitAmount());
      values.put("period_start", RowSaver.time(shown.periodStart()));
      values.put("period_end", RowSaver.time(shown.periodEnd()));
      values.put("cancel_at", RowSaver.time(shown.cancelAt()));
      values.put("cancelled_at", RowSaver.time(shown.cancelledAt()));
      values.put("ended_at", RowSaver.time(shown.endedAt()));
      values.put("trial_end", RowSaver.time(shown.trialEnd()));
      values.put("as_of", RowSaver.time(Instant.ofEpochSecond(shown.second())));
    }
    return values;
  }
}
