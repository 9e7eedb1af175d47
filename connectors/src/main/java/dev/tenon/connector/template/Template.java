package dev.tenon.connector.template;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// The source of one mail in one language, in mustache: `{{variable}}`,
/// `{{#section}}…{{/section}}`, `{{^without}}…{{/without}}`. Escaped in HTML; as it is in subject
/// and text.
///
/// HTML that is no whole page (it has no `<html`) is put into the layout, with the styles that mail
/// clients need, and so is its text.
///
/// @param name lower-case letters, digits and `-`, at most 60
/// @param subject one line
/// @param preheader what inboxes show after the subject, or empty; one line
/// @param html the HTML part, or empty
/// @param text the plain part, or empty; one of the two is needed
/// @param variables what the caller gives; empty to take whatever the sources name
public record Template(
    String name,
    String subject,
    String preheader,
    String html,
    String text,
    List<Variable> variables) {
  /// Longest HTML or text part.
  public static final int SOURCE_CHARS_MAX = 200_000;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,59}");
  private static final int SUBJECT_CHARS_MAX = 500;
  private static final int VARIABLES_MAX = 100;

  public Template {
    variables = List.copyOf(variables);
    if (!isName(name)) {
      throw new TemplateException(
          name.length() > 60 ? name.substring(0, 60) : name,
          "",
          "its name must be 1 to 60 lower-case letters, digits and '-'");
    }
    subject = subject.strip();
    preheader = preheader.strip();
    if (subject.isEmpty() || !isLine(subject)) {
      throw new TemplateException(name, "", "its subject must be one line of 1 to 500 characters");
    }
    if (!isLine(preheader)) {
      throw new TemplateException(
          name, "", "its preheader must be one line of at most 500 characters");
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

  public Template(String name, String subject, String html, String text, List<Variable> variables) {
    this(name, subject, "", html, text, variables);
  }

  public Template(String name, String subject, String html, String text) {
    this(name, subject, html, text, List.of());
  }

  /// Whether a template can be called so.
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private static boolean isLine(String line) {
    return line.length() <= SUBJECT_CHARS_MAX && line.chars().noneMatch(Character::isISOControl);
  }

  /// One thing that a caller gives.
  ///
  /// @param required false when it may be left out and `fallback` stands in
  /// @param fallback used when it is left out; empty reads as absent in a section
  /// @param about what it means, for people who edit the template
  /// @param sample what a preview shows; JSON for a list
  public record Variable(
      String name,
      boolean required,
      String fallback,
      VariableType type,
      String about,
      String sample) {
    private static final Pattern VARIABLE = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]{0,59}");
    private static final int TEXT_CHARS_MAX = 2_000;

    public Variable {
      if (!isName(name)) {
        throw new IllegalArgumentException(
            "a variable is named by letters, digits and '_', at most 60");
      }
      if (Math.max(fallback.length(), Math.max(about.length(), sample.length())) > TEXT_CHARS_MAX) {
        throw new IllegalArgumentException(
            "what is said of a variable has at most 2000 characters each");
      }
    }

    public Variable(String name, boolean required, String fallback) {
      this(name, required, fallback, VariableType.ofName(name), "", "");
    }

    /// Whether a variable can be called so.
    public static boolean isName(String name) {
      return VARIABLE.matcher(name).matches();
    }

    /// Reads one per line: `name`, `name?` (may be left out) or `name=value` (with a default), and
    /// after it perhaps `| type | sample | about`. Empty lines and lines that start with `#` are
    /// passed over. Throws [IllegalArgumentException] naming the line.
    public static List<Variable> readAll(String lines) {
      List<Variable> variables = new ArrayList<>();
      int number = 0;
      for (String raw : lines.lines().toList()) {
        number++;
        String line = raw.strip();
        if (!line.isEmpty() && !line.startsWith("#")) {
          try {
            variables.add(read(line));
          } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("line %d: %s".formatted(number, e.getMessage()), e);
          }
        }
      }
      return variables;
    }

    /// The line that reads as this variable.
    public String line() {
      String head = name + (required ? "" : fallback.isEmpty() ? "?" : "=" + fallback);
      return "%s | %s | %s | %s".formatted(head, type.text(), sample, about).strip();
    }

    private static Variable read(String line) {
      String[] parts = line.split("\\|", 4);
      String head = parts[0].strip();
      int equals = head.indexOf('=');
      boolean optional = equals > 0 || head.endsWith("?");
      String name =
          equals > 0
              ? head.substring(0, equals).strip()
              : optional ? head.substring(0, head.length() - 1).strip() : head;
      String type = part(parts, 1);
      return new Variable(
          name,
          !optional,
          equals > 0 ? head.substring(equals + 1).strip() : "",
          type.isEmpty()
              ? VariableType.ofName(name)
              : VariableType.find(type)
                  .orElseThrow(
                      () -> new IllegalArgumentException("'%s' is no type".formatted(type))),
          part(parts, 3),
          part(parts, 2));
    }

    private static String part(String[] parts, int index) {
      return index < parts.length ? parts[index].strip() : "";
    }
  }
}
