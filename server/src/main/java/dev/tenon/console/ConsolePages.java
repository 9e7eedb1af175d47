package dev.tenon.console;

import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Answers requests below `/console`: who may see it, then which page it is. A tenant that the
/// session doesn't reach, a record of another tenant and an address that doesn't exist are all the
/// same "not found".
final class ConsolePages {
  static final String SESSION_COOKIE = "tenon_session";
  static final String THEME_COOKIE = "tenon_theme";
  private static final int TENANTS_MAX = 500;
  private static final long THEME_SECONDS = 365L * 24 * 3600;

  private final ConsoleSessions sessions;
  private final ConsoleViews views;
  private final FactReplay replay;
  private final TenantNames tenants;
  private final InstantSource clock;
  private final PublicUrl publicUrl;
  private final Assets assets = Assets.load();
  private final Renderer renderer = new Renderer();

  ConsolePages(
      ConsoleSessions sessions,
      ConsoleViews views,
      FactReplay replay,
      TenantNames tenants,
      InstantSource clock,
      PublicUrl publicUrl) {
    this.sessions = sessions;
    this.views = views;
    this.replay = replay;
    this.tenants = tenants;
    this.clock = clock;
    this.publicUrl = publicUrl;
  }

  ConsoleAnswer answer(ConsoleRequest request) {
    List<String> parts = parts(request.path());
    String first = parts.isEmpty() ? "" : parts.getFirst();
    if (first.equals("static") && parts.size() == 2) {
      return assets
          .find(parts.get(1))
          .map(asset -> ConsoleAnswer.asset(asset, request.takesGzip()))
          .orElseGet(() -> notice(request, 404, notFound("/console")));
    }
    boolean reading = request.method().equals("GET") || request.method().equals("HEAD");
    if (first.equals("login") && parts.size() == 1 && reading) {
      return logIn(request);
    }
    Optional<ConsoleSession> session =
        request.cookie(cookieName(SESSION_COOKIE)).flatMap(sessions::find);
    if (session.isEmpty()) {
      return notice(request, 401, loggedOut());
    }
    if (reading) {
      return page(request, session.get(), parts);
    }
    if (!request.method().equals("POST")) {
      return notice(request, 405, notFound("/console")).with("Allow", "GET, POST");
    }
    if (!session.get().owns(request.form("form_token").orElse(""))) {
      return notice(
          request,
          403,
          new Notice(
              "This form is out of date",
              "Nothing was changed. Load the page again and repeat what you did.",
              "",
              "/console",
              "Back to the console"));
    }
    return act(request, session.get(), parts);
  }

  /// The parts of a path after `/console`.
  private static List<String> parts(String path) {
    String rest = path.startsWith("/console") ? path.substring("/console".length()) : path;
    return List.of(rest.split("/")).stream().filter(part -> !part.isEmpty()).toList();
  }

  private ConsoleAnswer logIn(ConsoleRequest request) {
    // A look by a previewer or crawler must not use the address up.
    if (!request.method().equals("GET")) {
      return notice(request, 200, loggedOut());
    }
    return sessions
        .open(request.query().getOrDefault("token", ""))
        .map(
            opened ->
                ConsoleAnswer.seeOther("/console")
                    .with(
                        "Set-Cookie",
                        cookie(
                            SESSION_COOKIE,
                            opened.cookie().reveal(),
                            "; Max-Age=" + sessions.longest().toSeconds())))
        .orElseGet(
            () ->
                notice(
                    request,
                    401,
                    new Notice(
                        "This log-in address is used up or too old",
                        "Each address works once, for 15 minutes. Ask the server for a new one with"
                            + " a platform key:",
                        newLogin(),
                        "",
                        "")));
  }

