package dev.tenon.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts one row of a tenant into every table of the migrated schema, whatever tables there are: the
/// values follow from the columns' types and checks. Every id of a tenant's rows is the same UUID,
/// so that its rows refer to each other.
public final class FilledTables {
  private static final Pattern ONE_OF = Pattern.compile("ARRAY\\['([^']+)'");

  /// Columns whose value does not follow from their type and check.
  private static final Map<String, String> SPECIAL =
      Map.ofEntries(
          Map.entry("tenant.name", "'x'"),
          Map.entry("template_draft.language", "'en'"),
          Map.entry("mail_layout.language", "'en'"),
          Map.entry("mail_layout.logo_url", "''"),
          Map.entry("mail_layout.brand_color", "''"),
          Map.entry("mail_layout.support_url", "''"),
          Map.entry(
              "template_version.content",
              "'{\"languages\": {\"en\": {\"subject\": \"x\", \"preheader\": \"\", \"html\": \"\","
                  + " \"text\": \"x\"}}}'"),
          Map.entry("email_number.hour", "timestamptz '2026-11-24T10:00Z'"),
          Map.entry("inbound_refusal.hour", "timestamptz '2026-11-24T10:00Z'"),
          Map.entry("inbound_refusal.status", "401"),
          Map.entry("console_login.expires_at", "timestamptz '2030-01-01T00:00Z'"),
          Map.entry("console_session.ends_at", "timestamptz '2030-01-01T00:00Z'"));

  private final Connection sql;
  private final List<String> tables;

  /// `sql` is the administrator's.
  public FilledTables(Connection sql) throws SQLException {
    this.sql = sql;
    execute("set search_path = tenon");
    this.tables = inOrderOfReference();
  }

  /// Every table with a tenant, parents of partitions among them and partitions not, those that are
  /// referred to first.
  public List<String> tables() {
    return tables;
  }

  /// An id that falls into the partitions that there are.
  public static UUID idNow(int number) {
    long millis = Instant.now().toEpochMilli();
    return new UUID(millis << 16 | 0x7000L, 0x8000_0000_0000_0000L | number);
  }

  /// Whether a tenant may have rows in a table: one that a check keeps for the platform it may not.
  public boolean open(String table, UUID tenant) throws SQLException {
    List<String[]> checks =
        rows(
            """
            select pg_get_constraintdef(k.oid) from pg_constraint k
            join pg_attribute a on a.attrelid = k.conrelid and a.attname = 'tenant_id'
            where k.conrelid = '%s'::regclass and k.contype = 'c' and k.conkey = array[a.attnum]
            """
                .formatted(table));
    return checks.stream().allMatch(check -> check[0].contains(tenant.toString()));
  }

  /// Fills every table that is open to it with one row of `tenant` whose ids are all `id`.
  public void fill(UUID tenant, UUID id) throws SQLException {
    for (String table : tables) {
      if (open(table, tenant)
          && rows("select 1 from %s where tenant_id = '%s'".formatted(table, tenant)).isEmpty()) {
        insert(table, tenant, id);
      }
    }
  }

  private void insert(String table, UUID tenant, UUID id) throws SQLException {
    Map<String, String> values = new LinkedHashMap<>();
    for (String[] column :
        rows(
            """
            select a.attname, format_type(a.atttypid, null),
              coalesce((
                select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
                where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum]), '')
            from pg_attribute a
            where a.attrelid = '%s'::regclass and a.attnum > 0 and not a.attisdropped
              and a.attnotnull and (not a.atthasdef or a.attname = 'outcome')
            order by a.attnum
            """
                .formatted(table))) {
      values.put(column[0], value(table, column[0], column[1], column[2], tenant, id));
    }
    execute(
        "insert into %s (%s) values (%s)"
            .formatted(
                table, String.join(", ", values.keySet()), String.join(", ", values.values())));
  }

  private static String value(
      String table, String column, String type, String check, UUID tenant, UUID id) {
    String special = SPECIAL.get(table + "." + column);
    if (special != null) {
      return special;
    }
    if (column.equals("tenant_id")) {
      return "'%s'".formatted(tenant);
    }
    Matcher oneOf = ONE_OF.matcher(check);
    if (oneOf.find()) {
      return "'%s'".formatted(oneOf.group(1));
    }
    return switch (type) {
      case "uuid" -> "'%s'".formatted(id);
      case "text", "character varying" -> "'x'";
      case "timestamp with time zone" -> "timestamptz '2026-11-24T10:00Z'";
      // As long as a hash, and different for each tenant, since hashes are unique.
      case "bytea" -> "sha256('%s')".formatted(tenant);
      case "smallint", "integer", "bigint", "numeric", "double precision" -> "1";
      case "boolean" -> "true";
      case "jsonb", "json" -> "'{}'";
      case "text[]" -> "'{x}'";
      case "uuid[]" -> "array['%s'::uuid]".formatted(id);
      case "date" -> "date '2026-11-24'";
      default ->
          throw new IllegalStateException(
              "give %s.%s (%s) a value in FilledTables".formatted(table, column, type));
    };
  }

  /// A digest of all rows of a tenant by table: two are equal when nothing of it has changed.
  public Map<String, String> digest(UUID tenant) throws SQLException {
    Map<String, String> digests = new LinkedHashMap<>();
    for (String table : tables) {
      digests.put(
          table,
          rows("select count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '')"
                  + " from %s t where tenant_id = '%s'".formatted(table, tenant))
              .getFirst()[0]);
    }
    return digests;
  }

  /// One query whose answer changes when any row of a tenant does.
  public String digestQuery(UUID tenant) {
    return tables.stream()
        .map(
            table ->
                "select '%s' as name, count(*) || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as rows from %s t where tenant_id = '%s'"
                    .formatted(table, table, tenant))
        .collect(
            java.util.stream.Collectors.joining(
                " union all ", "select string_agg(name || rows, ' ' order by name) from (", ") d"));
  }

  private List<String> inOrderOfReference() throws SQLException {
    List<String> left = new ArrayList<>();
    for (String[] row :
        rows(
            """
            select c.relname from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
            where c.relnamespace = 'tenon'::regnamespace and c.relkind in ('r', 'p')
              and not c.relispartition order by 1
            """)) {
      left.add(row[0]);
    }
    List<String[]> references =
        rows(
            """
            select k.conrelid::regclass::text, k.confrelid::regclass::text from pg_constraint k
            where k.contype = 'f' and k.connamespace = 'tenon'::regnamespace
              and k.conrelid <> k.confrelid
            """);
    List<String> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      String next =
          left.stream()
              .filter(
                  table ->
                      references.stream()
                          .noneMatch(ref -> ref[0].equals(table) && left.contains(ref[1])))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("tables refer in a circle: " + left));
      left.remove(next);
      ordered.add(next);
    }
    return ordered;
  }

  private void execute(String statement) throws SQLException {
    try (Statement running = sql.createStatement()) {
      running.execute(statement);
    } catch (SQLException e) {
      throw new SQLException(statement + ": " + e.getMessage(), e.getSQLState(), e);
    }
  }

  private List<String[]> rows(String query) throws SQLException {
    try (Statement running = sql.createStatement();
        ResultSet found = running.executeQuery(query)) {
      int columns = found.getMetaData().getColumnCount();
      List<String[]> rows = new ArrayList<>();
      while (found.next()) {
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = found.getString(i + 1);
        }
        rows.add(row);
      }
      return rows;
    }
  }
}
