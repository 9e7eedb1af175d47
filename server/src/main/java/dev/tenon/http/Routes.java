package dev.tenon.http;

import dev.tenon.access.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// The declarations of all routes.
///
/// A path has `{name}` where a parameter stands, and may end in `{name...}` for all that follows.
/// `{tenant}` is special: the caller must reach that tenant, which must exist, or the answer is
/// 404.
public final class Routes {
  /// What a route that anybody may call takes without saying so: forms, and nothing larger.
  public static final int OPEN_BODY_BYTES_MAX = 64 * 1024;

  private final List<Route> routes = new ArrayList<>();
  private final int bodyBytesMax;
  private final Optional<Repeats> repeats;

  /// Routes that forget each request once it is answered.
  ///
  /// @param bodyBytesMax what a route that needs a key takes without saying so
  public Routes(int bodyBytesMax) {
    this.bodyBytesMax = bodyBytesMax;
    this.repeats = Optional.empty();
  }

  /// Routes whose [Route#repeatable] ones remember in `repeats`.
  public Routes(int bodyBytesMax, Repeats repeats) {
    this.bodyBytesMax = bodyBytesMax;
    this.repeats = Optional.of(repeats);
  }

  /// Handles a request that has a body.
  @FunctionalInterface
  public interface Handler<B, R> {
    R handle(Request request, B body);
  }

  /// Reads one thing: answers 200.
  public <R> Route get(
      String path, Scope scope, Class<R> response, String summary, Function<Request, R> handler) {
    return add(
        new Route(
            "GET",
            path,
            Optional.of(scope),
            summary,
            Optional.empty(),
            Optional.of(response),
            Route.Shape.OBJECT,
            200,
            0,
            request -> request.answerJson(handler.apply(request))));
  }

  /// Lists things, a page at a time (see [Request#page]): answers 200.
  public <R> Route list(
      String path,
      Scope scope,
      Class<R> element,
      String summary,
      Function<Request, Page<R>> handler) {
    return listing(path, scope, element, summary, handler)
        .query("limit", "How many at most, 1 to 100; 25 where it is not given.")
        .query("cursor", "The `next_cursor` of the page before.");
  }

  /// Lists the few things that the program itself knows, on one page: answers 200.
  public <R> Route listAll(
      String path, Scope scope, Class<R> element, String summary, List<R> things) {
    var whole = new Page<>(things, null);
    return listing(path, scope, element, summary, _ -> whole);
  }

  private <R> Route listing(
      String path,
      Scope scope,
      Class<R> element,
      String summary,
      Function<Request, Page<R>> handler) {
    return add(
        new Route(
            "GET",
            path,
            Optional.of(scope),
            summary,
            Optional.empty(),
            Optional.of(element),
            Route.Shape.LIST,
            200,
            0,
            request -> request.answerJson(handler.apply(request))));
  }

  /// Makes something: answers 201. For an action that makes nothing, add `.answers(200)`. Takes an
  /// `Idempotency-Key`, see [Route#repeatable].
  public <B, R> Route post(
      String path,
      Scope scope,
      Class<B> body,
      Class<R> response,
      String summary,
      Handler<B, R> handler) {
    return add(withBody("POST", path, scope, body, response, summary, 201, handler)).repeatable();
  }

  /// Changes what the body names and leaves the rest: answers 200.
  public <B, R> Route patch(
      String path,
      Scope scope,
      Class<B> body,
      Class<R> response,
      String summary,
      Handler<B, R> handler) {
    return add(withBody("PATCH", path, scope, body, response, summary, 200, handler));
  }

  /// Replaces the whole: answers 200.
  public <B, R> Route put(
      String path,
      Scope scope,
      Class<B> body,
      Class<R> response,
      String summary,
      Handler<B, R> handler) {
    return add(withBody("PUT", path, scope, body, response, summary, 200, handler));
  }

  /// Removes something: answers 204.
  public Route delete(String path, Scope scope, String summary, Consumer<Request> handler) {
    return add(
        new Route(
            "DELETE",
            path,
            Optional.of(scope),
            summary,
            Optional.empty(),
            Optional.empty(),
            Route.Shape.NOTHING,
            204,
            0,
            request -> {
              handler.accept(request);
              request.answerNothing();
            }));
  }

  /// An action without a body: answers 200. Takes an `Idempotency-Key`, see [Route#repeatable].
  public <R> Route act(
      String path, Scope scope, Class<R> response, String summary, Function<Request, R> handler) {
    return add(new Route(
            "POST",
            path,
            Optional.of(scope),
            summary,
            Optional.empty(),
            Optional.of(response),
            Route.Shape.OBJECT,
            200,
            0,
            request -> Repetition.act(request, repeats, handler)))
        .repeatable();
  }

  /// A route that anybody may call and that reads and answers bytes itself: inbound webhooks,
  /// pages, health. Not part of the OpenAPI document, unless [Route#inDocument] says so.
  public Route raw(String method, String path, String summary, Consumer<Request> handler) {
    return add(
        new Route(
            method,
            path,
            Optional.empty(),
            summary,
            Optional.empty(),
            Optional.empty(),
            Route.Shape.RAW,
            200,
            OPEN_BODY_BYTES_MAX,
            handler::accept));
  }

  /// A route that needs `scope` and reads and answers bytes itself, such as the proxy.
  public Route raw(
      String method, String path, Scope scope, String summary, Consumer<Request> handler) {
    return add(
        new Route(
            method,
            path,
            Optional.of(scope),
            summary,
            Optional.empty(),
            Optional.empty(),
            Route.Shape.RAW,
            200,
            bodyBytesMax,
            handler::accept));
  }

  List<Route> all() {
    return List.copyOf(routes);
  }

  private <B, R> Route withBody(
      String method,
      String path,
      Scope scope,
      Class<B> body,
      Class<R> response,
      String summary,
      int status,
      Handler<B, R> handler) {
    return new Route(
        method,
        path,
        Optional.of(scope),
        summary,
        Optional.of(body),
        Optional.of(response),
        Route.Shape.OBJECT,
        status,
        bodyBytesMax,
        request -> Repetition.run(request, repeats, body, handler));
  }

  private Route add(Route route) {
    for (Route other : routes) {
      if (other.method.equals(route.method)
          && other
              .path
              .replaceAll("\\{[^}]*}", "{}")
              .equals(route.path.replaceAll("\\{[^}]*}", "{}"))) {
        throw new IllegalStateException("declared twice: " + route);
      }
    }
    routes.add(route);
    return route;
  }
}