  private ConsoleAnswer page(ConsoleRequest request, ConsoleSession session, List<String> parts) {
    if (parts.isEmpty()) {
      return ConsoleAnswer.seeOther(Frame.base(start(session)) + "/overview");
    }
    Optional<TenantNames.NamedTenant> tenant = tenant(session, parts.getFirst());
    if (tenant.isEmpty()) {
      return notice(request, 404, notFound("/console"));
    }
    TenantId id = tenant.get().id();
    String section = parts.size() > 1 ? parts.get(1) : "overview";
    String record = parts.size() > 2 ? parts.get(2) : "";
    var at = new At(request, session, tenant.get());
    return switch (parts.size()) {
      case 1, 2 ->
          switch (section) {
            case "overview" ->
                at.show("Overview", Frame.Section.OVERVIEW, "overview", views.overview(id));
            case "inbox" ->
                at.show(
                    "Inbox",
                    Frame.Section.INBOX,
                    "inbox",
                    views.inbox(id, InboxFilter.read(request.query())));
            case "messages" ->
                at.show(
                    "Messages",
                    Frame.Section.MESSAGES,
                    "messages",
                    views.messages(id, request.query()));
            case "subscriptions" ->
                at.show(
                    "Subscriptions",
                    Frame.Section.SUBSCRIPTIONS,
                    "subscriptions",
                    views.subscriptions(id, request.query()));
            case "payments" ->
                at.show(
                    "Payments",
                    Frame.Section.PAYMENTS,
                    "payments",
                    views.payments(id, request.query()));
            case "search" -> search(request, id);
            default -> at.missing();
          };
      case 3 ->
          switch (section) {
            case "inbox" ->
                Ids.read(Prefix.RECEIVED_EVENT, record)
                    .flatMap(
                        event ->
                            views.receivedEvent(
                                session, id, event, request.query().containsKey("replayed")))
                    .map(
                        page ->
                            at.show("Received event", Frame.Section.INBOX, "received-event", page))
                    .orElseGet(at::missing);
            case "messages" ->
                Ids.read(Prefix.MESSAGE, record)
                    .flatMap(message -> views.message(session, id, message))
                    .map(page -> at.show("Message", Frame.Section.MESSAGES, "message", page))
                    .orElseGet(at::missing);
            default -> at.missing();
          };
      case 4 ->
          section.equals("messages") && parts.get(3).equals("preview")
              ? Ids.read(Prefix.MESSAGE, record)
                  .flatMap(message -> views.preview(id, message))
                  .map(ConsoleAnswer::preview)
                  .orElseGet(at::missing)
              : at.missing();
      default -> at.missing();
    };
  }

