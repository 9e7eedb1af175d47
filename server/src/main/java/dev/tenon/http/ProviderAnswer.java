package dev.tenon.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// What a provider said when it refused, in its own words, for a problem that is its doing.
///
/// @param name which provider, such as `stripe`
/// @param kind whose turn it is, whatever the provider calls it
/// @param code the provider's code
/// @param reason what lies behind the code, such as the word of a bank
/// @param param the provider's name of the parameter that it refused
/// @param permission the right that the connection's key lacks
/// @param requestId the provider's id of the call, for its support
/// @param retryAfterSeconds how long to wait before the next try, where that may help
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProviderAnswer(
    String name,
    Kind kind,
    @Nullable String code,
    @Nullable String reason,
    @Nullable String param,
    @Nullable String permission,
    @Nullable String requestId,
    @Nullable Long retryAfterSeconds) {

  /// Who can mend it.
  public enum Kind {
    /// The caller: the request is wrong, or doesn't fit the state of things.
    REQUEST,
    /// The customer: the bank refuses, or wants a confirmation.
    CARD,
    /// Whoever owns the connection: its key lacks a right.
    PERMISSION,
    /// Whoever owns the connection: its key is refused.
    CREDENTIALS,
    /// Time: too many calls, or another call holds the object.
    LIMIT,
    /// Time: the provider failed, or can't be reached.
    FAULT
  }
}
