package dev.tenon.console;

import dev.tenon.http.PublicUrl;

/// The pages that say one thing and the way out.
final class Notices {
  private final Assets assets;
  private final Renderer renderer;
  private final PublicUrl publicUrl;

  Notices(Assets assets, Renderer renderer, PublicUrl publicUrl) {
    this.assets = assets;
    this.renderer = renderer;
    this.publicUrl = publicUrl;
  }

  ConsoleAnswer loggedOut(ConsoleRequest request, int status) {
    return page(
        request,
        status,
        new Notice(
            "You are not logged in",
            "Open the one-time log-in address that the server printed when it started. A new one"
                + " comes with a platform key:",
            newLogin(),
            "",
            ""));
  }

  ConsoleAnswer loginUsedUp(ConsoleRequest request) {
    return page(
        request,
        401,
        new Notice(
            "This log-in address is used up or too old",
            "Each address works once, for 15 minutes. Ask the server for a new one with a platform"
                + " key:",
            newLogin(),
            "",
            ""));
  }

  ConsoleAnswer formTooOld(ConsoleRequest request) {
    return page(
        request,
        403,
        new Notice(
            "This form is out of date",
            "Nothing was changed. Load the page again and repeat what you did.",
            "",
            "/console",
            "Back to the console"));
  }

  /// @param href where to go from here
  ConsoleAnswer notFound(ConsoleRequest request, String href) {
    return notFound(request, 404, href);
  }

  ConsoleAnswer wrongMethod(ConsoleRequest request) {
    return notFound(request, 405, "/console").with("Allow", "GET, POST");
  }

  private ConsoleAnswer notFound(ConsoleRequest request, int status, String href) {
    return page(
        request,
        status,
        new Notice(
            "Nothing is here",
            "The address is wrong, the record belongs to another tenant, or it is older than what"
                + " is kept.",
            "",
            href,
            "Back to the console"));
  }

  private String newLogin() {
    return "curl -X POST -H 'Authorization: Bearer tn_…' " + publicUrl.at("/v1/console-logins");
  }

  private ConsoleAnswer page(ConsoleRequest request, int status, Notice notice) {
    return ConsoleAnswer.page(
        status, renderer.notice(notice, ConsoleCookies.theme(request), assets));
  }
}
