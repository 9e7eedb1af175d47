package dev.tenon.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// Reads the API document.
final class Areas {
  private final Fields fields;
  private final JsonNode document;

  Areas(JsonNode document) {
    this.document = document;
    this.fields = new Fields(document);
  }

  /// Its operations by area, in the order of the document.
  List<Area> all() {
    Map<String, List<Operation>> byArea = new TreeMap<>();
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        JsonNode operation = method.getValue();
        byArea
            .computeIfAbsent(operation.path("tags").path(0).asString(), _ -> new ArrayList<>())
            .add(operation(method.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation));
      }
    }
    return byArea.entrySet().stream()
        .map(entry -> new Area(entry.getKey(), entry.getValue()))
        .toList();
  }

  private Operation operation(String method, String path, JsonNode operation) {
    JsonNode body = operation.path("requestBody").path("content").path("application/json");
    String scope = operation.path("x-tenon-scope").asString("");
    return new Operation(
        operation.path("operationId").asString(),
        method,
        path,
        operation.path("summary").asString(),
        scope.isEmpty() ? operation.path("description").asString("") : "",
        scope.isEmpty() ? Optional.empty() : Optional.of(scope),
        parameters(operation),
        fields.of(body.path("schema")),
        body.isMissingNode() ? "" : fields.example(body.path("schema")),
        answers(operation));
  }

  private static List<Operation.Parameter> parameters(JsonNode operation) {
    List<Operation.Parameter> parameters = new ArrayList<>();
    for (JsonNode parameter : operation.path("parameters")) {
      boolean whole = parameter.path("schema").path("type").asString("").equals("integer");
      parameters.add(
          new Operation.Parameter(
              parameter.path("name").asString(),
              parameter.path("in").asString(),
              whole ? "whole number" : "text",
              parameter.path("description").asString("")));
    }
    return parameters;
  }

  /// Those that succeed; every operation may answer with a problem.
  private List<Operation.Answer> answers(JsonNode operation) {
    List<Operation.Answer> answers = new ArrayList<>();
    for (var answer : operation.path("responses").properties()) {
      if (answer.getKey().matches("[0-9]{3}")) {
        JsonNode schema =
            fields.opened(
                answer.getValue().path("content").path("application/json").path("schema"));
        boolean isPage = schema.path("properties").has("next_cursor");
        answers.add(
            new Operation.Answer(
                answer.getKey(),
                answer.getValue().path("description").asString(""),
                isPage,
                fields.of(isPage ? schema.path("properties").path("data").path("items") : schema)));
      }
    }
    return answers;
  }
}
