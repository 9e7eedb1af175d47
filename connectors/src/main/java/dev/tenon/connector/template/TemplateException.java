package dev.tenon.connector.template;

/// A template can't be loaded or rendered. The message names the template and, where one is at
/// fault, the variable.
public final class TemplateException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String template;
  private final String variable;
  private final boolean missing;

  TemplateException(String template, String variable, String problem) {
    this(template, variable, problem, false);
  }

  private TemplateException(String template, String variable, String problem, boolean missing) {
    super("template '%s': %s".formatted(template, problem));
    this.template = template;
    this.variable = variable;
    this.missing = missing;
  }

  /// Something is wrong with a template that no variable is to blame for.
  public static TemplateException of(String template, String problem) {
    return new TemplateException(template, "", problem);
  }

  static TemplateException missing(String template, String variable) {
    return new TemplateException(
        template, variable, "the variable '%s' is missing".formatted(variable), true);
  }

  /// The same with the folder that the template is in.
  TemplateException in(String folder) {
    return new TemplateException(
        template,
        variable,
        "%s (in %s)"
            .formatted(
                String.valueOf(getMessage()).replaceFirst("^template '[^']*': ", ""), folder),
        missing);
  }

  /// Whether the variable is missing, rather than wrong.
  public boolean isMissingVariable() {
    return missing;
  }

  public String template() {
    return template;
  }

  /// The variable at fault, or the empty string.
  public String variable() {
    return variable;
  }
}
