package dev.tenon.http;

import org.jspecify.annotations.Nullable;

/// Ends a request with a problem. Its detail and param are shown to the caller, so they hold
/// nothing that the caller did not send or may not know; a cause is for the log alone.
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ProblemCode code;
  private final String detail;
  private final String param;
  private final transient @Nullable ProviderAnswer provider;

  /// `detail` says what is wrong in this request; `param` names the field, parameter or scope, or
  /// is empty.
  public ProblemException(ProblemCode code, String detail, String param) {
    this(code, detail, param, null);
  }

  /// A problem that is a provider's doing.
  public ProblemException(
      ProblemCode code, String detail, String param, @Nullable ProviderAnswer provider) {
    // A problem is an expected answer: a stack trace would cost more than the request.
    super(code.text() + ": " + detail, null, false, false);
    this.code = code;
    this.detail = detail;
    this.param = param;
    this.provider = provider;
  }

  public ProblemException(ProblemCode code, String detail) {
    this(code, detail, "");
  }

  /// The detail is what to do about `code` in general.
  public ProblemException(ProblemCode code) {
    this(code, code.whatToDo(), "");
  }

  /// Nothing of that name for this caller.
  public static ProblemException notFound() {
    return new ProblemException(ProblemCode.REQUEST_NOT_FOUND);
  }

  /// A body field that has a wrong value; `detail` says which values are right.
  public static ProblemException invalidField(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_FIELD, detail, param);
  }

  public ProblemCode code() {
    return code;
  }

  public String detail() {
    return detail;
  }

  public String param() {
    return param;
  }

  public @Nullable ProviderAnswer provider() {
    return provider;
  }
}
