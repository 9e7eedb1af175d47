package dev.tenon.console;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A request to the console, apart from the HTTP server that took it. A class, since it holds the
/// session's cookie.
final class ConsoleRequest {
  private final String method;
  private final String path;
  private final Map<String, String> query;
  private final Map<String, String> form;
  private final Map<String, String> cookies;
  private final boolean takesGzip;
  private final boolean live;

  /// @param path below the origin, without the query
  /// @param live whether the page asks by itself, without anybody at the keyboard
  /// @param form the fields of a POST; empty otherwise
  ConsoleRequest(
      String method,
      String path,
      Map<String, String> query,
      Map<String, String> form,
      Map<String, String> cookies,
      boolean takesGzip,
      boolean live) {
    this.method = method;
    this.path = path;
    this.query = Map.copyOf(query);
    this.form = Map.copyOf(form);
    this.cookies = Map.copyOf(cookies);
    this.takesGzip = takesGzip;
    this.live = live;
  }

  String method() {
    return method;
  }

  String path() {
    return path;
  }

  Map<String, String> query() {
    return query;
  }

  Optional<String> form(String name) {
    return Optional.ofNullable(form.get(name));
  }

  Optional<String> cookie(String name) {
    return Optional.ofNullable(cookies.get(name));
  }

  boolean takesGzip() {
    return takesGzip;
  }

  boolean live() {
    return live;
  }

  /// Whether nothing is to be changed.
  boolean reads() {
    return method.equals("GET") || method.equals("HEAD");
  }

  /// The path with its query, each name and value written anew.
  String address() {
    return path
        + Queries.of(
            query.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
                .toArray(String[]::new));
  }
}
