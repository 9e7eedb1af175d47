package dev.tenon.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Subscriptions as years of webhooks leave them, put into the table at once: no webhook could
/// bring a million in a minute. What each is follows from its number, so that the right answers are
/// known.
///
/// Of a hundred, 80 customers have one or two; of twenty subscriptions, 14 are active, one each is
/// in its trial, late, or begun only, and three have ended.
record SubscriptionSeed(long subscriptions) {
  private static final int CHUNK = 50_000;
  private static final int PRICES = 3;

  /// Longer than what is shown: the facts of the newest second are kept with the row.
  private static final String ROWS =
      """
      insert into subscription (tenant_id, connection_id, provider_id, id, customer_provider_id,
        contact_email, contact_name, provider_status, state, price, plan, quantity, currency,
        unit_amount, period_start, period_end, ended_at, was_active, checkout_completed,
        confirmation_made, cancellation_made, as_of, newest, created_at, updated_at, revision,
        activated_told, items, prices)
      select ?, ?, 'sub_1Q' || lpad(g::text, 20, '0'), uuidv7(interval '-1 second' * (? - g)),
        'cus_Q' || lpad((g % ?)::text, 12, '0'), 'customer' || g || '@shop.test', 'Customer ' || g,
        kind.status, kind.state, 'price_' || g % 3, 'Plan ' || g % 3, 1, 'eur', 2900,
        now() - interval '12 days', now() + interval '18 days',
        case when kind.state = 'ended' then now() - interval '5 days' end,
        true, true, true, kind.state = 'ended', now() - interval '12 days',
        '[{"id":"evt_1Q' || lpad(g::text, 20, '0') || '","status":"' || kind.status || '","customer":"cus_Q'
          || lpad((g % ?)::text, 12, '0') || '","periodEnd":1790000000,"cancelAtPeriodEnd":false,'
          || '"items":[{"price":"price_' || g % 3 || '","quantity":1,"unitAmount":2900,"currency":"eur"}]}]',
        now() - interval '1 second' * (? - g), now(), 3, true,
        '[{"price":"price_' || g % 3 || '","quantity":1,"unitAmount":2900,"currency":"eur"}]',
        array['price_' || g % 3]
      from generate_series(?::bigint, ?::bigint) g
      join lateral (select case
          when g % 20 < 14 then 'active' when g % 20 = 14 then 'trialing'
          when g % 20 = 15 then 'past_due' when g % 20 = 16 then 'incomplete'
          else 'canceled' end as status,
        case
          when g % 20 < 14 then 'active' when g % 20 = 14 then 'trialing'
          when g % 20 = 15 then 'past_due' when g % 20 = 16 then 'pending'
          else 'ended' end as state) kind on true
      """;

  long customers() {
    return Math.max(1, subscriptions * 4 / 5);
  }

  static String customer(long number) {
    return "cus_Q%012d".formatted(number);
  }

  /// The price of the subscription with this number.
  static String price(long subscription) {
    return "price_" + subscription % PRICES;
  }

  private static boolean entitles(long subscription) {
    return subscription % 20 < 16;
  }

  /// The right answer to "may this customer use the plan with this price now?".
  ///
  /// @param price null for any plan
  boolean isEntitled(long customer, @Nullable String price) {
    for (long one = customer; one < subscriptions; one += customers()) {
      if (entitles(one) && (price == null || price.equals(price(one)))) {
        return true;
      }
    }
    return false;
  }

  /// Puts them in, from two sessions as there are two processors at least.
  void plant(Bed bed, UUID tenant, UUID connection) {
    List<Callable<Integer>> chunks = new ArrayList<>();
    for (long first = 0; first < subscriptions; first += CHUNK) {
      long from = first;
      long to = Math.min(subscriptions, first + CHUNK) - 1;
      chunks.add(() -> chunk(bed, tenant, connection, from, to));
    }
    try (var both = Executors.newFixedThreadPool(2)) {
      for (var done : both.invokeAll(chunks)) {
        int _ = done.get();
      }
    } catch (ExecutionException e) {
      throw new BenchFailure("planting subscriptions failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted");
    }
  }

  private int chunk(Bed bed, UUID tenant, UUID connection, long from, long to) throws SQLException {
    try (Connection session = bed.administrator();
        var quick = session.createStatement();
        var insert = session.prepareStatement(ROWS)) {
      // What is lost in a crash is planted again.
      boolean _ = quick.execute("set synchronous_commit = off");
      insert.setObject(1, tenant);
      insert.setObject(2, connection);
      insert.setLong(3, subscriptions);
      insert.setLong(4, customers());
      insert.setLong(5, customers());
      insert.setLong(6, subscriptions);
      insert.setLong(7, from);
      insert.setLong(8, to);
      return insert.executeUpdate();
    }
  }
}
