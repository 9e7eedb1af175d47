package dev.tenon.template;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.template.TemplateViews.VersionList;
import dev.tenon.template.TemplateViews.VersionSummary;
import dev.tenon.template.TemplateViews.VersionView;
import java.util.List;

/// Versions of templates: what was published, and how to use it again.
final class TemplateVersionRoutes {
  private final Database database;
  private final Templates templates;

  private TemplateVersionRoutes(Database database, Templates templates) {
    this.database = database;
    this.templates = templates;
  }

  static void declare(Routes routes, Database database, Templates templates) {
    var here = new TemplateVersionRoutes(database, templates);
    String versions = TemplateRoutes.PATH + "/{template}/versions";
    routes.get(
        versions,
        Scope.EMAIL_READ,
        VersionList.class,
        "List the versions of a template",
        here::list);
    routes.get(
        versions + "/{version}",
        Scope.EMAIL_READ,
        VersionView.class,
        "Get a version of a template",
        here::get);
    routes
        .act(
            versions + "/{version}/publish",
            Scope.EMAIL_WRITE,
            VersionView.class,
            "Publish an old version of a template again, as a new one",
            here::publish)
        .answers(201);
  }

  private static int number(Request request) {
    try {
      return Integer.parseInt(request.path("version"));
    } catch (NumberFormatException e) {
      throw ProblemException.notFound();
    }
  }

  private VersionList list(Request request) {
    String name = TemplateRoutes.name(request);
    List<VersionSummary> found =
        database.asTenant(request.tenant(), tx -> templates.versions(tx, name)).stream()
            .map(VersionSummary::of)
            .toList();
    return new VersionList(found, null);
  }

  private VersionView get(Request request) {
    String name = TemplateRoutes.name(request);
    return database
        .asTenant(request.tenant(), tx -> templates.version(tx, name, number(request)))
        .map(VersionView::of)
        .orElseThrow(ProblemException::notFound);
  }

  private VersionView publish(Request request) {
    String name = TemplateRoutes.name(request);
    return TemplateRoutes.run(
            database,
            request,
            tx -> templates.rollBack(tx, name, number(request), TemplateRoutes.caller(request)))
        .map(VersionView::of)
        .orElseThrow(ProblemException::notFound);
  }
}
