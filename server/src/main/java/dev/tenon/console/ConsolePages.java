package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Answers requests below `/console`: who may see it, then which page it is. A tenant that the
/// session doesn't reach, a record of another tenant and an address that doesn't exist are all the
/// same "not found".
final class ConsolePages {
  private static final String HOME = "/console";

  private final ConsoleSessions sessions;
  private final FactReplay replay;
  private final Redelivery redelivery;
  private final TenantDirectory tenants;
  private final InboxViews inbox;
  private final SuppressionViews suppressions;
  private final TenantPages pages;
  private final TemplateDesk desk;
  private final MessageDesk messages;
  private final ConsoleCookies cookies;
  private final Notices notices;
  private final Assets assets = Assets.load();

  ConsolePages(ConsoleSessions sessions, ConsoleRoutes.Needs needs) {
    var renderer = new Renderer();
    var firstSteps = new FirstSteps(needs.publicUrl());
    this.sessions = sessions;
    this.replay = needs.replay();
    this.redelivery = needs.redelivery();
    this.tenants = new TenantDirectory(needs.database());
    this.inbox = new InboxViews(needs.database(), needs.clock(), firstSteps);
    this.suppressions = new SuppressionViews(needs.database(), needs.clock(), needs.publicUrl());
    this.cookies = new ConsoleCookies(needs.publicUrl());
    this.notices = new Notices(assets, renderer, needs.publicUrl());
    var templates =
        new TemplateViews(needs.database(), needs.clock(), needs.templates(), needs.previews());
    this.messages = new MessageDesk(needs.acts());
    this.desk =
        new TemplateDesk(
            needs.database(), needs.templates(), templates, needs.testMailer(), needs.clock());
    this.pages =
        new TenantPages(
            needs.clock(),
            tenants,
            notices,
            assets,
            renderer,
            new TenantPages.Views(
                new OverviewViews(needs.database(), needs.clock(), firstSteps),
                inbox,
                new ReceivedEventViews(needs.database(), needs.clock(), needs.deliveries()),
                new MessageViews(needs.database(), needs.clock(), needs.contents(), firstSteps),
                new CustomerViews(needs.database(), needs.clock(), firstSteps),
                new PaymentViews(needs.database(), needs.clock(), firstSteps),
                new DeliveryViews(needs.database(), needs.clock(), needs.publicUrl()),
                templates,
                suppressions,
                new MailHealthViews(needs.database(), needs.health(), needs.clock())));
  }

  ConsoleAnswer answer(ConsoleRequest request) {
    List<String> parts = parts(request.path());
    String first = parts.isEmpty() ? "" : parts.getFirst();
    if (first.equals("static") && parts.size() == 2) {
      return assets
          .find(parts.get(1))
          .map(asset -> ConsoleAnswer.asset(asset, request.takesGzip()))
          .orElseGet(() -> notices.notFound(request, HOME));
    }
    if (first.equals("login") && parts.size() == 1 && request.reads()) {
      return logIn(request);
    }
    Optional<ConsoleSession> session =
        cookies.session(request).flatMap(cookie -> sessions.find(cookie, !request.live()));
    if (session.isEmpty()) {
      return notices.loggedOut(request, 401);
    }
    if (request.reads()) {
      return page(request, session.get(), parts);
    }
    if (!request.method().equals("POST")) {
      return notices.wrongMethod(request);
    }
    if (!session.get().owns(request.form("form_token").orElse(""))) {
      return notices.formTooOld(request);
    }
    return act(request, session.get(), parts);
  }

  /// The parts of a path after `/console`.
  private static List<String> parts(String path) {
    String rest = path.startsWith(HOME) ? path.substring(HOME.length()) : path;
    return List.of(rest.split("/")).stream().filter(part -> !part.isEmpty()).toList();
  }

  private ConsoleAnswer logIn(ConsoleRequest request) {
    // A look by a previewer or crawler must not use the address up.
    if (!request.method().equals("GET")) {
      return notices.loggedOut(request, 200);
    }
    return sessions
        .open(request.query().getOrDefault("token", ""))
        .map(
            opened ->
                ConsoleAnswer.seeOther(HOME)
                    .with("Set-Cookie", cookies.setSession(opened.cookie(), sessions.longest())))
        .orElseGet(() -> notices.loginUsedUp(request));
  }

  private ConsoleAnswer page(ConsoleRequest request, ConsoleSession session, List<String> parts) {
    if (parts.isEmpty()) {
      return ConsoleAnswer.seeOther(Frame.base(start(session)) + "/overview");
    }
    return tenant(session, parts.getFirst())
        .map(tenant -> pages.page(request, session, tenant, parts.subList(1, parts.size())))
        .orElseGet(() -> notices.notFound(request, HOME));
  }

