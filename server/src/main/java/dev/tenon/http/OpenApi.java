package dev.tenon.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The OpenAPI 3.1 document, made from the declarations of the routes: it can't say anything else
/// than what the server does.
final class OpenApi {
  private OpenApi() {}

  static Map<String, Object> document(List<Route> routes) {
    var schemas = new Schemas();
    Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    Set<String> operationIds = new HashSet<>();
    for (Route route : routes) {
      if (!route.documented()) {
        continue;
      }
      if (!operationIds.add(operationId(route))) {
        throw new IllegalStateException("two routes have the summary: " + route.summary);
      }
      paths
          .computeIfAbsent(route.path.replace("...}", "}"), _ -> new LinkedHashMap<>())
          .put(route.method.toLowerCase(Locale.ROOT), operation(route, schemas));
    }
    schemas.reference(Problem.class);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put(
        "info",
        Map.of(
            "title",
            "Tenon",
            "version",
            "1",
            "description",
            "The integrations hub that a multi-tenant SaaS runs beside its application.",
            "license",
            Map.of("name", "Apache-2.0", "identifier", "Apache-2.0")));
    document.put("servers", List.of(Map.of("url", "/")));
    document.put("paths", paths);
    document.put(
        "components",
        Map.of(
            "schemas",
            schemas.all(),
            "responses",
            Map.of(
                "Problem",
                Map.of(
                    "description",
                    "What went wrong, with a stable `code`.",
                    "headers",
                    Map.of(
                        "Tenon-Request-Id",
                        Map.of(
                            "description",
                            "Names the request in the server's logs.",
                            "schema",
                            Map.of("type", "string"))),
                    "content",
                    Map.of(
                        "application/problem+json",
                        Map.of("schema", schemas.reference(Problem.class))))),
            "securitySchemes",
            Map.of(
                "apiKey",
                Map.of("type", "http", "scheme", "bearer", "description", "An API key, `tn_…`."))));
    return document;
  }

  private static Map<String, Object> operation(Route route, Schemas schemas) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("operationId", operationId(route));
    out.put("summary", route.summary);
    if (route.scope.isPresent()) {
      String scope = route.scope.get().text();
      out.put("description", "Needs the scope `%s`.".formatted(scope));
      out.put("tags", List.of(scope.substring(0, scope.indexOf(':'))));
      out.put("security", List.of(Map.of("apiKey", List.of(scope))));
      out.put("x-tenon-scope", scope);
    } else {
      out.put("description", route.about);
      out.put("tags", List.of(route.area));
      List<Map<String, Object>> ways = new ArrayList<>(List.of(Map.of()));
      route.keyScope.ifPresent(key -> ways.add(Map.of("apiKey", List.of(key.text()))));
      out.put("security", ways);
    }
    List<Map<String, Object>> parameters = new ArrayList<>();
    for (String name : route.parameters) {
      parameters.add(
          Map.of(
              "name",
              name.replace("...", ""),
              "in",
              "path",
              "required",
              true,
              "schema",
              Map.of("type", "string")));
    }
    for (Route.Query query : route.queries) {
      Map<String, Object> schema =
          query.name().equals("limit")
              ? Map.of("type", "integer", "minimum", 1, "maximum", Page.Ask.LIMIT_MAX)
              : Map.of("type", "string");
      parameters.add(
          Map.of(
              "name", query.name(), "in", "query", "description", query.about(), "schema", schema));
    }
    if (route.repeatable) {
      parameters.add(
          Map.of(
              "name",
              Repetition.HEADER,
              "in",
              "header",
              "description",
              "Makes the request safe to repeat: the first answer is given again for 48 hours, with"
                  + " the header `Idempotency-Replayed: true`.",
              "schema",
              Map.of("type", "string", "minLength", 1, "maxLength", Repetition.KEY_CHARS_MAX)));
    }
    for (Route.Header header : route.headers) {
      parameters.add(
          Map.of(
              "name",
              header.name(),
              "in",
              "header",
              "description",
              header.about(),
              "schema",
              Map.of("type", "string")));
    }
    if (!parameters.isEmpty()) {
      out.put("parameters", parameters);
    }
    route.requestType.ifPresent(
        type ->
            out.put("requestBody", Map.of("required", true, "content", json(schemas.of(type)))));
    if (route.takesBody) {
      out.put(
          "requestBody",
          Map.of(
              "required",
              true,
              "content",
              Map.of("*/*", Map.of("schema", Map.of("maxLength", route.bodyBytesMax)))));
    }
    out.put("responses", responses(route, schemas));
    return out;
  }

  private static Map<String, Object> responses(Route route, Schemas schemas) {
    Map<String, Object> out = new LinkedHashMap<>();
    if (!route.answers.isEmpty()) {
      for (Route.Answer answer : route.answers) {
        Map<String, Object> schema =
            answer.type().map(schemas::of).orElseGet(() -> Map.of("type", "string"));
        out.put(
            Integer.toString(answer.status()),
            Map.of(
                "description",
                answer.about(),
                "content",
                Map.of(answer.mediaType(), Map.of("schema", schema))));
      }
      out.put("default", Map.of("$ref", "#/components/responses/Problem"));
      return out;
    }
    String status = Integer.toString(route.status);
    switch (route.shape) {
      case OBJECT -> {
        Map<String, Object> done = new LinkedHashMap<>();
        done.put("description", "Done.");
        if (!route.answeredHeaders.isEmpty()) {
          Map<String, Object> headers = new LinkedHashMap<>();
          route.answeredHeaders.forEach(
              header ->
                  headers.put(
                      header.name(),
                      Map.of("description", header.about(), "schema", Map.of("type", "string"))));
          done.put("headers", headers);
        }
        done.put("content", json(schemas.of(route.responseType.orElseThrow())));
        out.put(status, done);
      }
      case LIST ->
          out.put(
              status,
              Map.of(
                  "description",
                  "One page, newest first.",
                  "content",
                  json(schemas.page(route.responseType.orElseThrow()))));
      case NOTHING -> out.put(status, Map.of("description", "Done."));
      case RAW -> out.put("default", Map.of("description", "As the other side answers."));
    }
    if (route.edited.isPresent() && route.method.equals("GET")) {
      out.put("304", Map.of("description", "Nothing has changed."));
    }
    out.put("4XX", Map.of("$ref", "#/components/responses/Problem"));
    out.put("5XX", Map.of("$ref", "#/components/responses/Problem"));
    return out;
  }

  private static Map<String, Object> json(Map<String, Object> schema) {
    return Map.of("application/json", Map.of("schema", schema));
  }

  /// `Create an API key` becomes `createAnApiKey`.
  private static String operationId(Route route) {
    var out = new StringBuilder();
    for (String word :
        Arrays.stream(route.summary.split("[^A-Za-z0-9]+")).filter(w -> !w.isEmpty()).toList()) {
      String lower = word.toLowerCase(Locale.ROOT);
      out.append(
          out.isEmpty() ? lower : Character.toUpperCase(lower.charAt(0)) + lower.substring(1));
    }
    return out.toString();
  }
}
