package dev.tenon.access;

import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Json;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/// `/v1/tenants/{tenant}/api-keys`.
public final class ApiKeyRoutes {
  private static final int NAME_CHARS_MAX = 200;

  private final Database database;
  private final ApiKeys keys;
  private final InstantSource clock;

  private ApiKeyRoutes(Database database, ApiKeys keys, InstantSource clock) {
    this.database = database;
    this.keys = keys;
    this.clock = clock;
  }

  public static void declare(Routes routes, Database database, ApiKeys keys, InstantSource clock) {
    var here = new ApiKeyRoutes(database, keys, clock);
    String path = "/v1/tenants/{tenant}/api-keys";
    routes.post(
        path,
        Scope.KEYS_WRITE,
        CreateKey.class,
        KeyCreated.class,
        "Create an API key",
        here::create);
    routes.list(path, Scope.KEYS_READ, KeyView.class, "List the API keys", here::list);
    routes.get(path + "/{key}", Scope.KEYS_READ, KeyView.class, "Get an API key", here::get);
    routes.delete(path + "/{key}", Scope.KEYS_WRITE, "Revoke an API key", here::revoke);
  }

  /// A key that is to be made.
  public record CreateKey(
      @About("What it is for; 1 to 200 characters.") String name,
      @About("What it may do, such as `payments:write`; `*` for all. At most what the caller may.")
          List<String> scopes,
      @About("From when on it no longer works.") @Nullable Instant expiresAt) {}

  /// A key in the API, without its text.
  public record KeyView(
      String id,
      String name,
      @About("Its first and last characters.") String hint,
      List<String> scopes,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @About("To the minute or so.") @Nullable Instant lastUsedAt,
      @Nullable Instant revokedAt) {}

  /// A key that was just made.
  public record KeyCreated(
      @About("The key itself. It is shown this once and can't be read again.")
          @JsonSerialize(using = Json.Reveal.class)
          Secret key,
      KeyView apiKey) {}

  private KeyCreated create(Request request, CreateKey body) {
    String name = body.name().strip();
    if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
      throw ProblemException.invalidField("name", "`name` has 1 to 200 characters.");
    }
    Optional<Instant> expiresAt = Optional.ofNullable(body.expiresAt());
    if (expiresAt.isPresent() && !expiresAt.get().isAfter(clock.instant())) {
      throw ProblemException.invalidField("expires_at", "`expires_at` must be in the future.");
    }
    Set<Scope> scopes = scopes(request.caller(), body.scopes());
    ApiKey.Created created =
        database.asTenant(
            request.tenant(),
            tx ->
                request
                    .effect()
                    .map(id -> keys.create(tx, new ApiKeyId(id), name, scopes, expiresAt))
                    .orElseGet(() -> keys.create(tx, name, scopes, expiresAt)));
    return new KeyCreated(created.text(), view(created.key()));
  }

  /// A key gives no more than it has: else one that may only make keys could do everything.
  private static Set<Scope> scopes(Caller caller, List<String> texts) {
    if (texts.isEmpty() || texts.size() > Scope.values().length) {
      throw ProblemException.invalidField("scopes", "`scopes` names at least one scope.");
    }
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (int i = 0; i < texts.size(); i++) {
      String param = "scopes[%d]".formatted(i);
      Scope scope =
          Scope.parse(texts.get(i))
              .orElseThrow(
                  () -> ProblemException.invalidField(param, "There is no scope of this name."));
      if (!caller.may(scope)) {
        throw new ProblemException(
            ProblemCode.ACCESS_SCOPE_EXCEEDED,
            "The calling key does not have `%s` itself.".formatted(scope.text()),
            param);
      }
      scopes.add(scope);
    }
    return scopes;
  }

  private Page<KeyView> list(Request request) {
    Page.Ask ask = request.page();
    List<ApiKey> rows =
        database.asTenant(request.tenant(), tx -> keys.list(tx, ask.before(), ask.rows()));
    return Page.of(ask, rows, key -> key.id().uuid(), ApiKeyRoutes::view);
  }

  private KeyView get(Request request) {
    return ApiKeyId.parse(request.path("key"))
        .flatMap(id -> database.asTenant(request.tenant(), tx -> keys.find(tx, id)))
        .map(ApiKeyRoutes::view)
        .orElseThrow(ProblemException::notFound);
  }

  private void revoke(Request request) {
    ApiKeyId id = ApiKeyId.parse(request.path("key")).orElseThrow(ProblemException::notFound);
    if (!keys.revoke(request.tenant(), id)) {
      throw ProblemException.notFound();
    }
  }

  private static KeyView view(ApiKey key) {
    return new KeyView(
        key.id().toString(),
        key.name(),
        key.hint(),
        key.scopes().stream().map(Scope::text).toList(),
        key.createdAt(),
        key.expiresAt().orElse(null),
        key.lastUsedAt().orElse(null),
        key.revokedAt().orElse(null));
  }
}
