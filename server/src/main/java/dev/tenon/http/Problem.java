package dev.tenon.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// The body of every answer that is not a success: RFC 9457, with a stable code.
///
/// @param type the page that explains the code; the same as `docUrl`
/// @param title what it is, the same for every occurrence
/// @param detail what is wrong in this request
/// @param code `area.reason`, for programs
/// @param param the field, query parameter or scope it is about
/// @param requestId names the request in our logs
/// @param provider what a provider said, where it is its doing
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String code,
    @Nullable String param,
    String docUrl,
    String requestId,
    @Nullable ProviderAnswer provider) {

  static Problem of(ProblemException exception, PublicUrl publicUrl, String requestId) {
    ProblemCode code = exception.code();
    String docUrl = ProblemPage.link(publicUrl, code);
    return new Problem(
        docUrl,
        code.title(),
        code.status(),
        exception.detail(),
        code.text(),
        exception.param().isEmpty() ? null : exception.param(),
        docUrl,
        requestId,
        exception.provider());
  }
}
