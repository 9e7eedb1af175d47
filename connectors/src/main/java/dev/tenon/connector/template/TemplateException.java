package dev.tenon.connector.template;

/// A template can't be loaded or rendered. The message names the template and, where one is at
/// fault, the variable.
public final class TemplateException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String template;
  private final String variable;

  TemplateException(String template, String variable, String problem) {
    super("template '%s': %s".formatted(template, problem));
    this.template = template;
    this.variable = variable;
  }

  public String template() {
    return template;
  }

  /// The variable at fault, or the empty string.
  public String variable() {
    return variable;
  }
}
