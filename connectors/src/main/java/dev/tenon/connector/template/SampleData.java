package dev.tenon.connector.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Data made from what variables say of themselves, for previews and for the check before a
/// template is published.
public final class SampleData {
  private SampleData() {}

  /// A value for each variable.
  ///
  /// @param all false to leave out what may be left out
  /// @param json reads the sample of a list or map; what it can't read becomes an empty one
  public static Map<String, Object> of(
      List<Template.Variable> variables, boolean all, Function<String, Object> json) {
    Map<String, Object> data = new LinkedHashMap<>();
    for (Template.Variable variable : variables) {
      boolean told = !variable.sample().isEmpty();
      if (variable.required() || (all && (told || variable.type() == VariableType.TRUTH))) {
        data.put(variable.name(), value(variable, json));
      }
    }
    if (all) {
      // What stands for the absence of something is no part of a full mail.
      data.values().removeIf(Boolean.FALSE::equals);
    }
    return data;
  }

  private static Object value(Template.Variable variable, Function<String, Object> json) {
    String sample = variable.sample();
    return switch (variable.type()) {
      case TEXT -> sample.isEmpty() ? variable.name().replace('_', ' ') : sample;
      case NUMBER -> sample.isEmpty() ? Integer.valueOf(3) : json.apply(sample);
      case TRUTH -> !sample.isEmpty() && !sample.equals("false");
      case LIST -> json.apply(sample) instanceof List<?> list ? list : List.of();
      case MAP -> json.apply(sample) instanceof Map<?, ?> map ? map : Map.of();
      case URL -> sample.isEmpty() ? "https://example.com/" + variable.name() : sample;
      case COLOR -> sample.isEmpty() ? "#7a4a12" : sample;
    };
  }
}