  /// An id leads to its record, an address or words to messages, anything else to the inbox.
  private ConsoleAnswer search(ConsoleRequest request, TenantId tenant) {
    String text = request.query().getOrDefault("q", "").strip();
    String base = Frame.base(tenant);
    if (Ids.read(Prefix.RECEIVED_EVENT, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/inbox/" + text);
    }
    if (Ids.read(Prefix.MESSAGE, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/messages/" + text);
    }
    Optional<UUID> event =
        Ids.read(Prefix.FACT, text).flatMap(fact -> views.receivedEventOf(tenant, fact));
    if (event.isPresent()) {
      return ConsoleAnswer.seeOther(
          base + "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event.get()));
    }
    boolean mail = text.contains("@") || text.contains(" ");
    return ConsoleAnswer.seeOther(base + (mail ? "/messages" : "/inbox") + Queries.of("q", text));
  }

  private ConsoleAnswer act(ConsoleRequest request, ConsoleSession session, List<String> parts) {
    if (parts.equals(List.of("logout"))) {
      request.cookie(cookieName(SESSION_COOKIE)).ifPresent(sessions::end);
      return notice(request, 200, loggedOut())
          .with("Set-Cookie", cookie(SESSION_COOKIE, "", "; Max-Age=0"));
    }
    if (parts.equals(List.of("theme"))) {
      String theme = request.form("theme").filter(ConsolePages::isTheme).orElse("");
      return ConsoleAnswer.seeOther("/console")
          .with("Set-Cookie", cookie(THEME_COOKIE, theme, "; Max-Age=" + THEME_SECONDS));
    }
    Optional<TenantNames.NamedTenant> tenant =
        parts.isEmpty() ? Optional.empty() : tenant(session, parts.getFirst());
    if (tenant.isPresent()
        && parts.size() == 4
        && parts.get(1).equals("facts")
        && parts.get(3).equals("replay")) {
      return replay(request, session, tenant.get(), parts.get(2));
    }
    return notice(request, 404, notFound("/console"));
  }

  private ConsoleAnswer replay(
      ConsoleRequest request,
      ConsoleSession session,
      TenantNames.NamedTenant tenant,
      String factText) {
    Optional<UUID> fact = Ids.read(Prefix.FACT, factText);
    Optional<UUID> event = fact.flatMap(id -> views.receivedEventOf(tenant.id(), id));
    if (fact.isEmpty() || event.isEmpty()) {
      return notice(request, 404, notFound(Frame.base(tenant.id()) + "/inbox"));
    }
    // A second press finds the fact waiting already, which is what was asked for.
    boolean _ = replay.replay(tenant.id(), fact.get(), session.madeBy());
    return ConsoleAnswer.seeOther(
        Frame.base(tenant.id())
            + "/inbox/"
            + Ids.write(Prefix.RECEIVED_EVENT, event.get())
            + "?replayed=1");
  }

  /// The tenant of an address, if this session reaches it and it exists.
  private Optional<TenantNames.NamedTenant> tenant(ConsoleSession session, String text) {
    return TenantId.parse(text)
        .filter(session::reaches)
        .flatMap(
            id ->
                tenants.list(TENANTS_MAX).stream()
                    .filter(named -> named.id().equals(id))
                    .findFirst());
  }

  /// Where a session lands: its tenant, or the first that is not the platform.
  private TenantId start(ConsoleSession session) {
    if (!session.scope().equals(TenantId.PLATFORM)) {
      return session.scope();
    }
    return tenants.list(TENANTS_MAX).stream()
        .map(TenantNames.NamedTenant::id)
        .filter(id -> !id.equals(TenantId.PLATFORM))
        .findFirst()
        .orElse(TenantId.PLATFORM);
  }

  /// Where a request stands: what every page of it has in common.
  private final class At {
    private final ConsoleRequest request;
    private final ConsoleSession session;
    private final TenantNames.NamedTenant tenant;

    At(ConsoleRequest request, ConsoleSession session, TenantNames.NamedTenant tenant) {
      this.request = request;
      this.session = session;
      this.tenant = tenant;
    }

    ConsoleAnswer show(String title, Frame.Section section, String template, Object page) {
      List<TenantNames.NamedTenant> reachable =
          tenants.list(TENANTS_MAX).stream().filter(each -> session.reaches(each.id())).toList();
      var frame =
          new Frame(
              title,
              section,
              tenant,
              reachable,
              theme(request),
              session.formToken(),
              assets,
              clock.instant());
      return ConsoleAnswer.page(200, renderer.page(template, frame, page));
    }

    ConsoleAnswer missing() {
      return notice(request, 404, notFound(Frame.base(tenant.id()) + "/overview"));
    }
  }

  private ConsoleAnswer notice(ConsoleRequest request, int status, Notice notice) {
    return ConsoleAnswer.page(status, renderer.notice(notice, theme(request), assets));
  }

  private String newLogin() {
    return "curl -X POST -H 'Authorization: Bearer tn_…' " + publicUrl.at("/v1/console-logins");
  }

  private Notice loggedOut() {
    return new Notice(
        "You are not logged in",
        "Open the one-time log-in address that the server printed when it started. A new one comes"
            + " with a platform key:",
        newLogin(),
        "",
        "");
  }

  private static Notice notFound(String href) {
    return new Notice(
        "Nothing is here",
        "The address is wrong, the record belongs to another tenant, or it is older than what is"
            + " kept.",
        "",
        href,
        "Back to the console");
  }

  private String theme(ConsoleRequest request) {
    return request.cookie(THEME_COOKIE).filter(ConsolePages::isTheme).orElse("");
  }

  private static boolean isTheme(String text) {
    return text.equals("light") || text.equals("dark");
  }

  private boolean secure() {
    return publicUrl.get().startsWith("https:");
  }

  /// Over HTTPS the name carries the promise that the cookie belongs to this host alone.
  private String cookieName(String name) {
    return secure() && name.equals(SESSION_COOKIE) ? "__Host-" + name : name;
  }

  private String cookie(String name, String value, String more) {
    return cookieName(name)
        + "="
        + value
        + "; Path=/; SameSite=Lax"
        + (name.equals(SESSION_COOKIE) ? "; HttpOnly" : "")
        + (secure() ? "; Secure" : "")
        + more;
  }
}
