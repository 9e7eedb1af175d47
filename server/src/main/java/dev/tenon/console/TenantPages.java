package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.template.Previews;
import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The pages of one tenant.
final class TenantPages {
  private static final int SWITCH_MAX = 12;
  private static final int TENANTS_MAX = 50;

  private final InstantSource clock;
  private final TenantDirectory tenants;
  private final Notices notices;
  private final Assets assets;
  private final Renderer renderer;
  private final Views views;

  /// Where the pages get what they show.
  record Views(
      OverviewViews overview,
      InboxViews inbox,
      ReceivedEventViews receivedEvents,
      MessageViews messages,
      CustomerViews customers,
      PaymentViews payments,
      DeliveryViews deliveries,
      TemplateViews templates,
      SuppressionViews suppressions,
      MailHealthViews health) {}

  TenantPages(
      InstantSource clock,
      TenantDirectory tenants,
      Notices notices,
      Assets assets,
      Renderer renderer,
      Views views) {
    this.clock = clock;
    this.tenants = tenants;
    this.notices = notices;
    this.assets = assets;
    this.renderer = renderer;
    this.views = views;
  }

  /// @param tenant one that the session reaches
  /// @param parts of the path after the tenant
  ConsoleAnswer page(
      ConsoleRequest request, ConsoleSession session, NamedTenant tenant, List<String> parts) {
    var at = new At(request, session, tenant);
    String section = parts.isEmpty() ? "overview" : parts.getFirst();
    return switch (parts.size()) {
      case 0, 1 -> list(at, section);
      case 2 -> record(at, section, parts.get(1));
      case 3 ->
          section.equals("templates") && parts.get(2).equals("preview")
              ? preview(at, parts.get(1))
              : section.equals("messages") && parts.get(2).equals("preview")
                  ? Ids.read(Prefix.MESSAGE, parts.get(1))
                      .flatMap(message -> views.messages.preview(tenant.id(), message))
                      .map(ConsoleAnswer::preview)
                      .orElseGet(at::missing)
                  : at.missing();
      default -> at.missing();
    };
  }

  private ConsoleAnswer list(At at, String section) {
    TenantId id = at.tenant.id();
    var query = at.request.query();
    return switch (section) {
      case "overview" ->
          at.show("Overview", Frame.Section.OVERVIEW, "overview", views.overview.overview(id));
      case "inbox" ->
          at.show(
              "Inbox", Frame.Section.INBOX, "inbox", views.inbox.list(id, InboxFilter.read(query)));
      case "messages" ->
          at.show("Messages", Frame.Section.MESSAGES, "messages", views.messages.list(id, query));
      case "mail-health" ->
          at.show("Mail health", Frame.Section.MESSAGES, "mail-health", views.health.of(id, query));
      case "deliveries" ->
          at.show(
              "Deliveries",
              Frame.Section.DELIVERIES,
              "deliveries",
              views.deliveries.list(id, query));
      case "suppressions" ->
          at.show(
              "Suppressions",
              Frame.Section.SUPPRESSIONS,
              "suppressions",
              views.suppressions.list(id, query));
      case "customers" ->
          at.show(
              "Customers", Frame.Section.CUSTOMERS, "customers", views.customers.list(id, query));
      case "subscriptions" ->
          at.show(
              "Subscriptions",
              Frame.Section.SUBSCRIPTIONS,
              "subscriptions",
              views.payments.subscriptions(id, query));
      case "payments" ->
          at.show(
              "Payments", Frame.Section.PAYMENTS, "payments", views.payments.payments(id, query));
      case "templates" ->
          at.show("Templates", Frame.Section.TEMPLATES, "templates", views.templates.list(id, ""));
      case "mail-layout" ->
          at.show(
              "Mail layout",
              Frame.Section.TEMPLATES,
              "mail-layout",
              views.templates.layout(id, said(query.getOrDefault("said", ""))));
      case "tenants" -> tenants(at);
      case "search" -> search(at);
      default -> at.missing();
    };
  }

  private ConsoleAnswer record(At at, String section, String record) {
    TenantId id = at.tenant.id();
    return switch (section) {
      case "inbox" ->
          Ids.read(Prefix.RECEIVED_EVENT, record)
              .flatMap(
                  event ->
                      views.receivedEvents.find(
                          at.session, id, event, at.request.query().containsKey("replayed")))
              .map(page -> at.show("Received event", Frame.Section.INBOX, "received-event", page))
              .orElseGet(at::missing);
      case "messages" ->
          Ids.read(Prefix.MESSAGE, record)
              .flatMap(message -> views.messages.find(at.session, id, message, at.said()))
              .map(page -> at.show("Message", Frame.Section.MESSAGES, "message", page))
              .orElseGet(at::missing);
      case "templates" ->
          views
              .templates
              .find(
                  id,
                  record,
                  at.request.query().getOrDefault("language", ""),
                  new TemplateViews.Shown(
                      said(at.request.query().getOrDefault("said", "")), null, null))
              .map(page -> at.show("Template", Frame.Section.TEMPLATES, "template", page))
              .orElseGet(at::missing);
      case "deliveries" ->
          Ids.read(Prefix.DELIVERY, record)
              .flatMap(
                  delivery ->
                      views.deliveries.find(
                          id, delivery, at.request.query().containsKey("replayed")))
              .map(page -> at.show("Delivery", Frame.Section.DELIVERIES, "delivery", page))
              .orElseGet(at::missing);
      case "subscriptions" ->
          Ids.read(Prefix.SUBSCRIPTION, record)
              .flatMap(subscription -> views.payments.subscription(at.session, id, subscription))
              .map(
                  page ->
                      at.show("Subscription", Frame.Section.SUBSCRIPTIONS, "subscription", page))
              .orElseGet(at::missing);
      case "customers" ->
          Ids.read(Prefix.CUSTOMER, record)
              .flatMap(customer -> views.customers.find(at.session, id, customer))
              .map(page -> at.show("Customer", Frame.Section.CUSTOMERS, "customer", page))
              .orElseGet(at::missing);
      case "payments" ->
          Ids.read(Prefix.PAYMENT, record)
              .flatMap(payment -> views.payments.payment(at.session, id, payment))
              .map(page -> at.show("Payment", Frame.Section.PAYMENTS, "payment", page))
              .orElseGet(at::missing);
      default -> at.missing();
    };
  }

