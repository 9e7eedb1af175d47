package dev.tenon.console;

import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.payment.PaymentMails;
import dev.tenon.template.Brand;
import dev.tenon.template.BrandCheck;
import dev.tenon.template.Previews;
import dev.tenon.template.Seen;
import dev.tenon.template.TemplateParts;
import dev.tenon.template.TemplateRows;
import dev.tenon.template.Templates;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What the forms about templates do.
final class TemplateDesk {
  private static final int LINE_CHARS_MAX = 500;
  private static final int VARIABLES_MAX = 100;
  private static final String TOO_LONG =
      "The subject or the preheader is longer than 500 characters, or a part than 200000.";

  private final Database database;
  private final Templates templates;
  private final TemplateViews views;
  private final TestMailer mailer;
  private final InstantSource clock;

  TemplateDesk(
      Database database,
      Templates templates,
      TemplateViews views,
      TestMailer mailer,
      InstantSource clock) {
    this.database = database;
    this.templates = templates;
    this.views = views;
    this.mailer = mailer;
    this.clock = clock;
  }

  /// How a form ended.
  sealed interface End {
    /// Look at this address, below the tenant's.
    record Go(String path) implements End {}

    /// The editor again, with what was typed.
    record Edit(TemplatePage page) implements End {}

    /// The list again, with what is wrong.
    record Again(TemplatesPage page) implements End {}

    /// The layout again, with what is wrong.
    record Layout(MailLayoutPage page) implements End {}

    /// How it looks.
    record Preview(String html) implements End {}

    record Missing() implements End {}
  }

  private static String editor(String name, String language, String said) {
    return "/templates/" + name + Queries.of("language", language, "said", said);
  }

  /// Makes a template of the tenant's own.
  End create(TenantId tenant, ConsoleRequest request) {
    String name = request.form("name").orElse("").strip();
    if (!Template.isName(name)) {
      return new End.Again(
          views.list(tenant, "A name is 1 to 60 lower-case letters, digits and '-'."));
    }
    try {
      // One that is there is what was asked for.
      boolean _ = database.asTenant(tenant, tx -> templates.create(tx, name, List.of()));
      return new End.Go(editor(name, "", ""));
    } catch (TemplateException e) {
      return new End.Again(views.list(tenant, TemplateViews.words(e)));
    }
  }

  /// A form of a template's page.
  End act(TenantId tenant, String by, ConsoleRequest request, String name, String action) {
    if (!Template.isName(name)) {
      return new End.Missing();
    }
    String language = request.form("language").flatMap(Language::read).orElse("");
    return switch (action) {
      case "save" -> save(tenant, by, request, name, language);
      case "preview" ->
          new End.Preview(
              views.preview(
                  tenant,
                  name,
                  wanted(request, language),
                  request.form("part").filter("text"::equals).isPresent()));
      case "discard" -> {
        boolean _ = database.asTenant(tenant, tx -> templates.deleteDraft(tx, name, language));
        yield new End.Go(editor(name, language, "discarded"));
      }
      case "variables" -> variables(tenant, request, name, language);
      case "rollback" -> rollBack(tenant, by, request, name, language);
      case "delete" -> {
        boolean _ = database.asTenant(tenant, tx -> templates.delete(tx, name));
        yield new End.Go("/templates");
      }
      default -> new End.Missing();
    };
  }

  private static TemplateParts parts(ConsoleRequest request) {
    return new TemplateParts(
        request.form("subject").orElse("").strip(),
        request.form("preheader").orElse("").strip(),
        lines(request.form("html").orElse("")),
        lines(request.form("text").orElse("")));
  }

  /// Browsers send lines that end in CR LF.
  private static String lines(String text) {
    return text.replace("\r\n", "\n");
  }

  private static Previews.Wanted wanted(ConsoleRequest request, String language) {
    return new Previews.Wanted(
        language.isEmpty() ? null : language,
        parts(request),
        false,
        Optional.empty(),
        data(request));
  }

  /// The data that was typed; null where it is nothing that could be used, so that samples are.
  @SuppressWarnings("unchecked")
  private static @Nullable Map<String, Object> data(ConsoleRequest request) {
    try {
      return request
          .form("data")
          .filter(text -> text.strip().startsWith("{"))
          .map(text -> (Map<String, Object>) JsonMapper.shared().readValue(text, Map.class))
          .orElse(null);
    } catch (JacksonException e) {
      return null;
    }
  }

  private End save(
      TenantId tenant, String by, ConsoleRequest request, String name, String language) {
    TemplateParts parts = parts(request);
    var loaded =
        new TemplateViews.Loaded(
            number(request.form("revision").orElse("")), number(request.form("all").orElse("")));
    String then = request.form("do").orElse("save");
    if (language.isEmpty()) {
      return new End.Missing();
    }
    if (parts.subject().length() > LINE_CHARS_MAX
        || parts.preheader().length() > LINE_CHARS_MAX
        || parts.html().length() > Template.SOURCE_CHARS_MAX
        || parts.text().length() > Template.SOURCE_CHARS_MAX) {
      return edit(tenant, name, language, TOO_LONG, loaded, parts);
    }
    Seen seen =
        switch (then) {
          // Other languages are published with it.
          case "publish" -> new Seen.All(loaded.all());
          case "overwrite" -> new Seen.Draft(number(request.form("stored").orElse("")));
          default -> new Seen.Draft(loaded.draft());
        };
    Templates.DraftEnd end;
    try {
      end = database.asTenant(tenant, tx -> templates.putDraft(tx, name, language, parts, seen));
    } catch (TemplateException e) {
      return edit(tenant, name, language, TemplateViews.words(e), loaded, parts);
    }
    return switch (end) {
      case Templates.DraftEnd.NoTemplate _ -> new End.Missing();
      // What was loaded stays in the form: saving it once more warns once more.
      case Templates.DraftEnd.Changed _ -> edit(tenant, name, language, "", loaded, parts);
      case Templates.DraftEnd.Written written ->
          switch (then) {
            case "publish" -> publish(tenant, by, request, name, written.draft());
            case "test" -> test(tenant, request, name, language);
            default -> new End.Go(editor(name, language, "saved"));
          };
    };
  }

