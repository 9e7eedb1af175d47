package dev.tenon.template;

import dev.tenon.connector.template.TemplateException;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;

/// What a caller is told of a template that can't be used.
public final class TemplateProblems {
  private TemplateProblems() {}

  /// The problem that names the variable, or the field.
  ///
  /// @param field where no variable is to blame
  public static ProblemException of(TemplateException e, String field) {
    String detail = String.valueOf(e.getMessage());
    if (e.isMissingVariable()) {
      return new ProblemException(
          ProblemCode.TEMPLATE_MISSING_VARIABLE, detail, "data." + e.variable());
    }
    return new ProblemException(
        ProblemCode.TEMPLATE_INVALID,
        detail,
        e.variable().isEmpty() ? field : "data." + e.variable());
  }
}
