package dev.tenon;

import dev.tenon.access.ApiKeys;
import dev.tenon.config.Config;
import dev.tenon.connection.Connections;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.CallObserver;
import dev.tenon.db.Database;
import dev.tenon.event.Events;
import dev.tenon.id.Ids;
import dev.tenon.metric.Machine;
import dev.tenon.metric.Meters;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;

/// What everything else stands on: the clock and ids, figures, the database, the vault, who there
/// is, and the way out to providers.
record Foundation(
    InstantSource clock,
    Ids ids,
    PrometheusMeterRegistry registry,
    Meters meters,
    Machine machine,
    Database database,
    Vault vault,
    Tenants tenants,
    ApiKeys keys,
    Connections connections,
    ApacheProviderHttp http) {

  static Foundation of(Config config, Tenon.Surroundings around, Signals signals) {
    InstantSource clock = around.clock();
    var ids = new Ids(clock);
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var meters = new Meters(registry);
    Machine machine = Machine.watch(registry);
    Database database =
        Database.open(
            around.database(),
            new Database.PoolSizes(
                config.database().enginePoolSize(),
                config.database().tenantPoolSize(),
                config.inbox().writers()),
            registry);
    Vault vault = Vault.open(around.vaultKey(), database, clock);
    var http =
        new ApacheProviderHttp(
            around.egress(),
            ApacheProviderHttp.Limits.DEFAULT.within(
                Duration.ofSeconds(config.egress().connectSecondsMax()),
                Duration.ofSeconds(config.egress().callSecondsMax())),
            CallObserver.NONE);
    return new Foundation(
        clock,
        ids,
        registry,
        meters,
        machine,
        database,
        vault,
        new Tenants(database, vault, ids, clock),
        new ApiKeys(database, ids, clock),
        new Connections(
            database, vault, ids, clock, new Events(ids, clock, signals.eventsTold()::raise)),
        http);
  }
}
