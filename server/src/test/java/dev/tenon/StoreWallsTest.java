package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.FilledTables;
import dev.tenon.db.TenantTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Every method of every store, called for tenant A with the ids of B's rows: it finds nothing and
/// changes nothing of B's. Only B has rows. The methods are found by reflection, so a new one is
/// called as soon as it is written; arguments follow from their types, with B's id wherever there
/// is an id and with A's wherever there is a tenant.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class StoreWallsTest {
  private final UUID b = FilledTables.idNow(7);
  private final TenantId tenantA = new TenantId(FilledTables.idNow(8));
  private final TenantId tenantB = new TenantId(b);
  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private Connection administrator;
  private String digest;
  private String before;

  /// What is called by no tenant: asked before any is known, or of all at once. Each says why.
  private static final Map<String, String> OF_ALL_TENANTS =
      Map.ofEntries(
          Map.entry("ApiKeyStore.findByHash", "a caller shows only the key"),
          Map.entry("ApiKeyStore.noteUse", "the key names its tenant; the statement does as well"),
          Map.entry("ConnectionStore.findTenant", "an inbound URL names the connection alone"),
          Map.entry(
              "ConnectionStore.acting", "the platform's webhook names a connected account alone"),
          Map.entry("ConnectionStore.purpose", "the engine applies facts of any connection"),
          Map.entry("TenantStore.list", "for the platform's keys"),
          Map.entry("ConsoleSessionStore.useLogin", "a log-in shows only its token"),
          Map.entry("ConsoleSessionStore.findSession", "a browser shows only its cookie"),
          Map.entry("ConsoleSessionStore.touch", "a browser shows only its cookie"),
          Map.entry("ConsoleSessionStore.endSession", "a browser shows only its cookie"),
          Map.entry("ConsoleSessionStore.sweep", "clears what is over, of all"),
          Map.entry("ClaimStore.claim", "the engine serves all tenants"),
          Map.entry("LaneStore.wake", "the engine serves all tenants"),
          Map.entry("LaneStore.hush", "the engine serves all tenants"),
          Map.entry("JobStore.claim", "the engine serves all tenants"),
          Map.entry("JobStore.wake", "the engine serves all tenants"),
          Map.entry("JobStore.renew", "each job carries its tenant, and a token"),
          Map.entry("lane.BacklogStore.counts", "figures of the node"),
          Map.entry("lane.BacklogStore.oldestReady", "figures of the node"),
          Map.entry("work.BacklogStore.counts", "figures of the node"),
          Map.entry("InboxStore.takeIn", "each delivery carries its connection's tenant"),
          Map.entry("AttemptStore.begin", "each attempt carries its message's tenant"),
          Map.entry("AttemptStore.end", "each attempt carries its message's tenant"),
          Map.entry("BreakerStore.list", "a connection that rests does so for all who use it"),
          Map.entry("BreakerStore.put", "each breaker carries its connection's tenant"),
          Map.entry("JobStore.finishHeld", "each job carries its tenant, and a token"),
          Map.entry("JobStore.sleepHeld", "each job carries its tenant, and a token"),
          Map.entry("delivery.BacklogStore.counts", "figures of the node"),
          Map.entry("delivery.BacklogStore.resting", "figures of the node"),
          Map.entry("QueueStore.turns", "the engine serves all tenants"),
          Map.entry("QueueStore.lockPaces", "each turn carries its tenant"),
          Map.entry("QueueStore.savePaces", "each turn carries its tenant"),
          Map.entry("QueueStore.claim", "each turn carries its tenant"),
          Map.entry("QueueStore.wake", "the engine serves all tenants"),
          Map.entry("QueueStore.release", "the engine serves all tenants"),
          Map.entry("OutcomeStore.finish", "each delivery carries its tenant, and a token"),
          Map.entry("OutcomeStore.sleep", "each delivery carries its tenant, and a token"),
          Map.entry("OutcomeStore.insertAttempts", "each delivery carries its tenant"),
          Map.entry("OutcomeStore.wakeNext", "each delivery carries its tenant"),
          Map.entry("HealthStore.lock", "each endpoint stands beside its tenant"),
          Map.entry("ReconciliationStore.due", "the engine serves all tenants"),
          Map.entry("ReconciliationStore.oldest", "figures of the node"),
          Map.entry("ReconciliationStore.lastRun", "work of the platform alone"),
          Map.entry("EmailNumberStore.add", "each figure carries its tenant"),
          Map.entry("EmailNumberStore.forget", "clears what is old, of all"),
          Map.entry("EmailNumberStore.untold", "each connection stands beside its owner"),
          Map.entry("RefusalStore.add", "each refusal carries its connection's tenant"),
          Map.entry("RefusalStore.forget", "clears what is old, of all"),
          Map.entry("IdempotencyStore.deleteOlder", "clears what is old, of all"),
          Map.entry(
              "ReportStore.owners", "a report on the platform's connection names a message alone"),
          Map.entry("TenantQueries.startingWith", "for sessions that see every tenant"),
          Map.entry("TenantQueries.holding", "for sessions that see every tenant"));

  /// Answers that are something and tell nothing of B.
  private static final Set<String> ANSWERS_FIGURES =
      Set.of(
          "OverviewQueries.inbox",
          "OverviewQueries.received",
          // A's key is free, whatever keys B has.
          "IdempotencyStore.insert",
          // A's own list gets an entry.
          "SuppressionStore.add",
          // A's own layout is made.
          "BrandStore.put",
          // Three lists, all empty.
          "ReportStore.lock",
          // A itself.
          "TenantQueries.find",
          "TenantStore.exists",
          "TenantStore.find");

  @BeforeAll
  void fill() throws SQLException {
    administrator = database.connectAsAdministrator();
    var filled = new FilledTables(administrator);
    filled.fill(b, b);
    digest = filled.digestQuery(b);
    before =
        db.asEngine(
            tx -> {
              tx.handle().execute("reset role");
              return tx.handle().createQuery(digest).mapTo(String.class).one();
            });
    try (var statement = administrator.createStatement()) {
      statement.execute(
          "insert into tenant (tenant_id, name, state, created_at) values ('%s', 'A', 'active', '%s')"
              .formatted(tenantA.uuid(), Instant.EPOCH));
    }
  }

  @AfterAll
  void stop() throws SQLException {
    administrator.close();
    db.close();
    database.close();
  }

  /// A method of a store, be it declared there or in what the store extends.
  private record Asked(Class<?> store, Method method) {
    Class<?>[] parameters() {
      return method.getParameterTypes();
    }

    String name() {
      String simple = store.getSimpleName();
      String owner = store.getPackageName();
      String prefix =
          simple.equals("BacklogStore") ? owner.substring(owner.lastIndexOf('.') + 1) + "." : "";
      return prefix + simple + "." + method.getName();
    }

    @Override
    public String toString() {
      return store.getName() + ": " + method;
    }
  }

  private static List<Asked> methods() {
    List<Asked> methods = new ArrayList<>();
    for (JavaClass found : ServerClasses.ALL) {
      String name = found.getSimpleName();
      if ((name.endsWith("Store") || name.endsWith("Queries")) && !name.equals("Queries")) {
        Class<?> store = found.reflect();
        Stream.<Class<?>>iterate(store, Objects::nonNull, Class::getSuperclass)
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(method -> !method.isSynthetic() && !Modifier.isPrivate(method.getModifiers()))
            .filter(StoreWallsTest::speaksToTheDatabase)
            .forEach(method -> methods.add(new Asked(store, method)));
      }
    }
    methods.sort(Comparator.comparing(Asked::toString));
    return methods;
  }

  private static boolean speaksToTheDatabase(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .anyMatch(
            type ->
                type == TenantTx.class
                    || type == EngineTx.class
                    || type == Connection.class
                    || type == Handle.class);
  }

  @Test
  void everyMethodTakesATenantOrSaysWhyNot() {
    List<String> without =
        methods().stream()
            .filter(method -> !takesTenant(method))
            .map(Asked::name)
            .distinct()
            .toList();
    assertThat(without)
        .as("methods of stores that name no tenant: give them one, or say why not")
        .isSubsetOf(OF_ALL_TENANTS.keySet());
  }

  private static boolean takesTenant(Asked asked) {
    if (OF_ALL_TENANTS.containsKey(asked.name())) {
      return false;
    }
    return Stream.of(asked.parameters())
        .anyMatch(
            type ->
                type == TenantTx.class
                    || type == TenantId.class
                    || (type.isRecord()
                        && Arrays.stream(type.getRecordComponents())
                            .anyMatch(part -> part.getType() == TenantId.class)));
  }

  @Test
  void theWrongTenantFindsAndChangesNothing() throws Exception {
    List<String> called = new ArrayList<>();
    List<String> telling = new ArrayList<>();
    for (Asked asked : methods()) {
      if (takesTenant(asked)) {
        Object answer = callAsTenantA(asked);
        if (tells(answer) && !ANSWERS_FIGURES.contains(asked.name())) {
          telling.add(asked + " answered " + answer);
        }
        assertThat(String.valueOf(answer)).as(asked.name()).doesNotContain(b.toString());
        called.add(asked.name());
      }
    }
    assertThat(telling).as("answers to the wrong tenant").isEmpty();
    assertThat(called)
        .contains(
            "ApiKeyStore.find",
            "ConnectionStore.secrets",
            "FactStore.readyOfHeld",
            "JobStore.finish",
            "MessageStore.toSend",
            "PaymentStore.load",
            "RefusalStore.list",
            "ReplayStore.find")
        .hasSizeGreaterThan(40);
  }

  /// The proof that the call above would find something if it were allowed to.
  @Test
  void theRightTenantFindsItsRows() throws Exception {
    List<String> telling = new ArrayList<>();
    for (Asked asked : methods()) {
      if (takesTenant(asked)) {
        if (tellsTheRightTenant(asked)) {
          telling.add(asked.name());
        }
      }
    }
    assertThat(telling)
        .contains(
            "ApiKeyStore.find",
            "ApiKeyStore.revoke",
            "ConnectionStore.find",
            "ConnectionStore.secrets",
            "FactStore.readyOfHeld",
            "LaneStore.lockHeld",
            "MessageStore.toSend",
            "PaymentStore.load",
            "RefusalStore.list");
  }

  /// Rows made by type alone are not all readable; here it is enough that many are.
  private boolean tellsTheRightTenant(Asked asked) throws Exception {
    try {
      return tells(call(asked, tenantB));
    } catch (InvocationTargetException | RuntimeException e) {
      return false;
    }
  }

  /// Whether an answer says anything.
  private static boolean tells(Object answer) {
    return switch (answer) {
      case null -> false;
      case Boolean yes -> yes;
      case Number number -> number.longValue() != 0;
      case Optional<?> optional -> optional.isPresent();
      case Collection<?> collection -> !collection.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Object _ -> true;
    };
  }

  private Object callAsTenantA(Asked asked) throws Exception {
    try {
      return call(asked, tenantA);
    } catch (InvocationTargetException e) {
      // A refusal by the database is as good as finding nothing: a foreign key, a policy, or a row
      // that was to be there and isn't.
      assertThat(e.getCause())
          .as(asked.toString())
          .isInstanceOfAny(
              UnableToExecuteStatementException.class,
              SQLException.class,
              IllegalStateException.class);
      return false;
    }
  }

  private static final class Undo extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final transient Object answer;

    Undo(Object answer) {
      super("taken back", null, false, false);
      this.answer = answer;
    }
  }

  /// Calls in a transaction that is taken back.
  private Object call(Asked asked, TenantId tenant) throws Exception {
    boolean ofEngine = Arrays.asList(asked.parameters()).contains(EngineTx.class);
    try {
      return ofEngine
          ? db.asEngine(tx -> invoke(asked, tenant, tx.handle()))
          : db.asTenant(tenant, tx -> invoke(asked, tenant, tx.handle()));
    } catch (Undo undo) {
      if (undo.answer instanceof InvocationTargetException failed) {
        throw failed;
      }
      return undo.answer;
    }
  }

  private Object invoke(Asked asked, TenantId tenant, Handle handle) {
    Method method = asked.method();
    method.setAccessible(true);
    Object[] arguments =
        Arrays.stream(method.getGenericParameterTypes())
            .map(
                type -> {
                  if (type == EngineTx.class) {
                    return new EngineTx(handle);
                  }
                  if (type == TenantTx.class) {
                    return new TenantTx(tenant, handle);
                  }
                  return type == Handle.class ? handle : make(type, tenant);
                })
            .toArray();
    try {
      Object target = Modifier.isStatic(method.getModifiers()) ? null : make(asked.store(), tenant);
      Object answer = method.invoke(target, arguments);
      // The login sees all: what this transaction did to B's rows shows before it is taken back.
      if (tenant.equals(tenantA)) {
        handle.execute("reset role");
        assertThat(handle.createQuery(digest).mapTo(String.class).one())
            .as("B's rows after " + method)
            .isEqualTo(before);
      }
      throw new Undo(answer);
    } catch (InvocationTargetException e) {
      throw new Undo(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(method.toString(), e);
    }
  }

  /// A value of a type: B's id for every id, `tenant` for every tenant.
  private Object make(Type type, TenantId tenant) {
    if (type instanceof ParameterizedType generic) {
      Class<?> raw = (Class<?>) generic.getRawType();
      Type first = generic.getActualTypeArguments()[0];
      if (raw == Optional.class) {
        return Optional.empty();
      }
      if (raw == Set.class) {
        return Set.of(make(first, tenant));
      }
      if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) {
        return List.of(make(first, tenant));
      }
      if (raw == Map.class) {
        return Map.of(make(first, tenant), make(generic.getActualTypeArguments()[1], tenant));
      }
      return make(raw, tenant);
    }
    return make((Class<?>) type, tenant);
  }

  private Object make(Class<?> type, TenantId tenant) {
    if (type == TenantId.class) {
      return tenant;
    }
    if (type == UUID.class) {
      return b;
    }
    if (type == String.class) {
      return "x";
    }
    if (type == int.class || type == Integer.class) {
      return 1;
    }
    if (type == short.class || type == Short.class) {
      return (short) 1;
    }
    if (type == long.class || type == Long.class) {
      return 1L;
    }
    if (type == boolean.class || type == Boolean.class) {
      return true;
    }
    if (type == Instant.class) {
      return Instant.parse("2026-11-24T10:00:00Z");
    }
    if (type == java.time.Duration.class) {
      return java.time.Duration.ofDays(1);
    }
    if (type == InstantSource.class) {
      return InstantSource.system();
    }
    if (type == byte[].class) {
      return new byte[32];
    }
    if (type == Object.class) {
      return "x";
    }
    if (type.isEnum()) {
      return type.getEnumConstants()[0];
    }
    if (type.isSealed()) {
      return make(type.getPermittedSubclasses()[0], tenant);
    }
    return construct(type, tenant);
  }

  private Object construct(Class<?> type, TenantId tenant) {
    try {
      Constructor<?> constructor =
          type.isRecord()
              ? type.getDeclaredConstructor(
                  Arrays.stream(type.getRecordComponents())
                      .map(RecordComponent::getType)
                      .toArray(Class<?>[]::new))
              : type.getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      Object[] arguments =
          Arrays.stream(constructor.getGenericParameterTypes())
              .map(part -> make(part, tenant))
              .toArray();
      return constructor.newInstance(arguments);
    } catch (ReflectiveOperationException | IndexOutOfBoundsException e) {
      throw new IllegalStateException(
          "StoreWallsTest can't make a %s: teach `make` how".formatted(type), e);
    }
  }
}
