package dev.tenon.suppression;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/suppressions`.
public final class SuppressionRoutes {
  private static final int TEXT_CHARS_MAX = 500;

  /// Of one import or export.
  private static final int IMPORT_MAX = 5_000;

  private static final int IMPORT_BYTES_MAX = 4 << 20;

  private static final String NO_REASON = "removed through the API, without a reason";

  private static final Pattern STREAM = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");

  private final Suppressions suppressions = new Suppressions();
  private final Database database;
  private final Ids ids;
  private final InstantSource clock;

  private SuppressionRoutes(Database database, Ids ids, InstantSource clock) {
    this.database = database;
    this.ids = ids;
    this.clock = clock;
  }

  public static void declare(Routes routes, Database database, Ids ids, InstantSource clock) {
    var here = new SuppressionRoutes(database, ids, clock);
    String path = "/v1/tenants/{tenant}/suppressions";
    routes
        .list(path, Scope.EMAIL_READ, SuppressionView.class, "List the suppressions", here::list)
        .query("address", "Only the entries of this address.")
        .query("stream", "Only those of this stream; `*` for those of all streams.")
        .query("reason", "Only those of this reason.");
    routes
        .post(
            path,
            Scope.EMAIL_WRITE,
            AddSuppression.class,
            SuppressionView.class,
            "Add a suppression",
            here::add)
        .repeatable();
    routes
        .post(
            path + "/import",
            Scope.EMAIL_WRITE,
            ImportSuppressions.class,
            Imported.class,
            "Import suppressions",
            here::importAll)
        .answers(200)
        .bodyBytesMax(IMPORT_BYTES_MAX);
    routes
        .get(
            path + "/export",
            Scope.EMAIL_READ,
            Exported.class,
            "Export the suppressions",
            here::export)
        .query("cursor", "The `next_cursor` of the part before.");
    routes.get(
        path + "/{suppression}",
        Scope.EMAIL_READ,
        SuppressionView.class,
        "Get a suppression",
        here::get);
    routes
        .delete(path + "/{suppression}", Scope.EMAIL_WRITE, "Remove a suppression", here::remove)
        .query("reason", "Why it is removed, in words; kept for whoever asks later.");
  }

  /// An address that is not to be written to.
  public record AddSuppression(
      @About("`ada@example.org`, in any spelling.") String address,
      @About("The stream that it is about; all where it is left out.") @Nullable String stream,
      @About("`manual` where it is left out.") Suppression.@Nullable Reason reason,
      @About("Why, in words.") @Nullable String detail) {}

  /// Addresses that are not to be written to, from another system.
  public record ImportSuppressions(
      @About("At most 5,000. All of them are good, or none is taken.")
          List<AddSuppression> suppressions) {}

  /// A part of the list, the newest first, in the form that an import takes.
  public record Exported(
      @About("At most 5,000.") List<AddSuppression> suppressions,
      @About("Send it as `cursor` for the next part; null on the last one.")
          @Nullable String nextCursor) {}

  /// What an import came to.
  public record Imported(
      @About("How many entries are new, or have a stronger reason now.") int changed,
      @About("How many were there already.") int unchanged) {}

  /// A suppression in the API.
  public record SuppressionView(
      String id,
      @About("In lower case, the domain in ASCII.") String address,
      @About("The stream that it is about; null for all.") @Nullable String stream,
      @About("Where several apply, the first of `complained`, `bounced`, `unsubscribed`, `manual`.")
          String reason,
      String detail,
      @About("Who reported it; null where a person added it.") @Nullable String provider,
      @About("The message that it was reported about.") @Nullable String message,
      Instant occurredAt,
      Instant createdAt) {}

  private Page<SuppressionView> list(Request request) {
    Page.Ask ask = request.page();
    String address =
        request
            .query("address")
            .map(
                text ->
                    EmailAddress.comparable(text)
                        .orElseThrow(() -> wrong("address", "`address` is a whole address.")))
            .orElse(null);
    String stream =
        request.query("stream").map(text -> text.equals("*") ? "" : queried(text)).orElse(null);
    String reason =
        request
            .query("reason")
            .map(
                text ->
                    Suppression.Reason.parse(text)
                        .orElseThrow(
                            () ->
                                wrong(
                                    "reason",
                                    "`reason` is `complained`, `bounced`, `unsubscribed` or"
                                        + " `manual`."))
                        .text())
            .orElse(null);
    List<Suppression> rows =
        database.asTenant(
            request.tenant(),
            tx ->
                suppressions.list(
                    tx, address, stream, reason, ask.before().orElse(null), ask.rows()));
    return Page.of(ask, rows, Suppression::id, SuppressionRoutes::view);
  }

  private static String queried(String stream) {
    if (!STREAM.matcher(stream).matches()) {
      throw wrong("stream", "`stream` is the name of a stream, or `*`.");
    }
    return stream;
  }

  private static ProblemException wrong(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_QUERY, detail, param);
  }

  private SuppressionView add(Request request, AddSuppression body) {
    Suppression entry = entry("", body, clock.instant());
    return database.asTenant(
        request.tenant(),
        tx -> {
          int _ = suppressions.add(tx, List.of(entry));
          return view(suppressions.find(tx, entry.address(), entry.stream()).orElseThrow());
        });
  }

  private Imported importAll(Request request, ImportSuppressions body) {
    List<AddSuppression> given = body.suppressions();
    if (given.isEmpty() || given.size() > IMPORT_MAX) {
      throw ProblemException.invalidField(
          "suppressions", "From 1 to %d entries.".formatted(IMPORT_MAX));
    }
    Instant now = clock.instant();
    List<Suppression> entries = new ArrayList<>(given.size());
    for (int i = 0; i < given.size(); i++) {
      entries.add(entry("suppressions[%d].".formatted(i), given.get(i), now));
    }
    int changed = database.asTenant(request.tenant(), tx -> suppressions.add(tx, entries));
    return new Imported(changed, given.size() - changed);
  }

  private Exported export(Request request) {
    UUID before =
        request
            .query("cursor")
            .map(
                text ->
                    Ids.read(Prefix.SUPPRESSION, text)
                        .orElseThrow(
                            () -> wrong("cursor", "`cursor` is not a `next_cursor` of an export.")))
            .orElse(null);
    List<Suppression> rows =
        database.asTenant(
            request.tenant(),
            tx -> suppressions.list(tx, null, null, null, before, IMPORT_MAX + 1));
    boolean more = rows.size() > IMPORT_MAX;
    List<Suppression> shown = more ? rows.subList(0, IMPORT_MAX) : rows;
    return new Exported(
        shown.stream()
            .map(
                one ->
                    new AddSuppression(
                        one.address(),
                        one.stream().isEmpty() ? null : one.stream(),
                        one.reason(),
                        one.detail()))
            .toList(),
        more ? Ids.write(Prefix.SUPPRESSION, shown.getLast().id()) : null);
  }

  private Suppression entry(String where, AddSuppression body, Instant now) {
    String address =
        EmailAddress.comparable(body.address())
            .orElseThrow(
                () ->
                    ProblemException.invalidField(
                        where + "address", "An address like `ada@example.org`."));
    String stream = body.stream();
    if (stream != null && !STREAM.matcher(stream).matches()) {
      throw ProblemException.invalidField(
          where + "stream", "Lower-case letters, digits, `_` and `-`, at most 40.");
    }
    String detail = body.detail() == null ? "" : body.detail();
    if (detail.length() > TEXT_CHARS_MAX) {
      throw ProblemException.invalidField(where + "detail", "At most 500 characters.");
    }
    Suppression.Reason reason = body.reason();
    return new Suppression(
        ids.next(),
        address,
        stream == null ? "" : stream,
        reason == null ? Suppression.Reason.MANUAL : reason,
        EmailAddress.cleanLine(detail, TEXT_CHARS_MAX),
        null,
        null,
        now,
        now);
  }

  private SuppressionView get(Request request) {
    return database
        .asTenant(request.tenant(), tx -> suppressions.find(tx, id(request)))
        .map(SuppressionRoutes::view)
        .orElseThrow(ProblemException::notFound);
  }

  private void remove(Request request) {
    UUID id = id(request);
    String reason = request.query("reason").map(String::strip).orElse(NO_REASON);
    if (reason.isEmpty() || reason.length() > TEXT_CHARS_MAX || reason.indexOf('\0') >= 0) {
      throw wrong("reason", "`reason` says why, in 1 to 500 characters.");
    }
    String by = request.caller().key().toString();
    if (!database.asTenant(
        request.tenant(),
        tx ->
            suppressions.remove(
                tx, id, EmailAddress.cleanLine(reason, TEXT_CHARS_MAX), by, clock.instant()))) {
      throw ProblemException.notFound();
    }
  }

  private static UUID id(Request request) {
    return Ids.read(Prefix.SUPPRESSION, request.path("suppression"))
        .orElseThrow(ProblemException::notFound);
  }

  private static SuppressionView view(Suppression entry) {
    @Nullable UUID message = entry.message();
    return new SuppressionView(
        Ids.write(Prefix.SUPPRESSION, entry.id()),
        entry.address(),
        entry.stream().isEmpty() ? null : entry.stream(),
        entry.reason().text(),
        entry.detail(),
        entry.provider(),
        message == null ? null : Ids.write(Prefix.MESSAGE, message),
        entry.occurredAt(),
        entry.createdAt());
  }
}