  /// What has just happened, by its word in the address: an address that others made says nothing
  /// of its own.
  private static String said(String word) {
    return switch (word) {
      case "saved" -> "Saved.";
      case "published" -> "Published. Mails are made with it from now on.";
      case "discarded" -> "The draft is gone.";
      case "cancelled" -> "The message is cancelled. Nothing is sent.";
      case "resent" -> "This is the second sending, as a message of its own.";
      case "refused" ->
          "Nothing was done: the message has moved on meanwhile, or it can't be sent any more. Its"
              + " state says what became of it.";
      case "unsure" -> "Nothing was sent: confirm that a second mail may arrive.";
      default -> "";
    };
  }

  private ConsoleAnswer preview(At at, String name) {
    var query = at.request.query();
    String version = query.getOrDefault("version", "");
    var wanted =
        new Previews.Wanted(
            query.get("language"),
            null,
            version.isEmpty(),
            version.matches("[0-9]{1,9}")
                ? Optional.of(Integer.parseInt(version))
                : Optional.empty(),
            null);
    return ConsoleAnswer.preview(
        views.templates.preview(
            at.tenant.id(), name, wanted, query.getOrDefault("part", "").equals("text")));
  }

  /// A page about templates that answers a form.
  ConsoleAnswer show(
      ConsoleRequest request,
      ConsoleSession session,
      NamedTenant tenant,
      String title,
      String template,
      Object page) {
    return new At(request, session, tenant).show(title, Frame.Section.TEMPLATES, template, page);
  }

  /// Only who sees every tenant chooses among them.
  private ConsoleAnswer tenants(At at) {
    if (!at.session.scope().equals(TenantId.PLATFORM)) {
      return at.missing();
    }
    String text = at.request.query().getOrDefault("q", "").strip();
    List<NamedTenant> found = tenants.search(text, TENANTS_MAX + 1);
    boolean more = found.size() > TENANTS_MAX;
    return at.show(
        "Tenants",
        Frame.Section.OVERVIEW,
        "tenants",
        new TenantsPage(more ? found.subList(0, TENANTS_MAX) : found, text, more));
  }

  /// An id leads to its record, an address or words to messages, anything else to the inbox.
  private ConsoleAnswer search(At at) {
    String text = at.request.query().getOrDefault("q", "").strip();
    String base = Frame.base(at.tenant.id());
    if (Ids.read(Prefix.RECEIVED_EVENT, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/inbox/" + text);
    }
    if (Ids.read(Prefix.DELIVERY, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/deliveries/" + text);
    }
    if (Ids.read(Prefix.ENDPOINT, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/deliveries" + Queries.of("endpoint", text));
    }
    if (Ids.read(Prefix.SUBSCRIPTION, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/subscriptions/" + text);
    }
    if (Ids.read(Prefix.PAYMENT, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/payments/" + text);
    }
    if (Ids.read(Prefix.CUSTOMER, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/customers/" + text);
    }
    if (Ids.read(Prefix.MESSAGE, text).isPresent()) {
      return ConsoleAnswer.seeOther(base + "/messages/" + text);
    }
    Optional<UUID> event =
        Ids.read(Prefix.FACT, text)
            .flatMap(fact -> views.inbox.receivedEventOf(at.tenant.id(), fact));
    if (event.isPresent()) {
      return ConsoleAnswer.seeOther(
          base + "/inbox/" + Ids.write(Prefix.RECEIVED_EVENT, event.get()));
    }
    boolean mail = text.contains("@") || text.contains(" ");
    return ConsoleAnswer.seeOther(
        base
            + (mail
                ? "/messages" + Queries.of("q", text)
                : "/inbox" + Queries.of("q", text, "since", "30d")));
  }

  /// Where a request stands: what every page of it has in common.
  private final class At {
    private final ConsoleRequest request;
    private final ConsoleSession session;
    private final NamedTenant tenant;

    At(ConsoleRequest request, ConsoleSession session, NamedTenant tenant) {
      this.request = request;
      this.session = session;
      this.tenant = tenant;
    }

    ConsoleAnswer show(String title, Frame.Section section, String template, Object page) {
      boolean all = session.scope().equals(TenantId.PLATFORM);
      var frame =
          new Frame(
              title,
              section,
              tenant,
              all ? tenants.search("", SWITCH_MAX) : List.of(),
              ConsoleCookies.theme(request),
              session.formToken(),
              request.address(),
              assets,
              clock.instant());
      return ConsoleAnswer.page(200, renderer.page(template, frame, page));
    }

    /// What has just been done, by its word in the address.
    String said() {
      return TenantPages.said(request.query().getOrDefault("said", ""));
    }

    ConsoleAnswer missing() {
      return notices.notFound(request, Frame.base(tenant.id()) + "/overview");
    }
  }
}
