package dev.tenon.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tenon refused a call and said why. [#code] is for programs; the message is for people and logs.
public final class TenonProblem extends TenonException {
  private static final long serialVersionUID = 1;

  private final transient ProblemBody body;

  TenonProblem(ProblemBody body, @Nullable String idempotencyKey) {
    super(
        "%s (%s, %d)%s, request %s, see %s"
            .formatted(
                body.detail(),
                body.code(),
                body.status(),
                body.param() == null ? "" : " at `" + body.param() + "`",
                body.requestId(),
                body.docUrl()),
        idempotencyKey);
    this.body = body;
  }

  /// `area.reason`: never changes its meaning.
  public String code() {
    return body.code();
  }

  /// The HTTP status.
  public int status() {
    return body.status();
  }

  /// What is wrong in this request.
  public String detail() {
    return body.detail();
  }

  /// The field, query parameter or scope it is about.
  public Optional<String> param() {
    return Optional.ofNullable(body.param());
  }

  /// The page that explains the code.
  public String docUrl() {
    return body.docUrl();
  }

  /// Names the request in the server's logs.
  public String requestId() {
    return body.requestId();
  }

  /// What a provider said, where it is its doing.
  public Optional<ProviderAnswer> provider() {
    return Optional.ofNullable(body.provider());
  }
}
