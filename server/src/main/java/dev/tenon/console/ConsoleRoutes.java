package dev.tenon.console;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.email.MailHealth;
import dev.tenon.email.MessageActs;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.template.Previews;
import dev.tenon.template.Templates;
import dev.tenon.tenant.TenantId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `/console`, and the two API routes that make a log-in for it.
public final class ConsoleRoutes {
  private static final int FORM_BYTES_MAX = 16 * 1024;
  private static final int FIELDS_MAX = 32;

  /// The editor of templates sends all of a mail at once. Two parts of 200000 characters take nine
  /// bytes each where they are neither Latin nor emoji.
  private static final int TEMPLATE_BYTES_MAX = 4 * 1024 * 1024;

  /// What the console's forms do, beside what needs a session at all: they send mails, publish
  /// templates and choose which mails about payments go. Who makes a log-in gives all of it away.
  private static final List<Scope> FORMS = List.of(Scope.EMAIL_WRITE, Scope.PAYMENTS_WRITE);

  private final ConsolePages pages;
  private final ConsoleSessions sessions;
  private final PublicUrl publicUrl;

  /// What the console reads and calls.
  ///
  /// @param publicUrl where browsers reach the console; with `https` its cookies go nowhere else
  public record Needs(
      Database database,
      InstantSource clock,
      PublicUrl publicUrl,
      DeliveryOpener deliveries,
      MessageOpener contents,
      FactReplay replay,
      Redelivery redelivery,
      Templates templates,
      Previews previews,
      TestMailer testMailer,
      MessageActs acts,
      MailHealth health) {}

  private ConsoleRoutes(ConsoleSessions sessions, Needs needs) {
    this.sessions = sessions;
    this.publicUrl = needs.publicUrl();
    this.pages = new ConsolePages(sessions, needs);
  }

  public static void declare(Routes routes, ConsoleSessions sessions, Needs needs) {
    var here = new ConsoleRoutes(sessions, needs);
    routes.raw("GET", "/console", "The console", here::answer);
    routes.raw("GET", "/console/{rest...}", "A page of the console", here::answer);
    routes
        .raw("POST", "/console/{rest...}", "A form of the console", here::answer)
        .bodyBytesMax(FORM_BYTES_MAX);
    String editor = "/console/{of}/templates/{rest...}";
    routes.raw("GET", editor, "A page about templates", here::answer);
    routes
        .raw("POST", editor, "A form about templates", here::answer)
        .bodyBytesMax(TEMPLATE_BYTES_MAX);
    routes
        .act(
            "/v1/console-logins",
            Scope.OPERATION_WRITE,
            LoginView.class,
            "Make a log-in to the console that sees every tenant",
            here::createForPlatform)
        .answers(201);
    routes
        .act(
            "/v1/tenants/{tenant}/console-logins",
            Scope.OPERATION_WRITE,
            LoginView.class,
            "Make a log-in to the console that sees this tenant",
            here::createForTenant)
        .answers(201);
  }

  /// The address that `login` opens the console at, once.
  public static String address(PublicUrl publicUrl, ConsoleSessions.Login login) {
    return publicUrl.at("/console/login?token=" + login.token().reveal());
  }

  /// A one-time log-in in the API.
  public record LoginView(String url, Instant expiresAt) {
    // The address lets its holder in, so it stays out of logs.
    @Override
    public String toString() {
      return "LoginView[expiresAt=" + expiresAt + "]";
    }
  }

  private LoginView createForPlatform(Request request) {
    if (!request.caller().platform()) {
      throw new ProblemException(ProblemCode.ACCESS_PLATFORM_ONLY);
    }
    return create(request, TenantId.PLATFORM);
  }

  private LoginView createForTenant(Request request) {
    return create(request, request.tenant());
  }

  private LoginView create(Request request, TenantId scope) {
    for (Scope needed : FORMS) {
      if (!request.caller().may(needed)) {
        throw new ProblemException(
            ProblemCode.ACCESS_SCOPE_MISSING,
            "The console sends mails and publishes templates, and the key lacks the scope `%s`."
                .formatted(needed.text()),
            needed.text());
      }
    }
    ConsoleSessions.Login login =
        sessions.createLogin(scope, "log-in made by " + request.caller().key());
    return new LoginView(address(publicUrl, login), login.expiresAt());
  }

  private void answer(Request request) {
    String method = request.underlyingRequest().prologue().method().text();
    ConsoleAnswer answer =
        pages.answer(
            new ConsoleRequest(
                method,
                request.underlyingRequest().path().path(),
                fields(request.rawQuery()),
                method.equals("POST") ? form(request) : Map.of(),
                cookies(request.header("Cookie").orElse("")),
                request.header("Accept-Encoding").orElse("").contains("gzip"),
                request.header("X-Tenon-Live").isPresent()));
    String contentType = "text/plain; charset=utf-8";
    for (ConsoleAnswer.Header header : answer.headers()) {
      if (header.name().equals("Content-Type")) {
        contentType = header.value();
      } else {
        request.set(header.name(), header.value());
      }
    }
    request.answer(answer.status(), contentType, answer.body());
  }

  private static Map<String, String> form(Request request) {
    return fields(new String(request.body(), StandardCharsets.UTF_8));
  }

  /// The fields of a query or form, each once; what can't be read is left out.
  static Map<String, String> fields(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String pair : text.split("&", FIELDS_MAX + 1)) {
      int equals = pair.indexOf('=');
      if (equals > 0 && fields.size() < FIELDS_MAX) {
        fields.putIfAbsent(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return fields;
  }

  /// A field's text; empty where it holds a broken escape, which nothing of ours writes.
  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8).replace("\0", "");
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static Map<String, String> cookies(String header) {
    Map<String, String> cookies = new HashMap<>();
    for (String pair : header.split(";", FIELDS_MAX + 1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        cookies.putIfAbsent(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    return cookies;
  }
}
