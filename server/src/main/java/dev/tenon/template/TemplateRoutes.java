package dev.tenon.template;

import dev.tenon.access.Scope;
import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.template.TemplateViews.TemplateList;
import dev.tenon.template.TemplateViews.TemplateSummary;
import dev.tenon.template.TemplateViews.TemplateView;
import dev.tenon.template.TemplateViews.VariableView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/templates`: the templates themselves and their previews; drafts and
/// versions have classes of their own.
public final class TemplateRoutes {
  static final String PATH = "/v1/tenants/{tenant}/templates";

  private final Database database;
  private final Templates templates;
  private final Previews previews;

  private TemplateRoutes(Database database, Templates templates, Previews previews) {
    this.database = database;
    this.templates = templates;
    this.previews = previews;
  }

  /// Declares all routes about templates.
  public static void declare(
      Routes routes, Database database, Templates templates, Previews previews) {
    var here = new TemplateRoutes(database, templates, previews);
    String one = PATH + "/{template}";
    routes.get(PATH, Scope.EMAIL_READ, TemplateList.class, "List the templates", here::list);
    routes.post(
        PATH,
        Scope.EMAIL_WRITE,
        CreateTemplate.class,
        TemplateView.class,
        "Create a template",
        here::create);
    routes
        .get(one, Scope.EMAIL_READ, TemplateView.class, "Get a template", here::get)
        .answersHeader("ETag", TemplateDraftRoutes.TAG);
    routes.patch(
        one,
        Scope.EMAIL_WRITE,
        UpdateTemplate.class,
        TemplateView.class,
        "Declare the variables of a template",
        here::update);
    routes.delete(
        one, Scope.EMAIL_WRITE, "Delete a template, or go back to the built-in one", here::delete);
    routes
        .post(
            one + "/preview",
            Scope.EMAIL_READ,
            PreviewTemplate.class,
            PreviewView.class,
            "Preview a template",
            here::preview)
        .answers(200);
    TemplateDraftRoutes.declare(routes, database, templates);
    TemplateVersionRoutes.declare(routes, database, templates);
    MailLayoutRoutes.declare(routes, database, templates);
  }

  /// A template of the tenant's own to make. One in place of a built-in needs none: write its
  /// draft.
  public record CreateTemplate(
      @About("1 to 60 lower-case letters, digits and `-`.") String name,
      @Nullable List<VariableView> variables) {}

  /// What to change; it holds from the next version on.
  public record UpdateTemplate(List<VariableView> variables) {}

  /// What to look at: what is used, unless it says more.
  public record PreviewTemplate(
      @About("The tenant's where it is left out.") @Nullable String language,
      @About("The variables' values; their samples where it is left out.")
          @Nullable Map<String, Object> data,
      @About("An old version.") @Nullable Integer version,
      @About("Whether stored drafts go before what is published.") @Nullable Boolean draft,
      @About("What is being written and not stored yet.")
          TemplateDraftRoutes.@Nullable WriteDraft content) {}

  /// How it looks; nothing is stored.
  public record PreviewView(
      String subject, String html, String text, String language, List<String> warnings) {}

  /// A name in a path that no template can have is not found either.
  static String name(Request request) {
    String name = request.path("template");
    if (!Template.isName(name)) {
      throw ProblemException.notFound();
    }
    return name;
  }

  static @Nullable String language(@Nullable String tag) {
    return tag == null
        ? null
        : Language.read(tag)
            .orElseThrow(
                () ->
                    ProblemException.invalidField(
                        "language", "A language is a tag such as `en` or `de-AT`."));
  }

  /// Who publishes, in words that stay when the key is gone.
  static String caller(Request request) {
    return "the API key " + request.caller().key();
  }

  /// Runs `work` as the tenant; what is wrong with a template becomes a problem.
  static <T> T run(Database database, Request request, Function<TenantTx, T> work) {
    try {
      return database.asTenant(request.tenant(), work);
    } catch (TemplateException e) {
      throw TemplateProblems.of(e, "template");
    }
  }

  private TemplateList list(Request request) {
    return new TemplateList(
        database.asTenant(request.tenant(), templates::list).stream()
            .map(TemplateSummary::of)
            .toList(),
        null);
  }

  private TemplateView create(Request request, CreateTemplate body) {
    if (!Template.isName(body.name())) {
      throw ProblemException.invalidField(
          "name", "`name` is 1 to 60 lower-case letters, digits and `-`.");
    }
    List<Template.Variable> variables = TemplateViews.read(body.variables());
    return run(
        database,
        request,
        tx -> {
          // Of a run that was cut off it may be there already: our own.
          if (!templates.create(tx, body.name(), variables) && !request.isTakenUp()) {
            throw new ProblemException(
                ProblemCode.REQUEST_CONFLICT,
                "There is a template of this name: write its draft.",
                "name");
          }
          return find(tx, body.name());
        });
  }

  private TemplateView get(Request request) {
    TemplateView view = database.asTenant(request.tenant(), tx -> find(tx, name(request)));
    request.set("ETag", "\"%d\"".formatted(view.revision()));
    return view;
  }

  private TemplateView find(TenantTx tx, String name) {
    return templates.find(tx, name).map(TemplateView::of).orElseThrow(ProblemException::notFound);
  }

  private TemplateView update(Request request, UpdateTemplate body) {
    String name = name(request);
    List<Template.Variable> variables = TemplateViews.read(body.variables());
    return run(
        database,
        request,
        tx -> {
          if (!templates.setVariables(tx, name, variables)) {
            throw ProblemException.notFound();
          }
          return find(tx, name);
        });
  }

  private void delete(Request request) {
    if (!database.asTenant(request.tenant(), tx -> templates.delete(tx, name(request)))) {
      throw ProblemException.notFound();
    }
  }

  private PreviewView preview(Request request, PreviewTemplate body) {
    TemplateDraftRoutes.WriteDraft content = body.content();
    var wanted =
        new Previews.Wanted(
            language(body.language()),
            content == null ? null : content.parts(),
            Boolean.TRUE.equals(body.draft()),
            Optional.ofNullable(body.version()),
            body.data());
    return run(database, request, tx -> previews.render(tx, name(request), wanted))
        .map(
            shown ->
                new PreviewView(
                    shown.mail().subject(),
                    shown.mail().html(),
                    shown.mail().text(),
                    shown.language(),
                    shown.warnings()))
        .orElseThrow(ProblemException::notFound);
  }
}
