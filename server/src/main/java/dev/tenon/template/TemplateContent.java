package dev.tenon.template;

import dev.tenon.connector.template.Template;
import dev.tenon.connector.template.VariableType;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What a version holds: what callers give, and what it says in each language. Stored as JSON.
///
/// @param languages by tag
public record TemplateContent(
    List<Template.Variable> variables, NavigableMap<String, TemplateParts> languages) {
  private static final JsonMapper JSON = JsonMapper.shared();

  public TemplateContent {
    variables = List.copyOf(variables);
    languages = java.util.Collections.unmodifiableNavigableMap(new TreeMap<>(languages));
  }

  int chars() {
    return languages.values().stream().mapToInt(TemplateParts::chars).sum();
  }

  /// The stored form of a variable.
  private record StoredVariable(
      String name,
      boolean required,
      @Nullable String fallback,
      @Nullable String type,
      @Nullable String about,
      @Nullable String sample) {
    static StoredVariable of(Template.Variable variable) {
      return new StoredVariable(
          variable.name(),
          variable.required(),
          variable.fallback(),
          variable.type().text(),
          variable.about(),
          variable.sample());
    }

    Template.Variable variable() {
      return new Template.Variable(
          name,
          required,
          fallback == null ? "" : fallback,
          VariableType.find(type == null ? "" : type).orElse(VariableType.TEXT),
          about == null ? "" : about,
          sample == null ? "" : sample);
    }
  }

  private record Stored(
      @Nullable List<StoredVariable> variables, @Nullable Map<String, TemplateParts> languages) {}

  String json() {
    return JSON.writeValueAsString(
        new Stored(variables.stream().map(StoredVariable::of).toList(), languages));
  }

  static TemplateContent read(String json) {
    Stored stored = JSON.readValue(json, Stored.class);
    return new TemplateContent(
        stored.variables() == null
            ? List.of()
            : stored.variables().stream().map(StoredVariable::variable).toList(),
        new TreeMap<>(stored.languages() == null ? Map.of() : stored.languages()));
  }

  static String variablesJson(List<Template.Variable> variables) {
    return JSON.writeValueAsString(variables.stream().map(StoredVariable::of).toList());
  }

  /// Reads variables; what is no list of them reads as none.
  static List<Template.Variable> readVariables(String json) {
    return json.startsWith("[")
        ? List.of(JSON.readValue(json, StoredVariable[].class)).stream()
            .map(StoredVariable::variable)
            .toList()
        : List.of();
  }
}
