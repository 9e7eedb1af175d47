package dev.tenon.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenon.tenant.TenantId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.postgres.PostgresPlugin;

/// The two ways into the database: as one tenant, or as the engine.
///
/// Each has pools of its own whose sessions have already dropped to their role, so that nothing
/// runs with the rights of the login. A tenant's transaction names its tenant in its first
/// statement; without it row-level security shows nothing.
///
/// A transaction of one pool may ask the other pool for a connection (within one pool and thread
/// the open transaction is used again), but then never the other way round, or the two would wait
/// for each other: an engine's transaction may wait for a tenant's connection, a tenant's for none.
/// What is looked up in the middle of any transaction has a small pool of its own ([#lookUp]), and
/// nothing waits while it holds one of those.
///
/// Three more are apart so that one side can't starve another: the writers of the inbox have theirs
/// ([#intakeSource]); whoever has not shown yet who he is shares two connections with his like
/// ([#directory]); and the question whether the database answers waits behind nobody ([#answers]).
public final class Database implements AutoCloseable {
  private static final Duration WAIT_MAX = Duration.ofSeconds(5);

  /// A stranger in a crowd of strangers is sent away soon: each wait holds a request open.
  private static final Duration DIRECTORY_WAIT_MAX = Duration.ofSeconds(1);

  private static final int LOOK_UP_POOL = 2;
  private static final int DIRECTORY_POOL = 2;

  private final HikariDataSource enginePool;
  private final HikariDataSource tenantPool;
  private final HikariDataSource lookUpPool;
  private final HikariDataSource directoryPool;
  private final HikariDataSource intakePool;
  private final HikariDataSource pulsePool;
  private final Jdbi engine;
  private final Jdbi tenant;
  private final Jdbi lookUp;
  private final Jdbi directory;
  private final Pulse pulse;

  private Database(DatabaseAddress address, PoolSizes sizes, MeterRegistry meters) {
    this.enginePool = pool(address, "engine", "tenon_engine", sizes.engine(), WAIT_MAX, meters);
    this.tenantPool = pool(address, "tenant", "tenon_tenant", sizes.tenant(), WAIT_MAX, meters);
    this.lookUpPool = pool(address, "look-up", "tenon_engine", LOOK_UP_POOL, WAIT_MAX, meters);
    this.directoryPool =
        pool(address, "directory", "tenon_engine", DIRECTORY_POOL, DIRECTORY_WAIT_MAX, meters);
    this.intakePool = pool(address, "intake", "tenon_engine", sizes.intake(), WAIT_MAX, meters);
    this.pulsePool = pool(address, "pulse", "tenon_engine", 1, WAIT_MAX, meters);
    this.lookUp = jdbi(lookUpPool);
    this.engine = jdbi(enginePool);
    this.tenant = jdbi(tenantPool);
    this.directory = jdbi(directoryPool);
    this.pulse = new Pulse(pulsePool);
  }

  /// Opens the pools without measuring them: for tests and tools.
  public static Database open(DatabaseAddress address, PoolSizes sizes) {
    return open(address, sizes, new SimpleMeterRegistry());
  }

  /// Opens the pools on a migrated database (see [Migrations]).
  ///
  /// @param meters where the pools count their connections and waits
  public static Database open(DatabaseAddress address, PoolSizes sizes, MeterRegistry meters) {
    return new Database(address, sizes, meters);
  }

  /// How many connections each pool may hold. Five more are for look-ups and the pulse.
  ///
  /// @param engine connections for lanes, jobs and what the clock starts
  /// @param tenant connections for the API, the console and sending
  /// @param intake connections for the writers of the inbox, one each
  public record PoolSizes(int engine, int tenant, int intake) {

    /// With as many for intake as it has writers by default.
    public PoolSizes(int engine, int tenant) {
      this(engine, tenant, 2);
    }
  }

  private static HikariDataSource pool(
      DatabaseAddress address,
      String name,
      String role,
      int size,
      Duration waitMax,
      MeterRegistry meters) {
    var config = new HikariConfig();
    config.setMetricRegistry(meters);
    config.setPoolName("tenon-" + name);
    config.setJdbcUrl(address.jdbcUrl());
    config.setUsername(address.user());
    config.setPassword(address.password().reveal());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(2, size));
    config.setConnectionTimeout(waitMax.toMillis());
    config.setConnectionInitSql(SessionSettings.sql(role));
    config.addDataSourceProperty("currentSchema", "tenon");
    config.addDataSourceProperty("ApplicationName", "tenon-" + name);
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    config.addDataSourceProperty("prepareThreshold", "1");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty(Values.DETAIL, Values.LEFT_OUT);
    config.addDataSourceProperty("socketTimeout", "60");
    return new HikariDataSource(config);
  }

  private static Jdbi jdbi(DataSource source) {
    Jdbi jdbi = Jdbi.create(source).installPlugin(new PostgresPlugin());
    jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(false);
    jdbi.getConfig(StatementExceptions.class)
        .setMessageRendering(StatementExceptions.MessageRendering.NONE);
    return jdbi;
  }

  /// Texts of exceptions reach the log and the results of jobs. Those of Jdbi repeat what was
  /// bound, those of the driver the row that was refused: recipients, names, subjects.
  static final class Values {
    /// The driver's setting of it.
    static final String DETAIL = "logServerErrorDetail";

    static final String LEFT_OUT = "false";

    private Values() {}
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

  /// Looks up for somebody who has not shown yet who he is: whose an address or a key is. However
  /// many ask, they hold two connections; who gets none within a second is answered "busy".
  public <T> T directory(Function<EngineTx, T> read) {
    return directory.inTransaction(handle -> read.apply(new EngineTx(handle)));
  }

  /// The connections that the writers of the inbox have to themselves.
  public DataSource intakeSource() {
    return intakePool;
  }

  /// The engine's pool for libraries that want a [DataSource].
  public DataSource engineSource() {
    return enginePool;
  }

  /// Whether the database answers at all, within `limit`. Waits for no pool that does work.
  public boolean answers(Duration limit) {
    return pulse.beats(limit);
  }

  @Override
  public void close() {
    tenantPool.close();
    enginePool.close();
    lookUpPool.close();
    directoryPool.close();
    intakePool.close();
    pulsePool.close();
  }
}
