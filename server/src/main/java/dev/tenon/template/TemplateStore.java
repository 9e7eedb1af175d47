package dev.tenon.template;

import dev.tenon.db.TenantTx;
import dev.tenon.template.TemplateRows.Draft;
import dev.tenon.template.TemplateRows.Head;
import dev.tenon.template.TemplateRows.InUse;
import dev.tenon.template.TemplateRows.Stamp;
import dev.tenon.template.TemplateRows.Version;
import dev.tenon.template.TemplateRows.VersionHead;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Templates in the database.
final class TemplateStore {
  private static final String HEAD =
      """
      select name, variables::text as variables, published, draft_revision, created_at, updated_at
      from template
      """;

  private TemplateStore() {}

  /// The layout and the published version that a mail is made with, in one statement. Empty for a
  /// tenant that has neither.
  static Optional<InUse> inUse(TenantTx tx, String name) {
    return tx.handle()
        .createQuery(
            """
            select l.tenant_id is not null as branded, l.product, l.logo_url, l.brand_color,
              l.support_email, l.support_url, l.postal_address, l.language, l.revision,
              v.number, v.published_at, v.content::text as content
            from (select 1) one
            left join mail_layout l on l.tenant_id = :tenant
            left join template t on t.tenant_id = :tenant and t.name = :name
            left join template_version v
              on v.tenant_id = :tenant and v.name = t.name and v.number = t.published
            where l.tenant_id is not null or v.number is not null
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .map(
            (row, _) ->
                new InUse(
                    row.getBoolean("branded") ? BrandStore.brand(row) : Brand.NONE,
                    Optional.ofNullable(row.getString("content")).map(TemplateContent::read),
                    stamp(row)))
        .findOne();
  }

  /// The numbers of what [#inUse] would find; empty where it finds nothing.
  static Optional<Stamp> stamp(TenantTx tx, String name) {
    return tx.handle()
        .createQuery(
            """
            select l.revision, v.number, v.published_at
            from (select 1) one
            left join mail_layout l on l.tenant_id = :tenant
            left join template t on t.tenant_id = :tenant and t.name = :name
            left join template_version v
              on v.tenant_id = :tenant and v.name = t.name and v.number = t.published
            where l.tenant_id is not null or v.number is not null
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .map((row, _) -> stamp(row))
        .findOne();
  }

  private static Stamp stamp(ResultSet row) throws SQLException {
    int number = row.getInt("number");
    return new Stamp(
        number, number == 0 ? Instant.EPOCH : time(row, "published_at"), row.getLong("revision"));
  }

  static List<Head> list(TenantTx tx, int limit) {
    return tx.handle()
        .createQuery(HEAD + "where tenant_id = :tenant order by name limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("limit", limit)
        .map((row, _) -> head(row))
        .list();
  }

  static Optional<Head> find(TenantTx tx, String name) {
    return tx.handle()
        .createQuery(HEAD + "where tenant_id = :tenant and name = :name")
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .map((row, _) -> head(row))
        .findOne();
  }

  /// Locks the template, so that two who publish do so one after the other.
  static Optional<Head> lock(TenantTx tx, String name) {
    return tx.handle()
        .createQuery(HEAD + "where tenant_id = :tenant and name = :name for update")
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .map((row, _) -> head(row))
        .findOne();
  }

  /// Makes a template; one that is there stays as it is. Answers whether it was made.
  static boolean insert(TenantTx tx, String name, String variables, Instant now) {
    return tx.handle()
            .createUpdate(
                """
                insert into template
                  (tenant_id, name, variables, draft_revision, created_at, updated_at)
                values (:tenant, :name, :variables::jsonb, :revision, :now, :now)
                on conflict do nothing
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("name", name)
            .bind("variables", variables)
            // Later than that of a template of this name which was deleted.
            .bind("revision", now.toEpochMilli())
            .bind("now", now)
            .execute()
        == 1;
  }

  /// Notes that drafts have gone.
  static void setDraftRevision(TenantTx tx, String name, long revision) {
    tx.handle()
        .createUpdate(
            """
            update template set draft_revision = :revision
            where tenant_id = :tenant and name = :name
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("revision", revision)
        .execute();
  }

  static void setVariables(TenantTx tx, String name, String variables, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update template set variables = :variables::jsonb, updated_at = :now
            where tenant_id = :tenant and name = :name
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("variables", variables)
        .bind("now", now)
        .execute();
  }

  static void publish(TenantTx tx, String name, int number, String variables, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update template set published = :number, variables = :variables::jsonb,
              updated_at = :now
            where tenant_id = :tenant and name = :name
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("number", number)
        .bind("variables", variables)
        .bind("now", now)
        .execute();
  }

  /// Answers whether it was there. Its drafts go with it; its versions stay.
  static boolean delete(TenantTx tx, String name) {
    return tx.handle()
            .createUpdate("delete from template where tenant_id = :tenant and name = :name")
            .bind("tenant", tx.tenant().uuid())
            .bind("name", name)
            .execute()
        == 1;
  }

  static List<Draft> drafts(TenantTx tx, String name) {
    return tx.handle()
        .createQuery(
            """
            select language, subject, preheader, html, text, revision, updated_at
            from template_draft where tenant_id = :tenant and name = :name order by language
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .map((row, _) -> draft(row))
        .list();
  }

  /// `name language` of every draft.
  static List<String> draftNames(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select name || ' ' || language from template_draft where tenant_id = :tenant
            order by 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .mapTo(String.class)
        .list();
  }

  static void putDraft(
      TenantTx tx, String name, String language, TemplateParts parts, long revision, Instant now) {
    tx.handle()
        .createUpdate(
            """
            insert into template_draft
              (tenant_id, name, language, subject, preheader, html, text, revision, updated_at)
            values (:tenant, :name, :language, :subject, :preheader, :html, :text, :revision, :now)
            on conflict (tenant_id, name, language) do update
              set subject = excluded.subject, preheader = excluded.preheader,
                html = excluded.html, text = excluded.text,
                revision = excluded.revision, updated_at = excluded.updated_at
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("language", language)
        .bind("subject", parts.subject())
        .bind("preheader", parts.preheader())
        .bind("html", parts.html())
        .bind("text", parts.text())
        .bind("revision", revision)
        .bind("now", now)
        .execute();
  }

  /// Answers whether it was there.
  static boolean deleteDraft(TenantTx tx, String name, String language) {
    return tx.handle()
            .createUpdate(
                """
                delete from template_draft
                where tenant_id = :tenant and name = :name and language = :language
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("name", name)
            .bind("language", language)
            .execute()
        == 1;
  }

  static void deleteDrafts(TenantTx tx, String name) {
    tx.handle()
        .createUpdate("delete from template_draft where tenant_id = :tenant and name = :name")
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .execute();
  }

  /// The newest number that was ever given; 0 for none.
  static int newest(TenantTx tx, String name) {
    return tx.handle()
        .createQuery(
            """
            select coalesce(max(number), 0) from template_version
            where tenant_id = :tenant and name = :name
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .mapTo(Integer.class)
        .one();
  }

  static void insertVersion(
      TenantTx tx, String name, int number, String content, String note, String by, Instant now) {
    tx.handle()
        .createUpdate(
            """
            insert into template_version
              (tenant_id, name, number, content, note, published_by, published_at)
            values (:tenant, :name, :number, :content::jsonb, :note, :by, :now)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("number", number)
        .bind("content", content)
        .bind("note", note)
        .bind("by", by)
        .bind("now", now)
        .execute();
  }

  /// Deletes the versions up to this number.
  static void deleteVersionsTo(TenantTx tx, String name, int number) {
    tx.handle()
        .createUpdate(
            """
            delete from template_version
            where tenant_id = :tenant and name = :name and number <= :number
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("number", number)
        .execute();
  }

  /// Names with versions and without a template, the longest unpublished first.
  static List<String> deleted(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select v.name from template_version v
            where v.tenant_id = :tenant and not exists (
              select from template t where t.tenant_id = :tenant and t.name = v.name)
            group by v.name order by max(v.published_at), v.name
            """)
        .bind("tenant", tx.tenant().uuid())
        .mapTo(String.class)
        .list();
  }

  /// Deletes the versions of a name, if none is newer. Answers how many went.
  static int deleteVersionsBefore(TenantTx tx, String name, Instant before) {
    return tx.handle()
        .createUpdate(
            """
            delete from template_version where tenant_id = :tenant and name = :name
              and not exists (select from template_version newer
                where newer.tenant_id = :tenant and newer.name = :name
                  and newer.published_at >= :before)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("before", before)
        .execute();
  }

  /// The languages of what is published, by template.
  static Map<String, List<String>> publishedLanguages(TenantTx tx) {
    Map<String, List<String>> languages = new HashMap<>();
    tx.handle()
        .createQuery(
            """
            select t.name, array(
              select jsonb_object_keys(coalesce(v.content -> 'languages', '{}'))) as languages
            from template t join template_version v
              on v.tenant_id = t.tenant_id and v.name = t.name and v.number = t.published
            where t.tenant_id = :tenant
            """)
        .bind("tenant", tx.tenant().uuid())
        .map(
            (row, _) ->
                Map.entry(
                    row.getString("name"),
                    List.of((String[]) row.getArray("languages").getArray())))
        .forEach(one -> languages.put(one.getKey(), one.getValue()));
    return languages;
  }

  /// The newest first.
  static List<VersionHead> versions(TenantTx tx, String name, int limit) {
    return tx.handle()
        .createQuery(
            """
            select number, note, published_by, published_at,
              array(select jsonb_object_keys(coalesce(content -> 'languages', '{}')) order by 1)
                as languages
            from template_version
            where tenant_id = :tenant and name = :name order by number desc limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("limit", limit)
        .map(
            (row, _) ->
                new VersionHead(
                    row.getInt("number"),
                    List.of((String[]) row.getArray("languages").getArray()),
                    row.getString("note"),
                    row.getString("published_by"),
                    time(row, "published_at")))
        .list();
  }

  static Optional<Version> version(TenantTx tx, String name, int number) {
    return tx.handle()
        .createQuery(
            """
            select number, content::text as content, note, published_by, published_at
            from template_version
            where tenant_id = :tenant and name = :name and number = :number
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("name", name)
        .bind("number", number)
        .map(
            (row, _) ->
                new Version(
                    row.getInt("number"),
                    TemplateContent.read(row.getString("content")),
                    row.getString("note"),
                    row.getString("published_by"),
                    time(row, "published_at")))
        .findOne();
  }

  private static Head head(ResultSet row) throws SQLException {
    int published = row.getInt("published");
    return new Head(
        row.getString("name"),
        TemplateContent.readVariables(row.getString("variables")),
        published == 0 ? Optional.empty() : Optional.of(published),
        row.getLong("draft_revision"),
        time(row, "created_at"),
        time(row, "updated_at"));
  }

  private static Draft draft(ResultSet row) throws SQLException {
    return new Draft(
        row.getString("language"),
        new TemplateParts(
            row.getString("subject"),
            row.getString("preheader"),
            row.getString("html"),
            row.getString("text")),
        row.getLong("revision"),
        time(row, "updated_at"));
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
