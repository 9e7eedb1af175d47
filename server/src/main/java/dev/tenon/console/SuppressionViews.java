package dev.tenon.console;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.db.Database;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.suppression.Suppression;
import dev.tenon.suppression.Suppressions;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads and changes what the page about suppressions shows.
final class SuppressionViews {
  private static final int ROWS = 50;
  private static final int REASON_CHARS_MAX = 500;

  private final Suppressions suppressions = new Suppressions();
  private final Database database;
  private final InstantSource clock;
  private final PublicUrl publicUrl;

  SuppressionViews(Database database, InstantSource clock, PublicUrl publicUrl) {
    this.database = database;
    this.clock = clock;
    this.publicUrl = publicUrl;
  }

  SuppressionsPage list(TenantId tenant, Map<String, String> query) {
    String text = query.getOrDefault("q", "").strip();
    // What is no address yet is nobody's: the page says that nothing matches.
    @Nullable String address = text.isEmpty() ? null : EmailAddress.comparable(text).orElse("");
    String reason =
        Suppression.Reason.parse(query.getOrDefault("reason", ""))
            .map(Suppression.Reason::text)
            .orElse("");
    @Nullable UUID before =
        Ids.read(Prefix.SUPPRESSION, query.getOrDefault("before", "")).orElse(null);
    Instant now = clock.instant();
    List<Suppression> found =
        database.asTenant(
            tenant,
            tx ->
                suppressions.list(
                    tx, address, null, reason.isEmpty() ? null : reason, before, ROWS + 1));
    boolean more = found.size() > ROWS;
    List<Suppression> shown = more ? found.subList(0, ROWS) : found;
    return new SuppressionsPage(
        shown.stream().map(one -> row(tenant, one, now)).toList(),
        text,
        reason,
        Arrays.stream(Suppression.Reason.values()).map(Suppression.Reason::text).toList(),
        more
            ? Queries.of(
                "q",
                text,
                "reason",
                reason,
                "before",
                Ids.write(Prefix.SUPPRESSION, shown.getLast().id()))
            : "",
        before != null,
        query.containsKey("removed") ? "The address may be written to again." : "",
        add(tenant));
  }

  private String add(TenantId tenant) {
    return """
    curl -X POST %s \\
      -H "Authorization: Bearer $TENON_API_KEY" -H "Content-Type: application/json" \\
      -d '{"address": "somebody@example.org", "detail": "asked by phone"}'"""
        .formatted(publicUrl.at("/v1/tenants/" + tenant + "/suppressions"));
  }

  private static SuppressionsPage.Row row(TenantId tenant, Suppression one, Instant now) {
    @Nullable UUID message = one.message();
    return new SuppressionsPage.Row(
        Ids.write(Prefix.SUPPRESSION, one.id()),
        one.address(),
        Mark.suppression(one.reason().text()),
        one.stream().isEmpty() ? "all streams" : one.stream(),
        one.detail(),
        message == null
            ? ""
            : Frame.base(tenant) + "/messages/" + Ids.write(Prefix.MESSAGE, message),
        new Moment(one.createdAt(), now));
  }

  /// Takes an address off the list. False when it is not there, or no reason was given.
  boolean remove(TenantId tenant, String entry, String reason) {
    String why = EmailAddress.cleanLine(reason, REASON_CHARS_MAX);
    return !why.isEmpty()
        && Ids.read(Prefix.SUPPRESSION, entry)
            .map(
                id ->
                    database.asTenant(
                        tenant, tx -> suppressions.remove(tx, id, why, null, clock.instant())))
            .orElse(false);
  }
}
