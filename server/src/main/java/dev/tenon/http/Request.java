package dev.tenon.http;

import dev.tenon.access.Caller;
import dev.tenon.db.Storable;
import dev.tenon.tenant.TenantId;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One request to one route, its authority already checked, and the way to answer it.
public final class Request {
  /// The end of all times that a caller can name.
  public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  static final String ETAG = "ETag";
  static final String IF_MATCH = "If-Match";
  static final String IF_NONE_MATCH = "If-None-Match";
  private static final int NOT_MODIFIED = 304;

  private final ServerRequest request;
  private final ServerResponse response;
  private final Route route;
  private final List<String> values;
  private final String id;
  private final @Nullable Caller caller;
  private final @Nullable TenantId tenant;
  private @Nullable UUID effect;
  private int run = 1;
  private boolean matched;
  private final Origin origin;
  private final Bodies.Hold hold;

  Request(
      ServerRequest request,
      ServerResponse response,
      Route route,
      List<String> values,
      String id,
      @Nullable Caller caller,
      @Nullable TenantId tenant,
      Origin origin,
      Bodies.Hold hold) {
    this.origin = origin;
    this.hold = hold;
    this.request = request;
    this.response = response;
    this.route = route;
    this.values = values;
    this.id = id;
    this.caller = caller;
    this.tenant = tenant;
  }

  /// The request id that is in the answer and in the logs.
  public String id() {
    return id;
  }

  /// Who calls. Throws [IllegalStateException] on a route without a scope.
  public Caller caller() {
    if (caller == null) {
      throw new IllegalStateException(route + " has no scope, so it has no caller");
    }
    return caller;
  }

  /// The tenant of the path: it exists and the caller reaches it. Throws [IllegalStateException]
  /// when the path has no `{tenant}`.
  public TenantId tenant() {
    if (tenant == null) {
      throw new IllegalStateException(route + " has no {tenant}");
    }
    return tenant;
  }

  /// The id under which this request makes its one thing, and the idempotency key for the provider
  /// that it calls. The same when the request is taken up again after a crash.
  ///
  /// Empty when the caller sent no `Idempotency-Key`: then any new id will do.
  public Optional<UUID> effect() {
    return Optional.ofNullable(effect);
  }

  /// Whether an earlier run of this request, under the same `Idempotency-Key`, may have done it.
  public boolean isTakenUp() {
    return run > 1;
  }

  void setEffect(UUID id, int run) {
    effect = id;
    this.run = run;
  }

  boolean repeatable() {
    return route.repeatable;
  }

  int successStatus() {
    return route.status;
  }

  Optional<TenantId> tenantOfPath() {
    return Optional.ofNullable(tenant);
  }

  /// Method, path and query as they came.
  String line() {
    return request.prologue().method().text()
        + " "
        + request.prologue().uriPath().rawPathNoParams()
        + "?"
        + rawQuery();
  }

  /// The value of a path parameter. Throws [ProblemException] (404) when no record can be called
  /// so.
  public String path(String name) {
    for (int i = 0; i < route.parameters.length; i++) {
      if (route.parameters[i].equals(name)) {
        if (!Storable.isText(values.get(i))) {
          throw ProblemException.notFound();
        }
        return values.get(i);
      }
    }
    throw new IllegalStateException(route + " has no parameter " + name);
  }

  /// The first value of a query parameter. Throws [ProblemException] when it is no text that can be
  /// stored, and so none that can be found.
  public Optional<String> query(String name) {
    Optional<String> value = request.query().first(name).asOptional();
    if (value.isPresent() && !Storable.isText(value.get())) {
      throw new ProblemException(
          ProblemCode.REQUEST_INVALID_QUERY, Json.noText("`" + name + "`"), name);
    }
    return value;
  }

  /// A time in the query, from 1970 to 9999. Throws [ProblemException] when it is none.
  public Optional<Instant> queryTime(String name) {
    return query(name).map(text -> time(name, text));
  }

  private static Instant time(String name, String text) {
    try {
      Instant time = Instant.parse(text);
      if (Storable.isTime(time)) {
        return time;
      }
    } catch (DateTimeParseException e) {
      // No time: the same answer as for one that nobody can mean.
    }
    throw new ProblemException(
        ProblemCode.REQUEST_INVALID_QUERY,
        "`%s` is a time such as 2026-11-24T10:00:00Z.".formatted(name),
        name);
  }

  /// The query as it came, without the question mark; empty when there is none.
  public String rawQuery() {
    return request.prologue().hasQuery() ? request.query().rawValue() : "";
  }

