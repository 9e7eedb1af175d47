package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// The body of every answer that is not a success (RFC 9457).
///
/// @param title what it is, the same for every occurrence
/// @param detail what is wrong in this request
/// @param code `area.reason`, for programs; it never changes its meaning
/// @param param the field, query parameter or scope it is about
/// @param docUrl explains the code
/// @param requestId names the request in the server's logs
public record ProblemBody(
    String type,
    String title,
    int status,
    String detail,
    String code,
    @Nullable String param,
    String docUrl,
    String requestId,
    @Nullable ProviderAnswer provider) {}