  private End edit(
      TenantId tenant,
      String name,
      String language,
      String said,
      TemplateViews.@Nullable Loaded loaded,
      @Nullable TemplateParts typed) {
    return views
        .find(tenant, name, language, new TemplateViews.Shown(said, loaded, typed))
        .<End>map(End.Edit::new)
        .orElseGet(End.Missing::new);
  }

  private End publish(
      TenantId tenant, String by, ConsoleRequest request, String name, TemplateRows.Draft draft) {
    String language = draft.language();
    String note = request.form("note").orElse("").strip();
    String kept = note.substring(0, Math.min(note.length(), LINE_CHARS_MAX));
    try {
      var seen = new Seen.All(draft.revision());
      Templates.PublishEnd end =
          database.asTenant(tenant, tx -> templates.publish(tx, name, List.of(), kept, by, seen));
      return switch (end) {
        case Templates.PublishEnd.Published _ -> new End.Go(editor(name, language, "published"));
        case Templates.PublishEnd.NoTemplate _ -> new End.Missing();
        case Templates.PublishEnd.Changed _ ->
            edit(
                tenant,
                name,
                language,
                "It was saved but not published: somebody else has changed a draft in this moment.",
                null,
                null);
      };
    } catch (TemplateException e) {
      return edit(
          tenant,
          name,
          language,
          "It was saved but not published: " + TemplateViews.words(e),
          null,
          null);
    }
  }

  private End test(TenantId tenant, ConsoleRequest request, String name, String language) {
    var wanted = new Previews.Wanted(language, null, true, Optional.empty(), data(request));
    try {
      Optional<UUID> sent =
          database.asTenant(
              tenant, tx -> mailer.send(tx, name, wanted, request.form("to").orElse("")));
      return sent.<End>map(id -> new End.Go("/messages/" + Ids.write(Prefix.MESSAGE, id)))
          .orElseGet(End.Missing::new);
    } catch (IllegalArgumentException e) {
      return edit(tenant, name, language, "The test was not sent: " + e.getMessage(), null, null);
    }
  }

  private End rollBack(
      TenantId tenant, String by, ConsoleRequest request, String name, String language) {
    int version = (int) number(request.form("version").orElse("0"));
    try {
      Optional<TemplateRows.Version> made =
          database.asTenant(tenant, tx -> templates.rollBack(tx, name, version, by));
      return made.isPresent() ? new End.Go(editor(name, language, "published")) : new End.Missing();
    } catch (TemplateException e) {
      return edit(tenant, name, language, TemplateViews.words(e), null, null);
    }
  }

  /// What callers give, one variable a line.
  private End variables(TenantId tenant, ConsoleRequest request, String name, String language) {
    try {
      List<Template.Variable> read =
          Template.Variable.readAll(request.form("variables").orElse(""));
      return read.size() <= VARIABLES_MAX
              && database.asTenant(tenant, tx -> templates.setVariables(tx, name, read))
          ? new End.Go(editor(name, language, "saved"))
          : new End.Missing();
    } catch (IllegalArgumentException e) {
      return edit(
          tenant, name, language, "The variables are not saved: " + e.getMessage(), null, null);
    }
  }

  private static long number(String text) {
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }

  /// Stores the layout and which mails about payments go.
  End layout(TenantId tenant, ConsoleRequest request) {
    var given =
        new Brand(
            field(request, "product"),
            field(request, "logo_url"),
            field(request, "brand_color"),
            field(request, "support_email"),
            field(request, "support_url"),
            field(request, "postal_address"),
            field(request, "language"),
            Math.max(0, number(field(request, "revision"))));
    Map<String, String> problems = new LinkedHashMap<>();
    Brand brand = BrandCheck.read(given, problems::putIfAbsent);
    return database.asTenant(
        tenant,
        tx -> {
          if (!problems.isEmpty()) {
            return new End.Layout(views.layout(tx, given, problems, ""));
          }
          if (templates.putBrand(tx, brand, Optional.of(brand.revision())).isEmpty()) {
            return new End.Layout(
                views.layout(
                    tx,
                    given,
                    Map.of(),
                    "Somebody else has changed the layout, and nothing of yours is stored. Copy"
                        + " what you need, then load this page again."));
          }
          PaymentMails.switchOff(
              tx,
              PaymentMails.TEMPLATES.stream()
                  .filter(template -> request.form("on." + template).isEmpty())
                  .toList(),
              clock.instant());
          return new End.Go("/mail-layout?said=saved");
        });
  }

  private static String field(ConsoleRequest request, String name) {
    return request.form(name).orElse("").strip();
  }
}
