package dev.tenon.template;

import dev.tenon.access.Scope;
import dev.tenon.connector.template.Language;
import dev.tenon.connector.template.Template;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.template.TemplateViews.DraftView;
import dev.tenon.template.TemplateViews.VersionView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Drafts of templates, and their publication.
final class TemplateDraftRoutes {
  static final String TAG = "The revision, in quotes.";

  private static final int NOTE_CHARS_MAX = 500;
  private static final int LINE_CHARS_MAX = 500;

  private final Database database;
  private final Templates templates;

  private TemplateDraftRoutes(Database database, Templates templates) {
    this.database = database;
    this.templates = templates;
  }

  static void declare(Routes routes, Database database, Templates templates) {
    var here = new TemplateDraftRoutes(database, templates);
    String one = TemplateRoutes.PATH + "/{template}";
    String draft = one + "/drafts/{language}";
    routes
        .get(draft, Scope.EMAIL_READ, DraftView.class, "Get a draft of a template", here::get)
        .answersHeader("ETag", TAG);
    routes
        .put(
            draft,
            Scope.EMAIL_WRITE,
            WriteDraft.class,
            DraftView.class,
            "Write a draft of a template",
            here::put)
        .header(
            "If-Match",
            "The `ETag` of the draft that it is to replace, or of the template where there is none;"
                + " answered 412 where it has changed.")
        .header("If-None-Match", "`*` where there must be no draft yet.")
        .answersHeader("ETag", TAG);
    routes.delete(draft, Scope.EMAIL_WRITE, "Delete a draft of a template", here::delete);
    routes
        .post(
            one + "/publish",
            Scope.EMAIL_WRITE,
            PublishTemplate.class,
            VersionView.class,
            "Publish the drafts of a template as a new version",
            here::publish)
        .header(
            "If-Match",
            "The `ETag` of the template; answered 412 where a draft has changed since.");
  }

  /// What a template is to say in one language.
  public record WriteDraft(
      @About("One line of at most 500 characters, with `{{variables}}`.") String subject,
      @About("What inboxes show after the subject.") @Nullable String preheader,
      @About(
              "Put into the tenant's layout, unless it is a whole page with `<html`; at most 200000"
                  + " characters.")
          @Nullable String html,
      @About("At most 200000 characters.") @Nullable String text) {

    /// Throws [ProblemException] for a part that is too long to be kept.
    TemplateParts parts() {
      return new TemplateParts(
          within("subject", subject, LINE_CHARS_MAX),
          within("preheader", preheader, LINE_CHARS_MAX),
          within("html", html, Template.SOURCE_CHARS_MAX),
          within("text", text, Template.SOURCE_CHARS_MAX));
    }

    private static String within(String field, @Nullable String value, int max) {
      String given = value == null ? "" : value;
      if (given.length() > max) {
        throw ProblemException.invalidField(
            field, "`%s` has at most %d characters.".formatted(field, max));
      }
      return given;
    }
  }

  /// What to publish: what is published now, with the drafts above it.
  public record PublishTemplate(
      @About("Languages that the new version leaves out.") @Nullable List<String> without,
      @About("What changed, for people; at most 500 characters.") @Nullable String note) {}

  private static String tag(Request request) {
    return Language.read(request.path("language")).orElseThrow(ProblemException::notFound);
  }

  private DraftView get(Request request) {
    String name = TemplateRoutes.name(request);
    DraftView view =
        database
            .asTenant(request.tenant(), tx -> templates.find(tx, name))
            .flatMap(all -> all.draft(tag(request)))
            .map(draft -> DraftView.of(name, draft))
            .orElseThrow(ProblemException::notFound);
    return tagged(request, view);
  }

  private static DraftView tagged(Request request, DraftView view) {
    request.set("ETag", "\"%d\"".formatted(view.revision()));
    return view;
  }

  private DraftView put(Request request, WriteDraft body) {
    String name = TemplateRoutes.name(request);
    String language = tag(request);
    TemplateParts parts = body.parts();
    Seen seen = seen(request);
    return tagged(
        request,
        TemplateRoutes.run(
            database,
            request,
            tx ->
                switch (templates.putDraft(tx, name, language, parts, seen)) {
                  case Templates.DraftEnd.Written written -> DraftView.of(name, written.draft());
                  case Templates.DraftEnd.NoTemplate _ -> throw ProblemException.notFound();
                  case Templates.DraftEnd.Changed changed ->
                      throw new ProblemException(
                          ProblemCode.REQUEST_PRECONDITION_FAILED,
                          !changed.isDraft()
                              ? "There is no such draft now."
                              : "The draft is at revision %d now.".formatted(changed.revision()),
                          "If-Match");
                }));
  }

  /// The revision that the draft is to replace; `If-None-Match: *` where there must be none yet.
  private static Seen seen(Request request) {
    if (request.header("If-None-Match").filter("*"::equals).isPresent()) {
      return new Seen.NoDraft();
    }
    Optional<Long> tag = tag(request, "If-Match");
    return tag.isEmpty() ? new Seen.Anything() : new Seen.Draft(tag.get());
  }

  /// The revision that a header names; -1 where it names none of ours.
  static Optional<Long> tag(Request request, String header) {
    return request
        .header(header)
        .filter(value -> !value.equals("*"))
        .map(
            value -> {
              try {
                return Long.parseLong(value.strip().replaceAll("^\"|\"$", ""));
              } catch (NumberFormatException e) {
                // None of our tags, so it can't match.
                return -1L;
              }
            });
  }

  /// A draft that is gone already, such as by its publication, is as good as deleted.
  private void delete(Request request) {
    String name = TemplateRoutes.name(request);
    String language = tag(request);
    database.useTenant(
        request.tenant(),
        tx -> {
          if (!templates.deleteDraft(tx, name, language) && templates.find(tx, name).isEmpty()) {
            throw ProblemException.notFound();
          }
        });
  }

  private VersionView publish(Request request, PublishTemplate body) {
    String name = TemplateRoutes.name(request);
    String note = body.note() == null ? "" : body.note().strip();
    if (note.length() > NOTE_CHARS_MAX) {
      throw ProblemException.invalidField("note", "`note` has at most 500 characters.");
    }
    List<String> without = new ArrayList<>();
    for (String tag : body.without() == null ? List.<String>of() : body.without()) {
      without.add(
          Language.read(tag)
              .orElseThrow(
                  () -> ProblemException.invalidField("without", "`without` lists languages.")));
    }
    Optional<Long> tag = tag(request, "If-Match");
    Seen seen = tag.isEmpty() ? new Seen.Anything() : new Seen.All(tag.get());
    String by = TemplateRoutes.caller(request);
    return TemplateRoutes.run(
        database,
        request,
        tx ->
            switch (templates.publish(tx, name, without, note, by, seen)) {
              case Templates.PublishEnd.Published made -> VersionView.of(made.version());
              case Templates.PublishEnd.NoTemplate _ -> throw ProblemException.notFound();
              case Templates.PublishEnd.Changed changed ->
                  throw new ProblemException(
                      ProblemCode.REQUEST_PRECONDITION_FAILED,
                      "The template's drafts are at revision %d now.".formatted(changed.revision()),
                      "If-Match");
            });
  }
}
