package dev.tenon.connector.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The source of one mail, in mustache: `{{variable}}`, `{{#section}}…{{/section}}`,
/// `{{^without}}…{{/without}}`. Escaped in HTML; as it is in subject and text.
///
/// @param name lower-case letters, digits and `-`, at most 60
/// @param subject one line
/// @param html the HTML part, or empty
/// @param text the plain part, or empty; one of the two is needed
/// @param variables what the caller gives; empty to take whatever the sources name
public record Template(
    String name, String subject, String html, String text, List<Variable> variables) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,59}");
  private static final int SOURCE_CHARS_MAX = 200_000;
  private static final int SUBJECT_CHARS_MAX = 500;
  private static final int VARIABLES_MAX = 100;

  public Template {
    variables = List.copyOf(variables);
    if (!NAME.matcher(name).matches()) {
      throw new TemplateException(
          name.length() > 60 ? name.substring(0, 60) : name,
          "",
          "its name must be 1 to 60 lower-case letters, digits and '-'");
    }
    subject = subject.strip();
    if (subject.isEmpty()
        || subject.length() > SUBJECT_CHARS_MAX
        || subject.chars().anyMatch(Character::isISOControl)) {
      throw new TemplateException(name, "", "its subject must be one line of 1 to 500 characters");
    }
    if (html.isBlank() && text.isBlank()) {
      throw new TemplateException(name, "", "it needs an HTML or a text part");
    }
    if (html.length() > SOURCE_CHARS_MAX || text.length() > SOURCE_CHARS_MAX) {
      throw new TemplateException(name, "", "a part is longer than 200000 characters");
    }
    if (variables.size() > VARIABLES_MAX) {
      throw new TemplateException(name, "", "it declares more than 100 variables");
    }
  }

  public Template(String name, String subject, String html, String text) {
    this(name, subject, html, text, List.of());
  }

  /// One thing that a caller gives.
  ///
  /// @param required false when it may be left out and `fallback` stands in
  /// @param fallback used when it is left out; empty reads as absent in a section
  public record Variable(String name, boolean required, String fallback) {
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,59}");

    public Variable {
      if (!VARIABLE.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "a variable is named by letters, digits and '_', at most 60");
      }
    }

    /// Reads one per line: `name`, `name?` (may be left out) or `name=value` (with a default).
    /// Empty lines and lines that start with `#` are passed over.
    static List<Variable> readAll(String lines) {
      List<Variable> variables = new ArrayList<>();
      for (String raw : lines.lines().toList()) {
        String line = raw.strip();
        int equals = line.indexOf('=');
        if (line.isEmpty() || line.startsWith("#")) {
          continue;
        }
        if (equals > 0) {
          variables.add(
              new Variable(
                  line.substring(0, equals).strip(), false, line.substring(equals + 1).strip()));
        } else if (line.endsWith("?")) {
          variables.add(new Variable(line.substring(0, line.length() - 1).strip(), false, ""));
        } else {
          variables.add(new Variable(line, true, ""));
        }
      }
      return variables;
    }
  }
}
