package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the books of how endpoints fare: their breaker, the warning after a day of nothing but
/// failures, and the end after five days or a 410. Within the ledger's transaction.
final class EndpointCare {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointCare.class);

  private final HealthStore store = new HealthStore();
  private final Events events;

  EndpointCare(Events events) {
    this.events = events;
  }

  /// What a group of calls says about one endpoint.
  private static final class Account {
    final TenantId tenant;
    boolean succeeded;
    int failures;
    Instant firstFailure = Instant.MAX;
    Duration throttle = Duration.ZERO;
    Instant lastStart = Instant.MIN;
    String lastError = "";
    boolean gone;

    Account(TenantId tenant) {
      this.tenant = tenant;
    }

    void add(CallEnd call) {
      lastStart = call.startedAt().isAfter(lastStart) ? call.startedAt() : lastStart;
      if (call.delivered()) {
        succeeded = true;
        failures = 0;
        firstFailure = Instant.MAX;
        lastError = "";
      } else {
        failures++;
        firstFailure = call.startedAt().isBefore(firstFailure) ? call.startedAt() : firstFailure;
        throttle =
            Retries.throttle(call).compareTo(throttle) > 0 ? Retries.throttle(call) : throttle;
        lastError = call.error();
        gone |= call.gone();
      }
    }

    /// Whether there is something to write about an endpoint that was well.
    boolean failed() {
      return failures > 0 || !throttle.isZero();
    }

    /// Until when the receiver asked for peace. Calls that were under way when it did say nothing
    /// about that, however they end: only one that began after its time does.
    @Nullable Instant throttledUntil(@Nullable Instant known, Instant now) {
      @Nullable Instant kept = known != null && lastStart.isBefore(known) ? known : null;
      if (throttle.isZero()) {
        return kept;
      }
      Instant asked = now.plus(throttle);
      return kept != null && kept.isAfter(asked) ? kept : asked;
    }
  }

  /// Notes the calls of a group, in the order in which they ended.
  void note(EngineTx tx, List<Ended> ends, Instant now) {
    Map<UUID, Account> accounts = new TreeMap<>();
    for (Ended end : ends) {
      @Nullable CallEnd call = end.call();
      if (call != null) {
        accounts
            .computeIfAbsent(end.delivery().endpoint(), _ -> new Account(end.delivery().tenant()))
            .add(call);
      }
    }
    if (accounts.isEmpty()) {
      return;
    }
    List<HealthStore.Health> unwell =
        store.lock(
            tx,
            accounts.values().stream().map(account -> account.tenant.uuid()).toList(),
            List.copyOf(accounts.keySet()),
            accounts.values().stream().map(Account::failed).toList());
    List<Events.Told> told = new ArrayList<>();
    for (HealthStore.Health health : unwell) {
      @Nullable Account account = accounts.get(health.endpoint());
      if (account != null) {
        judge(tx, health, account, now, told);
      }
    }
    events.tellAll(tx, told);
  }

  private void judge(
      EngineTx tx,
      HealthStore.Health before,
      Account account,
      Instant now,
      List<Events.Told> told) {
    @Nullable Instant throttledUntil = account.throttledUntil(before.throttledUntil(), now);
    if (account.failures == 0) {
      store.save(
          tx,
          new HealthStore.Health(
              before.tenant(), before.endpoint(), 0, null, null, null, throttledUntil),
          "");
      return;
    }
    int failures = (account.succeeded ? 0 : before.failures()) + account.failures;
    @Nullable Instant known = account.succeeded ? null : before.failingSince();
    Instant since = known == null ? account.firstFailure : known;
    Duration rest = Retries.rest(failures);
    @Nullable Instant warnedAt = account.succeeded ? null : before.warnedAt();
    Duration failing = Duration.between(since, now);
    if (warnedAt == null && failing.compareTo(Retries.WARN_AFTER) >= 0) {
      warnedAt = now;
      store
          .url(tx, before.tenant(), before.endpoint())
          .ifPresent(
              url ->
                  told.add(
                      event(
                          EventType.ENDPOINT_FAILING,
                          before,
                          data(before, url, since, failures, account))));
    }
    store.save(
        tx,
        new HealthStore.Health(
            before.tenant(),
            before.endpoint(),
            failures,
            since,
            warnedAt,
            rest.isZero() ? null : now.plus(rest),
            throttledUntil),
        account.lastError);
    if (account.gone) {
      disable(tx, before, since, failures, account, "the receiver answered 410 (gone)", now, told);
    } else if (failing.compareTo(Retries.DISABLE_AFTER) >= 0) {
      disable(tx, before, since, failures, account, "every call failed for 5 days", now, told);
    }
  }

  private void disable(
      EngineTx tx,
      HealthStore.Health health,
      Instant since,
      int failures,
      Account account,
      String reason,
      Instant now,
      List<Events.Told> told) {
    store
        .disable(tx, health.tenant(), health.endpoint(), reason, now)
        .ifPresent(
            url -> {
              LOG.warn(
                  "endpoint {} of {} is disabled: {}; what waits for it is held",
                  Endpoint.write(health.endpoint()),
                  health.tenant(),
                  reason);
              Map<String, @Nullable Object> data = data(health, url, since, failures, account);
              data.put("reason", reason);
              told.add(event(EventType.ENDPOINT_DISABLED, health, data));
            });
  }

  /// The platform's event: who runs the server looks after what doesn't work.
  private static Events.Told event(
      EventType type, HealthStore.Health health, Map<String, @Nullable Object> data) {
    return new Events.Told(
        TenantId.PLATFORM, new NewEvent(type, Endpoint.write(health.endpoint()), data, null));
  }

  private static Map<String, @Nullable Object> data(
      HealthStore.Health health, String url, Instant since, int failures, Account account) {
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("tenant", health.tenant().toString());
    data.put("host", String.valueOf(URI.create(url).getHost()));
    data.put("failing_since", since.toString());
    data.put("failures", failures);
    data.put("last_error", account.lastError);
    return data;
  }
}
