package dev.tenon.reference;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One operation of the API document, as the page shows it.
///
/// @param id its `operationId`, which is also its anchor
/// @param method in upper case
/// @param scope what a key needs; empty when it is open
/// @param body the fields of its request; empty when it takes none
/// @param example of the request's body; empty when it takes none
/// @param answers by status
public record Operation(
    String id,
    String method,
    String path,
    String summary,
    String about,
    Optional<String> scope,
    List<Parameter> parameters,
    List<Field> body,
    String example,
    List<Answer> answers) {
  public Operation {
    parameters = List.copyOf(parameters);
    body = List.copyOf(body);
    answers = List.copyOf(answers);
  }

  /// A parameter.
  ///
  /// @param in `path`, `query` or `header`
  public record Parameter(String name, String in, String type, String about) {}

  /// What it answers with one status.
  ///
  /// @param isPage whether the fields are those of each element of a page
  public record Answer(String status, String about, boolean isPage, List<Field> fields) {
    public Answer {
      fields = List.copyOf(fields);
    }
  }

  /// Whether it takes a body.
  public boolean takesBody() {
    return !example.isEmpty();
  }

  public String methodClass() {
    return "m-" + method.toLowerCase(Locale.ROOT);
  }

  /// The same call with curl; `$TENON` is the address and `$TENON_API_KEY` the key.
  public String curl() {
    var text = new StringBuilder("curl");
    if (!method.equals("GET")) {
      text.append(" -X ").append(method);
    }
    text.append(" \"$TENON").append(path).append('"');
    if (scope.isPresent()) {
      text.append(" \\\n  -H \"Authorization: Bearer $TENON_API_KEY\"");
    }
    if (takesBody()) {
      text.append(" \\\n  -H 'Content-Type: application/json' \\\n  -d '")
          .append(example.replace("'", "'\\''"))
          .append('\'');
    }
    return text.toString();
  }
}
