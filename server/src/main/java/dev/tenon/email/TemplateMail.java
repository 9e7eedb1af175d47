package dev.tenon.email;

import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A mail that follows from something, made from a template.
///
/// @param onceKey names the occasion within the tenant: a second mail with the same key is not
///   made. Null for mails that may repeat
/// @param toName may be empty
/// @param data the template's variables, by name; what reads differently in each language is
///   [dev.tenon.connector.template.Localized]
/// @param cause the fact that led to it
/// @param about the record it is about
public record TemplateMail(
    @Nullable String onceKey,
    String template,
    String toName,
    String toAddress,
    Map<String, Object> data,
    @Nullable UUID cause,
    @Nullable String about) {

  /// The same for another occasion.
  public TemplateMail onceKey(String key) {
    return new TemplateMail(key, template, toName, toAddress, data, cause, about);
  }
}
