package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The walls as the catalogue of the migrated database shows them, a month after the migration, so
/// that partitions made since are among the tables. A new table fails here until somebody has said
/// who may do what with it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CatalogueTest {
  private static final String TENANT = "tenon_tenant";
  private static final String ENGINE = "tenon_engine";
  private static final String ALL = "delete insert select update";

  /// What each role may do with each table; a column in brackets is the only one it may do it to.
  /// The engine has intake, queue and directory tables and nothing else of a tenant's.
  private record Rights(String tenant, String engine) {}

  private static final Map<String, Rights> RIGHTS =
      Map.ofEntries(
          // Directories: asked before any tenant is known.
          Map.entry("tenant", new Rights("insert select update", "select")),
          Map.entry("tenant_key", new Rights("insert select", "insert select")),
          Map.entry(
              "api_key",
              new Rights(
                  "insert select update(hash) update(hint) update(revoked_at)",
                  "select update(last_used_at)")),
          Map.entry("connection", new Rights("insert select update", "select")),
          Map.entry("provider_object", new Rights("insert select", "insert select")),
          Map.entry("email_route", new Rights(ALL, "select")),
          Map.entry("sender", new Rights(ALL, "select")),
          Map.entry("console_login", new Rights("", ALL)),
          Map.entry("console_session", new Rights("", ALL)),
          // Work of the platform alone, kept by db-scheduler.
          Map.entry("clock_work", new Rights("", ALL)),
          // Intake and queues.
          Map.entry("received_event", new Rights("select", "delete insert select")),
          Map.entry("fact_key", new Rights("select", ALL)),
          Map.entry("waiting_fact", new Rights("select", ALL)),
          Map.entry("fact", new Rights("select", ALL)),
          Map.entry("lane", new Rights("", ALL)),
          Map.entry("waiting_job", new Rights("delete insert select", ALL)),
          Map.entry("job", new Rights("select", ALL)),
          Map.entry("email_breaker", new Rights("", ALL)),
          Map.entry("email_number", new Rights("select", ALL)),
          Map.entry("email_fallback", new Rights("", "insert select update")),
          Map.entry("email_pace", new Rights("", ALL)),
          Map.entry("inbound_refusal", new Rights("select", ALL)),
          // Events on their way: what is called is asked by the engine, what with it is not.
          Map.entry(
              "endpoint",
              new Rights(
                  ALL,
                  "select update(disabled_at) update(disabled_reason) update(state)"
                      + " update(updated_at) update(version)")),
          Map.entry("endpoint_secret", new Rights(ALL, "")),
          Map.entry("endpoint_health", new Rights("insert select update", "select update")),
          Map.entry("waiting_delivery", new Rights("select", ALL)),
          Map.entry("delivery", new Rights("select", ALL)),
          Map.entry("delivery_attempt", new Rights("select", "insert")),
          Map.entry(
              "delivery_replay",
              new Rights(
                  "delete insert select",
                  "select update(cursor_id) update(finished_at) update(replayed) update(state)")),
          // The tenant asks for a replay and forgets old ones; the engine moves it on and can't
          // change what was asked for.
          Map.entry(
              "replay",
              new Rights(
                  "delete insert select",
                  "select update(cursor_id) update(finished_at) update(replayed) update(state)")),
          // Requests are taken up, answered and given back as their tenant, and always stand for
          // the same. The engine clears old ones of all tenants, without reading requests or
          // answers.
          Map.entry(
              "idempotency_key",
              new Rights(
                  "delete insert select update(run) update(running_until) update(sealed)"
                      + " update(state) update(status)",
                  "delete select(created_at) select(key) select(owner_id) select(tenant_id)")),
          // A tenant's own: the engine sees these only as that tenant.
          Map.entry("connection_secret", new Rights(ALL, "")),
          Map.entry("customer", new Rights("insert select update", "")),
          Map.entry("subscription", new Rights("insert select update", "")),
          Map.entry("checkout_session", new Rights("insert select update", "")),
          Map.entry("payment", new Rights("insert select update", "")),
          Map.entry("charge_refund", new Rights("insert select update", "")),
          Map.entry("refund", new Rights("insert select update", "")),
          Map.entry("payment_link", new Rights("insert select", "")),
          Map.entry("allowed_price", new Rights("delete insert select", "")),
          Map.entry("dispute", new Rights("insert select update", "")),
          // What was missing is noted, and taken back where it came by itself; what was asked for
          // stays as it was written.
          Map.entry(
              "reconciliation",
              new Rights(
                  "delete insert select update(cursor_at) update(cursor_event)"
                      + " update(finished_at) update(listed) update(part) update(state)"
                      + " update(trouble)",
                  "")),
          Map.entry("reconciliation_event", new Rights("delete insert select update(id)", "")),
          // The engine sees whose turn it is.
          Map.entry("reconciled", new Rights("insert select update", "select")),
          Map.entry("webhook_registration", new Rights(ALL, "")),
          Map.entry("payment_mail_off", new Rights("delete insert select", "")),
          // What is published stays as it was; the oldest versions go.
          Map.entry("mail_layout", new Rights("insert select update", "")),
          Map.entry(
              "template",
              new Rights(
                  "delete insert select update(draft_revision) update(published) update(updated_at) update(variables)",
                  "")),
          Map.entry("template_draft", new Rights(ALL, "")),
          Map.entry("template_version", new Rights("delete insert select", "")),
          Map.entry("message_content", new Rights("insert select update(sealed)", "")),
          // What became of mails is written for many tenants at once: states and outcomes, and
          // nothing that says to whom or what.
          Map.entry("message_report", new Rights("insert select", "")),
          Map.entry("suppression", new Rights(ALL, "")),
          Map.entry("suppression_removal", new Rights("insert select", "")),
          Map.entry(
              "message",
              new Rights(
                  "insert select update",
                  "select(id) select(sent_at) select(state) select(tenant_id)"
                      + " update(left_out) update(next_at) update(provider_message_id) update(reason) update(sent_at)"
                      + " update(sent_by) update(state) update(updated_at)")),
          Map.entry(
              "attempt",
              new Rights(
                  "insert select update",
                  "insert select(kind) select(message_id) select(number) select(outcome)"
                      + " select(status) select(tenant_id) update(code) update(detail) update(ended_at)"
                      + " update(outcome) update(provider_message_id) update(refused_recipients)"
                      + " update(request_id) update(retry_after_ms) update(status)")),
          Map.entry("event", new Rights("insert select", "insert")));

  /// Who may call which function. All others are for migrations.
  private static final Map<String, String> CALLERS =
      Map.ofEntries(
          Map.entry("current_tenant", TENANT),
          Map.entry("id_at", ENGINE + " " + TENANT),
          Map.entry("make_partitions", ENGINE),
          // Retention runs over all tenants, and the engine may neither drop a table nor delete a
          // message. These two take only what is over, and keep what still needs somebody.
          Map.entry("retire_partition", ENGINE),
          Map.entry("delete_messages", ENGINE),
          Map.entry("delete_suppression_removals", ENGINE),
          // Credentials are closed to the engine; this says whether there is one.
          Map.entry("has_credential", ENGINE),
          // The platform's connections are closed to tenants; this says which world counts.
          Map.entry("payment_world", TENANT),
          // Events are closed to the engine. The first hands out those of deliveries whose tokens
          // it
          // shows; the second queues ids of an endpoint's own events and reads none.
          Map.entry("delivery_payloads", ENGINE),
          Map.entry("queue_missing", ENGINE),
          // Bounds of ids, for look-ups.
          Map.entry("event_low", TENANT),
          Map.entry("event_high", TENANT));

  /// Unique without the tenant in front, and why that tells no tenant of another.
  private static final Map<String, String> UNIQUE_OVER_ALL =
      Map.of(
          "tenant_slug_key", "the platform alone makes tenants",
          "api_key_hash", "256 random bits; asked before any tenant is known",
          "connection_id", "an inbound URL names the connection alone; made by us",
          "provider_object_owner", "an object of a platform connection has one owner",
          "console_login_token", "a hash of 256 random bits",
          "console_session_token", "a hash of 256 random bits");

  /// Readable by every tenant because the platform provides it for all.
  private static final List<String> SHARED = List.of("email_route", "sender");

  private final TestDatabase database = TestDatabase.fresh();
  private Connection sql;

  @BeforeAll
  void aMonthPasses() throws SQLException {
    Instant later = Instant.now().plus(Duration.ofDays(60));
    try (Database db = database.open()) {
      assertThat(new Partitions(db, () -> later).make()).isPositive();
    }
    sql = database.connectAsAdministrator();
  }

  @AfterAll
  void stop() throws SQLException {
    sql.close();
    database.close();
  }

  @Test
  void everyTableBelongsToTenants() {
    assertThat(
            rows(
                """
                select c.relname from pg_class c
                where c.relnamespace = 'tenon'::regnamespace and c.relkind in ('r', 'p')
                  and not exists (
                    select from pg_attribute a
                    where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull)
                """))
        .as("tables without a tenant_id that is never null")
        .containsExactly("flyway_schema_history");
  }

  @Test
  void everyTableAndEveryPartitionForcesRowLevelSecurity() {
    assertThat(
            rows(
                """
                select c.relname from pg_class c
                join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                where c.relnamespace = 'tenon'::regnamespace and c.relkind in ('r', 'p')
                  and not (c.relrowsecurity and c.relforcerowsecurity)
                """))
        .as("tables without forced row-level security; put them under protect(…)")
        .isEmpty();
    assertThat(rows("select relname from pg_class where relispartition and relkind = 'r'"))
        .hasSizeGreaterThan(6 * 8);
  }

  @Test
  void policiesSayWhoSeesWhat() {
    Map<String, List<String>> policies = new TreeMap<>();
    for (String row :
        rows(
            """
            select p.tablename || '|' || p.policyname || ' ' || p.cmd || ' to '
              || array_to_string(p.roles, ' ') || ' ' || coalesce(p.qual, '-') || ' '
              || coalesce(p.with_check, '-')
            from pg_policies p
            join pg_class c on c.relname = p.tablename and c.relnamespace = 'tenon'::regnamespace
            where p.schemaname = 'tenon' and not c.relispartition order by 1
            """)) {
      policies
          .computeIfAbsent(row.substring(0, row.indexOf('|')), _ -> new ArrayList<>())
          .add(row.substring(row.indexOf('|') + 1));
    }
    String own = "(tenant_id = ( SELECT tenon.current_tenant() AS current_tenant))";
    Map<String, List<String>> expected = new TreeMap<>();
    RIGHTS.forEach(
        (table, rights) -> {
          List<String> lines = new ArrayList<>();
          if (table.equals("event")) {
            lines.add("engine_tells INSERT to tenon_engine - true");
          } else if (!rights.engine().isEmpty()) {
            lines.add("engine ALL to tenon_engine true true");
          }
          lines.add("owner ALL to tenon_owner true true");
          if (SHARED.contains(table)) {
            lines.add(
                "shared SELECT to tenon_tenant"
                    + " (tenant_id = '00000000-0000-7000-8000-000000000000'::uuid) -");
          }
          lines.add("tenant ALL to tenon_tenant " + own + " " + own);
          expected.put(table, lines);
        });
    assertThat(policies).isEqualTo(expected);
  }

  @Test
  void aPartitionIsOpenToItsOwnerAlone() {
    assertThat(
            rows(
                """
                select distinct p.policyname || ' to ' || array_to_string(p.roles, ' ')
                from pg_policies p
                join pg_class c on c.relname = p.tablename and c.relnamespace = 'tenon'::regnamespace
                where c.relispartition
                """))
        .containsExactly("owner to tenon_owner");
    assertThat(
            rows(
                """
                select c.relname from pg_class c, aclexplode(c.relacl) a
                where c.relnamespace = 'tenon'::regnamespace and c.relispartition
                  and a.grantee in (0, 'tenon_tenant'::regrole, 'tenon_engine'::regrole)
                """))
        .isEmpty();
  }

  @Test
  void theTenantComesFirstInEveryPrimaryKey() {
    assertThat(
            rows(
                """
                select c.relname from pg_class c
                where c.relnamespace = 'tenon'::regnamespace and c.relkind in ('r', 'p')
                  and c.relname <> 'flyway_schema_history'
                  and not exists (
                    select from pg_constraint k
                    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
                    where k.conrelid = c.oid and k.contype = 'p' and a.attname = 'tenant_id')
                """))
        .as("tables whose primary key does not begin with tenant_id")
        .isEmpty();
  }

  @Test
  void noForeignKeyPointsAcrossTenants() {
    assertThat(
            rows(
                """
                select k.conname from pg_constraint k
                join pg_attribute own on own.attrelid = k.conrelid and own.attnum = k.conkey[1]
                join pg_attribute other on other.attrelid = k.confrelid and other.attnum = k.confkey[1]
                where k.contype = 'f' and k.connamespace = 'tenon'::regnamespace
                  and (own.attname <> 'tenant_id' or other.attname <> 'tenant_id')
                """))
        .as("foreign keys that don't begin with tenant_id on both sides")
        .isEmpty();
  }

  @Test
  void whatIsUniqueOverAllTenantsIsKnown() {
    assertThat(
            rows(
                    """
                select i.indexrelid::regclass::text from pg_index i
                join pg_class c on c.oid = i.indrelid and not c.relispartition
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                where c.relnamespace = 'tenon'::regnamespace and i.indisunique
                  and a.attname <> 'tenant_id' and c.relname <> 'flyway_schema_history'
                """)
                .stream()
                .map(name -> name.replace("tenon.", "")))
        .as("a conflict tells that another tenant has the value; say here why that is harmless")
        .containsExactlyInAnyOrderElementsOf(UNIQUE_OVER_ALL.keySet());
  }

  @Test
  void everyRoleHasExactlyItsRights() {
    Map<String, Rights> found = new TreeMap<>();
    for (String table :
        rows(
            """
            select c.relname from pg_class c
            where c.relnamespace = 'tenon'::regnamespace and c.relkind in ('r', 'p')
              and not c.relispartition and c.relname <> 'flyway_schema_history'
            """)) {
      found.put(table, new Rights(rights(table, TENANT), rights(table, ENGINE)));
    }
    assertThat(found).isEqualTo(new TreeMap<>(RIGHTS));
    assertThat(
            rows(
                "select 1 from pg_class c, aclexplode(c.relacl) a where a.grantee = 0"
                    + " and c.relnamespace = 'tenon'::regnamespace"))
        .as("tables open to everybody")
        .isEmpty();
  }

  /// The rights that a role was given on a table, and those that it was given on columns of it.
  private String rights(String table, String role) {
    List<String> whole =
        rows(
            """
            select lower(a.privilege_type) from pg_class c, aclexplode(c.relacl) a
            where c.oid = 'tenon.%s'::regclass and a.grantee = '%s'::regrole
            """
                .formatted(table, role));
    List<String> columns =
        rows(
            """
            select lower(a.privilege_type) || '(' || t.attname || ')'
            from pg_attribute t, aclexplode(t.attacl) a
            where t.attrelid = 'tenon.%s'::regclass and a.grantee = '%s'::regrole
            """
                .formatted(table, role));
    return Stream.concat(whole.stream(), columns.stream())
        .sorted()
        .collect(Collectors.joining(" "));
  }

  @Test
  void theRolesStandApart() {
    assertThat(
            rows(
                """
                select rolname from pg_roles
                where rolname in ('tenon_owner', 'tenon_tenant', 'tenon_engine')
                  and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb)
                """))
        .as("roles that could step over the walls")
        .isEmpty();
    assertThat(
            rows(
                """
                select member::regrole::text || ' in ' || roleid::regrole::text from pg_auth_members
                where member in
                  ('tenon_owner'::regrole, 'tenon_tenant'::regrole, 'tenon_engine'::regrole)
                """))
        .as("a member has the rights of the whole, by default without asking")
        .isEmpty();
    assertThat(
            rows(
                """
                select r.rolname from pg_roles r
                where r.rolname in ('tenon_tenant', 'tenon_engine')
                  and has_schema_privilege(r.oid, 'tenon', 'create')
                """))
        .isEmpty();
  }

  @Test
  void functionsAreCalledByThoseTheyAreMeantFor() {
    Map<String, String> found = new TreeMap<>();
    for (String row :
        rows(
            """
            select p.proname || '|' || coalesce(string_agg(
              case when a.grantee = 0 then 'everybody' else a.grantee::regrole::text end, ' '
              order by a.grantee::regrole::text), '')
            from pg_proc p
            left join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
              on a.grantee <> p.proowner
            where p.pronamespace = 'tenon'::regnamespace group by p.oid, p.proname
            """)) {
      found.put(row.substring(0, row.indexOf('|')), row.substring(row.indexOf('|') + 1));
    }
    found.values().removeIf(String::isEmpty);
    assertThat(found).isEqualTo(new TreeMap<>(CALLERS));
  }

  @Test
  void aFunctionWithItsOwnersRightsHasAFixedSearchPath() {
    assertThat(
            rows(
                """
                select proname from pg_proc
                where pronamespace = 'tenon'::regnamespace and prosecdef
                  and not exists (
                    select from unnest(proconfig) c
                    where c like 'search_path=%' and c like '%pg_temp')
                """))
        .as("SECURITY DEFINER without `set search_path = tenon, pg_temp`")
        .isEmpty();
  }

  @Test
  void sequencesAreTheEnginesAlone() {
    assertThat(
            rows(
                """
                select c.relname || ' ' || a.grantee::regrole::text || ' '
                  || lower(a.privilege_type)
                from pg_class c, aclexplode(c.relacl) a
                where c.relnamespace = 'tenon'::regnamespace and c.relkind = 'S'
                  and a.grantee <> c.relowner
                """))
        .containsExactlyInAnyOrder(
            "lane_token tenon_engine usage",
            "job_token tenon_engine usage",
            "delivery_token tenon_engine usage",
            "delivery_seq tenon_engine usage");
  }

  private List<String> rows(String query) {
    try (var statement = sql.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        rows.add(found.getString(1));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }
}
