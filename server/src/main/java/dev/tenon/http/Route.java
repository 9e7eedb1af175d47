package dev.tenon.http;

import dev.tenon.access.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What a route declares about itself. Authority, the OpenAPI document and the metrics all follow
/// from it, so that none of them can say something else than the code does.
public final class Route {
  /// What a route answers with.
  enum Shape {
    OBJECT,
    LIST,
    NOTHING,
    RAW
  }

  /// A query parameter, for the document.
  record Query(String name, String about) {}

  /// An answer of a route that writes it itself, for the document.
  ///
  /// @param type the record that it shows as JSON; none where it is a text
  record Answer(int status, String mediaType, Optional<Class<?>> type, String about) {}

  final String method;
  final String path;
  final Optional<Scope> scope;
  final String summary;
  final Optional<Class<?>> requestType;
  final Optional<Class<?>> responseType;
  final Shape shape;
  final Invocation invocation;
  final String[] parameters;
  final int tenantIndex;
  final List<Query> queries = new ArrayList<>();
  final List<Answer> answers = new ArrayList<>();
  final List<Header> headers = new ArrayList<>();
  final List<Header> answeredHeaders = new ArrayList<>();
  String area = "";
  String about = "";
  Optional<Scope> keyScope = Optional.empty();
  boolean takesBody;
  int status;
  int bodyBytesMax;
  boolean repeatable;
  Optional<Function<Object, Object>> edited = Optional.empty();

  /// Runs the handler; the request's authority has been checked.
  @FunctionalInterface
  interface Invocation {
    void run(Request request);
  }

  Route(
      String method,
      String path,
      Optional<Scope> scope,
      String summary,
      Optional<Class<?>> requestType,
      Optional<Class<?>> responseType,
      Shape shape,
      int status,
      int bodyBytesMax,
      Invocation invocation) {
    this.method = method;
    this.path = path;
    this.scope = scope;
    this.summary = summary;
    this.requestType = requestType;
    this.responseType = responseType;
    this.shape = shape;
    this.status = status;
    this.bodyBytesMax = bodyBytesMax;
    this.invocation = invocation;
    List<String> names = new ArrayList<>();
    for (String segment : path.substring(1).split("/", -1)) {
      if (segment.startsWith("{")) {
        names.add(segment.substring(1, segment.length() - 1));
      }
    }
    this.parameters = names.toArray(String[]::new);
    this.tenantIndex = names.indexOf("tenant");
  }

  /// Answers with another status than usual when it succeeds.
  public Route answers(int status) {
    this.status = status;
    return this;
  }

  /// Declares a query parameter. What is not declared is refused.
  public Route query(String name, String about) {
    queries.add(new Query(name, about));
    return this;
  }

  /// A header, of the request or of the answer, and what it means.
  record Header(String name, String about) {}

  /// Says that it reads a header.
  public Route header(String name, String about) {
    headers.add(new Header(name, about));
    return this;
  }

  /// Says that it sets a header when it succeeds.
  public Route answersHeader(String name, String about) {
    answeredHeaders.add(new Header(name, about));
    return this;
  }

  /// Gives what it answers an `ETag`, so that nobody who has not seen the present state overwrites
  /// it. Reading takes `If-None-Match` and answers 304 where nothing has changed. Changing takes
  /// `If-Match` and answers 412 where something has; its handler says what is there, within the
  /// transaction that changes it, by [Request#requireMatch].
  ///
  /// @param edited what of a view people can change
  public <R> Route tagged(Class<R> view, Function<R, ?> edited) {
    this.edited = Optional.of(any -> edited.apply(view.cast(any)));
    if (method.equals("GET")) {
      header(Request.IF_NONE_MATCH, "An `ETag` of before; answered 304 where nothing has changed.");
    } else {
      header(
          Request.IF_MATCH,
          "The `ETag` of what it is to change; answered 412 where somebody has changed it since.");
    }
    return shape == Shape.NOTHING
        ? this
        : answersHeader(Request.ETAG, "Names this state; for `If-Match` and `If-None-Match`.");
  }

  /// The same where people can change all that is shown.
  public <R> Route tagged(Class<R> view) {
    return tagged(view, all -> all);
  }

  /// Allows bodies up to this size instead of the usual limit.
  public Route bodyBytesMax(int bytes) {
    this.bodyBytesMax = bytes;
    return this;
  }

  /// Takes an `Idempotency-Key`; every POST does. A repeat with the same key is answered the same
  /// and does nothing. What it makes is made under [Request#effect], so that also a run that was
  /// cut off between what it did and its answer makes nothing twice when it is taken up; an action
  /// that makes nothing is done again then.
  public Route repeatable() {
    this.repeatable = true;
    return this;
  }

  /// Puts a route that anybody may call and that answers by itself into the document, where it has
  /// no place otherwise: pages are not part of the contract, an address for webhooks is.
  ///
  /// @param area what it belongs to, in a word
  /// @param about who calls it, and what has to be right about the call
  public Route inDocument(String area, String about) {
    this.area = area;
    this.about = about;
    return this;
  }

  /// Says that it reads a body of any form.
  public Route takesBody() {
    this.takesBody = true;
    return this;
  }

  /// Says that a key with `scope` opens it where it is closed otherwise.
  public Route openedBy(Scope scope) {
    this.keyScope = Optional.of(scope);
    return this;
  }

  /// Says that it answers `type` as JSON with this status. Problems need not be said.
  public Route says(int status, Class<?> type, String about) {
    answers.add(new Answer(status, "application/json", Optional.of(type), about));
    return this;
  }

  /// Says that it answers a text with this status.
  public Route says(int status, String mediaType, String about) {
    answers.add(new Answer(status, mediaType, Optional.empty(), about));
    return this;
  }

  /// Whether it is part of the contract.
  boolean documented() {
    return scope.isPresent() || !area.isEmpty();
  }

  boolean raw() {
    return shape == Shape.RAW;
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
