package dev.tenon.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenon.tenant.TenantId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.postgres.PostgresPlugin;

/// The two ways into the database: as one tenant, or as the engine.
///
/// Each has its own pool whose sessions have already dropped to their role, so that nothing runs
/// with the rights of the login. A tenant's transaction names its tenant in its first statement;
/// without it row-level security shows nothing.
///
/// A transaction of one pool may ask the other pool for a connection (within one pool and thread
/// the open transaction is used again), but then never the other way round, or the two would wait
/// for each other: an engine's transaction may wait for a tenant's connection, a tenant's for none.
/// What is looked up in the middle of any transaction has a small pool of its own ([#lookUp]), and
/// nothing waits while it holds one of those.
public final class Database implements AutoCloseable {
  private static final Duration WAIT_MAX = Duration.ofSeconds(5);
  private static final int LOOK_UP_POOL = 2;

  private final HikariDataSource enginePool;
  private final HikariDataSource tenantPool;
  private final HikariDataSource lookUpPool;
  private final Jdbi engine;
  private final Jdbi tenant;
  private final Jdbi lookUp;

  private Database(
      HikariDataSource enginePool, HikariDataSource tenantPool, HikariDataSource lookUpPool) {
    this.enginePool = enginePool;
    this.tenantPool = tenantPool;
    this.lookUpPool = lookUpPool;
    this.lookUp = jdbi(lookUpPool);
    this.engine = jdbi(enginePool);
    this.tenant = jdbi(tenantPool);
  }

  /// Opens the pools without measuring them: for tests and tools.
  public static Database open(DatabaseAddress address, PoolSizes sizes) {
    return open(address, sizes, new SimpleMeterRegistry());
  }

  /// Opens the pools on a migrated database (see [Migrations]).
  ///
  /// @param meters where the pools count their connections and waits
  public static Database open(DatabaseAddress address, PoolSizes sizes, MeterRegistry meters) {
    return new Database(
        pool(address, "engine", "tenon_engine", sizes.engine(), meters),
        pool(address, "tenant", "tenon_tenant", sizes.tenant(), meters),
        pool(address, "look-up", "tenon_engine", LOOK_UP_POOL, meters));
  }

  /// How many connections each pool may hold. Two more are for look-ups.
  ///
  /// @param engine connections for intake, lanes and jobs
  /// @param tenant connections for the API, the console and sending
  public record PoolSizes(int engine, int tenant) {}

  private static HikariDataSource pool(
      DatabaseAddress address, String name, String role, int size, MeterRegistry meters) {
    var config = new HikariConfig();
    config.setMetricRegistry(meters);
    config.setPoolName("tenon-" + name);
    config.setJdbcUrl(address.jdbcUrl());
    config.setUsername(address.user());
    config.setPassword(address.password().reveal());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(2, size));
    config.setConnectionTimeout(WAIT_MAX.toMillis());
    config.setConnectionInitSql(SessionSettings.sql(role));
    config.addDataSourceProperty("currentSchema", "tenon");
    config.addDataSourceProperty("ApplicationName", "tenon-" + name);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("prepareThreshold", "1");
    if (role.equals("tenon_engine")) {
      // The engine's statements are few and always alike: planning them anew costs more than many
      // of them take. The API's have optional conditions, which only a plan of their own makes use
      // of.
      config.addDataSourceProperty("options", "-c plan_cache_mode=force_generic_plan");
    }
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("socketTimeout", "60");
    return new HikariDataSource(config);
  }

  private static Jdbi jdbi(DataSource source) {
    Jdbi jdbi = Jdbi.create(source).installPlugin(new PostgresPlugin());
    jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(false);
    return jdbi;
  }

  /// Runs `work` in one transaction that sees only `tenantId`'s rows; commits when it returns,
  /// rolls back when it throws.
  public <T> T asTenant(TenantId tenantId, Function<TenantTx, T> work) {
    return tenant.inTransaction(
        handle -> {
          handle
              .createQuery("select set_config('tenon.tenant', :tenant, true)")
              .bind("tenant", tenantId.uuid().toString())
              .mapTo(String.class)
              .one();
          return work.apply(new TenantTx(tenantId, handle));
        });
  }

  public void useTenant(TenantId tenantId, Consumer<TenantTx> work) {
    asTenant(
        tenantId,
        tx -> {
          work.accept(tx);
          return true;
        });
  }

  /// Runs `work` in one transaction as the engine.
  public <T> T asEngine(Function<EngineTx, T> work) {
    return engine.inTransaction(handle -> work.apply(new EngineTx(handle)));
  }

  public void useEngine(Consumer<EngineTx> work) {
    asEngine(
        tx -> {
          work.accept(tx);
          return true;
        });
  }

  /// Runs one statement as the engine, committed by the server as soon as it is done: this node
  /// holds no lock while the answer travels, even if it is stopped there.
  public <T> T atOnce(Function<EngineTx, T> statement) {
    return engine.withHandle(handle -> statement.apply(new EngineTx(handle)));
  }

  /// Runs a look-up in the engine's directory, in a transaction of its own. The one way that is
  /// safe while the caller holds another connection; `read` must take none itself.
  public <T> T lookUp(Function<EngineTx, T> read) {
    return lookUp.inTransaction(handle -> read.apply(new EngineTx(handle)));
  }

  /// The engine's pool for the hot paths, which speak plain JDBC, and for libraries that want a
  /// [DataSource].
  public DataSource engineSource() {
    return enginePool;
  }

  /// Whether the database answers at all, within `limit`.
  public boolean answers(Duration limit) {
    var asked = new FutureTask<>(() -> isAnswering(limit));
    Thread.startVirtualThread(asked);
    try {
      return asked.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private boolean isAnswering(Duration limit) {
    try (var connection = enginePool.getConnection()) {
      return connection.isValid((int) Math.max(1, limit.toSeconds()));
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void close() {
    tenantPool.close();
    enginePool.close();
    lookUpPool.close();
  }
}