  /// Which page of a list is asked for. Throws [ProblemException] on a wrong `limit` or `cursor`.
  public Page.Ask page() {
    Optional<UUID> before = query("cursor").map(Page::readCursor);
    int limit = query("limit").map(Request::limit).orElse(Page.Ask.LIMIT_DEFAULT);
    return new Page.Ask(before, limit);
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= Page.Ask.LIMIT_MAX) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Not a number: the same answer as for one out of bounds.
    }
    throw new ProblemException(
        ProblemCode.REQUEST_INVALID_QUERY,
        "`limit` is a number from 1 to %d.".formatted(Page.Ask.LIMIT_MAX),
        "limit");
  }

  /// The first value of a header.
  public Optional<String> header(String name) {
    return request.headers().first(HeaderNames.create(name));
  }

  /// All headers; names in lower case.
  public Map<String, List<String>> headers() {
    Map<String, List<String>> out = new TreeMap<>();
    for (var header : request.headers()) {
      out.put(header.name().toLowerCase(Locale.ROOT), header.allValues());
    }
    return out;
  }

  /// Whether the other end of the connection is on this machine and no proxy stands between.
  boolean fromThisMachine() {
    return origin.local();
  }

  /// The whole body. Throws [ProblemException]: 413 when it is larger than the route allows, before
  /// reading more than that; 408 when it comes too slowly; 503 when too much is being read already.
  /// Throws [LateBodyException] when the sender falls silent.
  public byte[] body() {
    int max = route.bodyBytesMax;
    long announced = request.headers().contentLength().orElse(-1);
    if (announced == 0 || !request.content().hasEntity()) {
      return new byte[0];
    }
    try {
      return hold.read(request.content().inputStream(), announced, max);
    } catch (ProblemException e) {
      // The rest of the body is not worth reading.
      response.header(HeaderNames.CONNECTION, "close");
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void requireJson() {
    String mediaType = header("Content-Type").orElse("application/json");
    int end = mediaType.indexOf(';');
    String bare = (end < 0 ? mediaType : mediaType.substring(0, end)).strip();
    if (!bare.equalsIgnoreCase("application/json")) {
      throw new ProblemException(ProblemCode.REQUEST_MEDIA_TYPE);
    }
  }

  /// Says what is there before a change of it, as a view of the route's, with its row locked.
  /// Throws [ProblemException] (412) when the caller has seen another state.
  public void requireMatch(Object current) {
    matched = true;
    Optional<String> wanted = header(IF_MATCH);
    if (wanted.isPresent()
        && !EntityTag.isUnchanged(
            wanted.get(), EntityTag.of(current, route.edited.orElseThrow()))) {
      throw new ProblemException(
          ProblemCode.REQUEST_PRECONDITION_FAILED,
          ProblemCode.REQUEST_PRECONDITION_FAILED.whatToDo(),
          IF_MATCH);
    }
  }

  /// A route that is tagged and never asked has overwritten what it was told not to.
  private void refuseUnasked() {
    if (route.edited.isPresent()
        && !matched
        && !route.method.equals("GET")
        && header(IF_MATCH).isPresent()) {
      throw new IllegalStateException(route + " does not look at If-Match");
    }
  }

  /// Sets the answer's `ETag`, where the route has one, and answers it.
  Optional<String> tag(Object value) {
    refuseUnasked();
    Optional<String> tag = route.edited.map(edited -> EntityTag.of(value, edited));
    tag.ifPresent(text -> set(ETAG, text));
    return tag;
  }

  void answerJson(Object value) {
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Optional<String> tag = tag(value);
    if (route.method.equals("GET")
        && tag.isPresent()
        && header(IF_NONE_MATCH).filter(known -> EntityTag.isKnown(known, tag.get())).isPresent()) {
      response.status(NOT_MODIFIED).send();
      return;
    }
    answer(route.status, "application/json", Json.write(value));
  }

  void answerStored(int status, byte[] json) {
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    answer(status, "application/json", json);
  }

  void answerNothing() {
    refuseUnasked();
    response.status(route.status).send();
  }

  /// Sets a header of the answer.
  public Request set(String name, String value) {
    response.header(HeaderNames.create(name), value);
    return this;
  }

  Request set(HeaderName name, String value) {
    response.header(name, value);
    return this;
  }

  /// Answers with bytes; for raw routes.
  public void answer(int status, String contentType, byte[] body) {
    response.status(status);
    response.header(HeaderNames.CONTENT_TYPE, contentType);
    response.send(body);
  }

  /// The server's own request and answer, for what streams: downloads and server-sent events.
  public ServerRequest underlyingRequest() {
    return request;
  }

  /// See [#underlyingRequest].
  public ServerResponse underlyingResponse() {
    return response;
  }
}