  private ConsoleAnswer act(ConsoleRequest request, ConsoleSession session, List<String> parts) {
    if (parts.equals(List.of("logout"))) {
      cookies.session(request).ifPresent(sessions::end);
      return notices.loggedOut(request, 200).with("Set-Cookie", cookies.clearSession());
    }
    if (parts.equals(List.of("theme"))) {
      String theme = request.form("theme").filter(ConsoleCookies::isTheme).orElse("");
      return ConsoleAnswer.seeOther(back(request)).with("Set-Cookie", cookies.setTheme(theme));
    }
    Optional<NamedTenant> tenant =
        parts.isEmpty() ? Optional.empty() : tenant(session, parts.getFirst());
    if (tenant.isPresent()
        && parts.size() == 4
        && parts.get(1).equals("suppressions")
        && parts.get(3).equals("remove")) {
      return unsuppress(request, tenant.get().id(), parts.get(2));
    }
    if (tenant.isPresent()
        && parts.size() == 4
        && parts.get(1).equals("facts")
        && parts.get(3).equals("replay")) {
      return replay(request, session, tenant.get().id(), parts.get(2));
    }
    if (tenant.isPresent()
        && parts.size() == 4
        && parts.get(1).equals("deliveries")
        && parts.get(3).equals("replay")) {
      return redeliver(request, session, tenant.get().id(), parts.get(2));
    }
    if (tenant.isPresent() && parts.size() == 4 && parts.get(1).equals("messages")) {
      TenantId id = tenant.get().id();
      return messages
          .act(id, request, parts.get(2), parts.get(3))
          .map(path -> ConsoleAnswer.seeOther(Frame.base(id) + path))
          .orElseGet(() -> notices.notFound(request, Frame.base(id) + "/messages"));
    }
    if (tenant.isPresent()) {
      return template(request, session, tenant.get(), parts.subList(1, parts.size()));
    }
    return notices.notFound(request, HOME);
  }

  private ConsoleAnswer template(
      ConsoleRequest request, ConsoleSession session, NamedTenant tenant, List<String> parts) {
    TenantId id = tenant.id();
    String section = parts.isEmpty() ? "" : parts.getFirst();
    TemplateDesk.End end =
        section.equals("mail-layout") && parts.size() == 1
            ? desk.layout(id, request)
            : section.equals("templates") && parts.size() == 1
                ? desk.create(id, request)
                : section.equals("templates") && parts.size() == 3
                    ? desk.act(id, session.madeBy(), request, parts.get(1), parts.get(2))
                    : new TemplateDesk.End.Missing();
    return switch (end) {
      case TemplateDesk.End.Go go -> ConsoleAnswer.seeOther(Frame.base(id) + go.path());
      case TemplateDesk.End.Preview preview -> ConsoleAnswer.preview(preview.html());
      case TemplateDesk.End.Edit edit ->
          pages.show(request, session, tenant, "Template", "template", edit.page());
      case TemplateDesk.End.Again again ->
          pages.show(request, session, tenant, "Templates", "templates", again.page());
      case TemplateDesk.End.Layout layout ->
          pages.show(request, session, tenant, "Mail layout", "mail-layout", layout.page());
      case TemplateDesk.End.Missing _ -> notices.notFound(request, Frame.base(id) + "/templates");
    };
  }

  /// The page a form was on, if it is one of ours: an address elsewhere would send people away.
  private static String back(ConsoleRequest request) {
    return request
        .form("back")
        .filter(path -> path.matches("/console/[A-Za-z0-9_/.?&=%+*-]*"))
        .orElse(HOME);
  }

  private ConsoleAnswer replay(
      ConsoleRequest request, ConsoleSession session, TenantId tenant, String factText) {
    Optional<UUID> fact = Ids.read(Prefix.FACT, factText);
    Optional<UUID> event = fact.flatMap(id -> inbox.receivedEventOf(tenant, id));
    if (fact.isEmpty() || event.isEmpty()) {
      return notices.notFound(request, Frame.base(tenant) + "/inbox");
    }
    // A second press finds the fact waiting already, which is what was asked for.
    boolean _ = replay.replay(tenant, fact.get(), session.madeBy());
    return ConsoleAnswer.seeOther(
        Frame.base(tenant)
            + "/inbox/"
            + Ids.write(Prefix.RECEIVED_EVENT, event.get())
            + "?replayed=1");
  }

  private ConsoleAnswer unsuppress(ConsoleRequest request, TenantId tenant, String entry) {
    String page = Frame.base(tenant) + "/suppressions";
    return suppressions.remove(tenant, entry, request.form("reason").orElse(""))
        ? ConsoleAnswer.seeOther(page + "?removed=1")
        : notices.notFound(request, page);
  }

  private ConsoleAnswer redeliver(
      ConsoleRequest request, ConsoleSession session, TenantId tenant, String text) {
    String page = Frame.base(tenant) + "/deliveries";
    Optional<UUID> delivery = Ids.read(Prefix.DELIVERY, text);
    if (delivery.isEmpty() || !redelivery.replay(tenant, delivery.get(), session.madeBy())) {
      return notices.notFound(request, page);
    }
    return ConsoleAnswer.seeOther(page + "/" + text + "?replayed=1");
  }

  /// The tenant of an address, if this session reaches it and it exists.
  private Optional<NamedTenant> tenant(ConsoleSession session, String text) {
    return TenantId.parse(text).filter(session::reaches).flatMap(tenants::find);
  }

  /// Where a session lands: its tenant, or the first by name that is not the platform.
  private TenantId start(ConsoleSession session) {
    if (!session.scope().equals(TenantId.PLATFORM)) {
      return session.scope();
    }
    return tenants.search("", 2).stream()
        .map(NamedTenant::id)
        .filter(id -> !id.equals(TenantId.PLATFORM))
        .findFirst()
        .orElse(TenantId.PLATFORM);
  }
}
