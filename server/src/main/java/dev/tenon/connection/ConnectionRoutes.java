package dev.tenon.connection;

import dev.tenon.access.Scope;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/connections`.
public final class ConnectionRoutes {
  private static final int NAME_CHARS_MAX = 200;
  private static final int SETTING_CHARS_MAX = 1000;
  private static final int SECRET_CHARS_MAX = 8 * 1024;

  private final Database database;
  private final Connections connections;
  private final PublicUrl publicUrl;
  private final Map<String, ProviderKind> kinds;

  private ConnectionRoutes(
      Database database, Connections connections, PublicUrl publicUrl, List<ProviderKind> kinds) {
    this.database = database;
    this.connections = connections;
    this.publicUrl = publicUrl;
    this.kinds =
        new TreeMap<>(kinds.stream().collect(Collectors.toMap(ProviderKind::name, k -> k)));
  }

  public static void declare(
      Routes routes,
      Database database,
      Connections connections,
      PublicUrl publicUrl,
      List<ProviderKind> kinds) {
    var here = new ConnectionRoutes(database, connections, publicUrl, kinds);
    String path = "/v1/tenants/{tenant}/connections";
    routes
        .post(
            path,
            Scope.CONNECTIONS_WRITE,
            CreateConnection.class,
            ConnectionView.class,
            "Create a connection",
            here::create)
        .repeatable();
    routes
        .list(
            path, Scope.CONNECTIONS_READ, ConnectionView.class, "List the connections", here::list)
        .query("provider", "Only connections to this provider.");
    routes.get(
        path + "/{connection}",
        Scope.CONNECTIONS_READ,
        ConnectionView.class,
        "Get a connection",
        here::get);
    routes.patch(
        path + "/{connection}",
        Scope.CONNECTIONS_WRITE,
        UpdateConnection.class,
        ConnectionView.class,
        "Update a connection",
        here::update);
    routes.delete(
        path + "/{connection}/secrets/{field}/{ordinal}",
        Scope.CONNECTIONS_WRITE,
        "Remove a credential of a connection",
        here::removeSecret);
  }

  /// A connection that is to be made.
  public record CreateConnection(
      @About("Such as `stripe`.") String provider,
      @About("What people call it; 1 to 200 characters.") String name,
      Connection.Environment environment,
      @About("What is not secret, such as `base_url`.") @Nullable Map<String, String> settings,
      @About("Write-only: they can be replaced, never read.")
          @Nullable Map<String, Secret> credentials) {}

  /// What is to be different about a connection.
  public record UpdateConnection(
      @Nullable String name,
      @About("`active` or `disabled`.") Connection.@Nullable State state,
      @About(
              "Replaces all settings. Those that have the credentials sent to another place, such as"
                  + " another `base_url`, need them given again.")
          @Nullable Map<String, String> settings,
      @About("A field that starts with `webhook_` joins the values that are there; others replace.")
          @Nullable Map<String, Secret> credentials,
      @About("When the older webhook secrets end; without it they stay until they are removed.")
          @Nullable Instant previousSecretsExpireAt) {}

  /// That a credential is set.
  public record CredentialView(
      String field, int ordinal, Instant createdAt, @Nullable Instant expiresAt) {}

  /// A connection in the API.
  public record ConnectionView(
      String id,
      String provider,
      String name,
      Connection.Environment environment,
      Connection.State state,
      @About("Why it is broken; empty otherwise.") String stateReason,
      Map<String, String> settings,
      @About("Which credentials are set, never their values.") List<CredentialView> credentials,
      @About("Where the provider sends its webhooks.") String webhookUrl,
      Instant createdAt,
      Instant updatedAt) {}

  private ConnectionView create(Request request, CreateConnection body) {
    ProviderKind kind = kinds.get(body.provider());
    if (kind == null) {
      throw new ProblemException(
          ProblemCode.CONNECTION_UNKNOWN_PROVIDER,
          "`provider` is one of: %s.".formatted(String.join(", ", kinds.keySet())),
          "provider");
    }
    String name = name(body.name());
    Map<String, String> settings =
        settings(kind, Optional.ofNullable(body.settings()).orElse(Map.of()));
    Map<String, Secret> secrets =
        secrets(kind, Optional.ofNullable(body.credentials()).orElse(Map.of()));
    platformSettings(request, kind, Map.of(), settings);
    keys(kind, body.environment(), settings, secrets);
    return view(
        database.asTenant(
            request.tenant(),
            tx ->
                request
                    .effect()
                    .map(ConnectionId::new)
                    .map(
                        id ->
                            connections.create(
                                tx, id, kind.name(), name, body.environment(), settings, secrets))
                    .orElseGet(
                        () ->
                            connections.create(
                                tx, kind.name(), name, body.environment(), settings, secrets))));
  }

  private Page<ConnectionView> list(Request request) {
    Page.Ask ask = request.page();
    List<Connection> rows =
        database.asTenant(
            request.tenant(),
            tx -> connections.list(tx, request.query("provider"), ask.before(), ask.rows()));
    return Page.of(ask, rows, connection -> connection.id().uuid(), this::view);
  }

  private ConnectionView get(Request request) {
    return view(existing(request));
  }

  private ConnectionView update(Request request, UpdateConnection body) {
    Connection old = existing(request);
    ProviderKind kind =
        Optional.ofNullable(kinds.get(old.provider()))
            .orElseThrow(() -> new ProblemException(ProblemCode.CONNECTION_UNKNOWN_PROVIDER));
    if (body.state() == Connection.State.BROKEN) {
      throw ProblemException.invalidField("state", "`state` is `active` or `disabled`.");
    }
    var change =
        new Connections.Change(
            Optional.ofNullable(body.name()).map(ConnectionRoutes::name),
            Optional.ofNullable(body.state()),
            Optional.ofNullable(body.settings()).map(settings -> settings(kind, settings)),
            Optional.ofNullable(body.credentials())
                .map(secrets -> secrets(kind, secrets))
                .orElse(Map.of()),
            Optional.ofNullable(body.previousSecretsExpireAt()));
    change
        .settings()
        .ifPresent(settings -> platformSettings(request, kind, old.settings(), settings));
    keys(kind, old.environment(), change.settings().orElse(Map.of()), change.secrets());
    return switch (connections.change(request.tenant(), old.id(), change)) {
      case Connections.Changed.Done done -> view(done.connection());
      case Connections.Changed.NotFound _ -> throw ProblemException.notFound();
      case Connections.Changed.TooManySecrets many ->
          throw new ProblemException(
              ProblemCode.CONNECTION_TOO_MANY_SECRETS,
              ProblemCode.CONNECTION_TOO_MANY_SECRETS.whatToDo(),
              "credentials." + many.field());
      case Connections.Changed.CredentialNeeded needed ->
          throw new ProblemException(
              ProblemCode.CONNECTION_CREDENTIALS_NEEDED,
              "The settings have `%s` sent elsewhere than it was given for; give it in the same request."
                  .formatted(needed.field()),
              "credentials." + needed.field());
    };
  }

  private void removeSecret(Request request) {
    Connection connection = existing(request);
    int ordinal;
    try {
      ordinal = Integer.parseInt(request.path("ordinal"));
    } catch (NumberFormatException e) {
      throw ProblemException.notFound();
    }
    if (!connections.removeSecret(
        request.tenant(), connection.id(), request.path("field"), ordinal)) {
      throw ProblemException.notFound();
    }
  }

  private Connection existing(Request request) {
    return ConnectionId.parse(request.path("connection"))
        .flatMap(id -> database.asTenant(request.tenant(), tx -> connections.find(tx, id)))
        .orElseThrow(ProblemException::notFound);
  }

  private static String name(String text) {
    String name = text.strip();
    if (name.isEmpty() || name.length() > NAME_CHARS_MAX) {
      throw ProblemException.invalidField("name", "`name` has 1 to 200 characters.");
    }
    return name;
  }

  private static Map<String, String> settings(ProviderKind kind, Map<String, String> given) {
    check("settings", kind.settings(), given, value -> value, SETTING_CHARS_MAX);
    kind.wrongSetting(given)
        .ifPresent(
            wrong -> {
              throw ProblemException.invalidField("settings." + wrong.name(), wrong.words());
            });
    String baseUrl = given.get("base_url");
    if (baseUrl != null && !webAddress(baseUrl)) {
      throw ProblemException.invalidField(
          "settings.base_url", "`base_url` is an http or https address without user or query.");
    }
    return given;
  }

  private static Map<String, Secret> secrets(ProviderKind kind, Map<String, Secret> given) {
    check("credentials", kind.secrets(), given, Secret::reveal, SECRET_CHARS_MAX);
    return given;
  }

  private static void platformSettings(
      Request request, ProviderKind kind, Map<String, String> old, Map<String, String> wanted) {
    for (String name : kind.platformSettings()) {
      if (!request.caller().platform()
          && !old.getOrDefault(name, "").equals(wanted.getOrDefault(name, ""))) {
        throw new ProblemException(
            ProblemCode.ACCESS_PLATFORM_ONLY,
            "Only a key of the platform may give, change or remove `%s`.".formatted(name),
            "settings." + name);
      }
    }
  }

  private static void keys(
      ProviderKind kind,
      Connection.Environment environment,
      Map<String, String> settings,
      Map<String, Secret> secrets) {
    Map<String, String> revealed = new TreeMap<>();
    secrets.forEach((field, secret) -> revealed.put(field, secret.reveal()));
    kind.wrongKey(environment, "settings", settings)
        .or(() -> kind.wrongKey(environment, "credentials", revealed))
        .ifPresent(
            wrong -> {
              throw ProblemException.invalidField(wrong.name(), wrong.words());
            });
  }

  private static <T> void check(
      String param, Set<String> known, Map<String, T> given, Function<T, String> text, int max) {
    given.forEach(
        (field, value) -> {
          String path = param + "." + field;
          if (!known.contains(field)) {
            throw new ProblemException(
                ProblemCode.REQUEST_UNKNOWN_FIELD,
                "This provider has `%s`: %s."
                    .formatted(param, known.stream().sorted().collect(Collectors.joining(", "))),
                path);
          }
          if (value == null || text.apply(value).isBlank() || text.apply(value).length() > max) {
            throw ProblemException.invalidField(
                path, "`%s` has 1 to %d characters.".formatted(path, max));
          }
          // None has a place in an address or a key, and each takes six characters when it is
          // stored.
          if (text.apply(value).chars().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
            throw ProblemException.invalidField(
                path, "`%s` must not hold control characters.".formatted(path));
          }
        });
  }

  private static boolean webAddress(String text) {
    try {
      var uri = new java.net.URI(text);
      return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (java.net.URISyntaxException e) {
      return false;
    }
  }

  private ConnectionView view(Connection connection) {
    return new ConnectionView(
        connection.id().toString(),
        connection.provider(),
        connection.name(),
        connection.environment(),
        connection.state(),
        connection.stateReason(),
        connection.settings(),
        connection.secrets().stream()
            .map(
                secret ->
                    new CredentialView(
                        secret.field(),
                        secret.ordinal(),
                        secret.createdAt(),
                        secret.expiresAt().orElse(null)))
            .toList(),
        publicUrl.at("/in/" + connection.id()),
        connection.createdAt(),
        connection.updatedAt());
  }
}
