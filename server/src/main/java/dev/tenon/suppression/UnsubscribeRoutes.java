package dev.tenon.suppression;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// `/unsubscribe/{token}`, where the link in a mail leads and where mail programs send RFC 8058's
/// one click. Needs no key, no cookie and no log-in: who has the mail has the token.
///
/// A GET changes nothing, since scanners of mail follow every link.
public final class UnsubscribeRoutes {
  private static final String PATH = UnsubscribeLinks.PATH + "{token}";
  private static final String HTML = "text/html; charset=utf-8";
  private static final String AGAIN_SECONDS = "60";
  private static final int FORM_BYTES_MAX = 4_096;

  private final Database database;
  private final Vault vault;
  private final Unsubscriptions unsubscriptions;
  private final Predicate<TenantId> exists;
  private final Function<TenantTx, String> sender;
  private final UseLimit limit;

  private UnsubscribeRoutes(
      Database database,
      Vault vault,
      Unsubscriptions unsubscriptions,
      Predicate<TenantId> exists,
      Function<TenantTx, String> sender,
      InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.unsubscriptions = unsubscriptions;
    this.exists = exists;
    this.sender = sender;
    this.limit = new UseLimit(clock);
  }

  /// Declares the pages and the answer to mail programs.
  ///
  /// @param exists whether there is such a tenant
  /// @param sender what the tenant calls itself to its recipients; empty where it doesn't say
  public static void declare(
      Routes routes,
      Database database,
      Vault vault,
      Unsubscriptions unsubscriptions,
      Predicate<TenantId> exists,
      Function<TenantTx, String> sender,
      InstantSource clock) {
    var here = new UnsubscribeRoutes(database, vault, unsubscriptions, exists, sender, clock);
    routes.raw("GET", PATH, "Ask whether to unsubscribe", here::ask);
    routes
        .raw("POST", PATH, "Unsubscribe", here::decide)
        .bodyBytesMax(FORM_BYTES_MAX)
        .inDocument(
            "email",
            "Needs no key: the address stands in the header `List-Unsubscribe` of a message of a"
                + " broadcast stream. With the form `List-Unsubscribe=One-Click` (RFC 8058) its"
                + " recipient gets no more of that stream; doing it again changes nothing.")
        .takesBody()
        .says(200, HTML, "Done: a page says what the recipient gets no more of.")
        .says(404, HTML, "No such link: it was cut off, or is not of this server.")
        .says(429, HTML, "The link was used too often within a minute.");
  }

  private void ask(Request request) {
    UnsubscribePage page = page(request);
    UnsubscribeToken token = token(request);
    if (token == null) {
      answer(request, 404, page.broken());
    } else if (!limit.take(token.message())) {
      tooOften(request, page);
    } else {
      answer(request, 200, database.asTenant(token.tenant(), tx -> shown(tx, page, token)));
    }
  }

  private byte[] shown(TenantTx tx, UnsubscribePage page, UnsubscribeToken token) {
    Set<String> left = unsubscriptions.left(tx, token);
    Set<String> all = unsubscriptions.all(token);
    return left.contains(token.stream())
        ? page.done(token, sender.apply(tx), List.copyOf(left), left.size() < all.size())
        : page.ask(token, sender.apply(tx), all.size() > 1);
  }

  private void decide(Request request) {
    UnsubscribePage page = page(request);
    UnsubscribeToken token = token(request);
    if (token == null) {
      answer(request, 404, page.broken());
      return;
    }
    if (!limit.take(token.message())) {
      tooOften(request, page);
      return;
    }
    UnsubscribeForm form =
        UnsubscribeForm.read(request.header("Content-Type").orElse(""), request.body());
    byte[] shown =
        database.asTenant(
            token.tenant(),
            tx -> {
              switch (form) {
                case STREAM -> unsubscriptions.leave(tx, token, Set.of(token.stream()));
                case ALL -> unsubscriptions.leave(tx, token, unsubscriptions.all(token));
                case UNDO -> {
                  unsubscriptions.comeBack(tx, token);
                  return page.back(token, sender.apply(tx), unsubscriptions.all(token).size() > 1);
                }
                case NONE -> {
                  // A form that says nothing decides nothing.
                }
              }
              return form == UnsubscribeForm.NONE
                  ? shown(tx, page, token)
                  : page.done(
                      token,
                      sender.apply(tx),
                      List.copyOf(
                          form == UnsubscribeForm.ALL
                              ? unsubscriptions.all(token)
                              : Set.of(token.stream())),
                      form != UnsubscribeForm.ALL && unsubscriptions.all(token).size() > 1);
            });
    answer(request, form == UnsubscribeForm.NONE ? 400 : 200, shown);
  }

  private static UnsubscribePage page(Request request) {
    String accepted = request.header("Accept-Language").orElse("");
    return UnsubscribePage.in(accepted.substring(0, Math.min(accepted.length(), 200)));
  }

  /// Null for what is no link of this server, and for one of a tenant that is gone: both look the
  /// same to whoever asks.
  private @Nullable UnsubscribeToken token(Request request) {
    return UnsubscribeToken.read(vault, request.path("token"))
        .filter(token -> exists.test(token.tenant()))
        .orElse(null);
  }

  private static void tooOften(Request request, UnsubscribePage page) {
    request.set("Retry-After", AGAIN_SECONDS);
    answer(request, 429, page.often());
  }

  private static void answer(Request request, int status, byte[] page) {
    request
        .set("Content-Security-Policy", UnsubscribePage.POLICY)
        .set("Cache-Control", "no-store")
        .set("Referrer-Policy", "no-referrer")
        .set("X-Robots-Tag", "noindex")
        .answer(status, HTML, page);
  }
}
