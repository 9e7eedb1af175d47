package dev.tenon.email;

import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.http.ProblemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What whoever sends a mail adds to it beside its words: headers that recipients get, and tags and
/// metadata that come back with everything that is told of the message.
///
/// Tags and metadata come back from here, whichever provider sent the mail, so no provider's bounds
/// are theirs. What fits every provider goes along to it too, for its own statistics.
record MailExtras(Map<String, String> headers, List<String> tags, Map<String, String> metadata) {
  static final MailExtras NONE = new MailExtras(Map.of(), List.of(), Map.of());

  private static final int METADATA_MAX = 20;
  private static final int KEY_CHARS_MAX = 40;
  private static final int VALUE_CHARS_MAX = 500;

  /// One less than the connectors take, since Postmark counts the message's id as well.
  private static final int CARRIED_MAX = 9;

  private static final Pattern CARRIED_KEY = Pattern.compile("[A-Za-z0-9_-]{1,20}");
  private static final Pattern CARRIED_VALUE = Pattern.compile("[A-Za-z0-9_-]{1,80}");

  private static final Set<String> UNSUBSCRIBING =
      Set.of(
          EmailMessage.UNSUBSCRIBE.toLowerCase(Locale.ROOT),
          EmailMessage.UNSUBSCRIBE_POST.toLowerCase(Locale.ROOT));

  MailExtras {
    headers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    tags = tags.stream().distinct().toList();
    metadata = java.util.Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  static MailExtras of(
      @Nullable Map<String, String> headers,
      @Nullable List<String> tags,
      @Nullable Map<String, String> metadata) {
    return new MailExtras(
        whole("headers", headers), tags == null ? List.of() : tags, whole("metadata", metadata));
  }

  /// What is read from JSON may hold nulls, whatever its type says.
  private static Map<String, String> whole(String field, @Nullable Map<String, String> given) {
    if (given == null) {
      return Map.of();
    }
    for (Map.Entry<String, @Nullable String> entry : given.entrySet()) {
      if (entry.getValue() == null) {
        throw ProblemException.invalidField(field + "." + entry.getKey(), "A text is needed here.");
      }
    }
    return given;
  }

  /// Metadata alone.
  static MailExtras of(Map<String, String> metadata) {
    return new MailExtras(Map.of(), List.of(), metadata);
  }

  /// Refuses metadata beyond its bounds. Headers and tags travel as they are, so whether they can
  /// be sent is found out with the whole message.
  ///
  /// @param linked whether the stream has a link to unsubscribe, which stands in two headers
  /// @throws InvalidEmailException when something is wrong
  void check(boolean linked) {
    if (metadata.size() > METADATA_MAX) {
      throw new InvalidEmailException(
          "metadata", "has more than %d entries".formatted(METADATA_MAX));
    }
    metadata.forEach(
        (key, value) -> {
          if (key.isBlank() || key.length() > KEY_CHARS_MAX || hasControl(key)) {
            throw new InvalidEmailException(
                "metadata",
                "has a key that isn't 1 to %d characters on one line".formatted(KEY_CHARS_MAX));
          }
          if (key.equals(EmailProvider.MESSAGE_ID_FIELD)) {
            throw new InvalidEmailException("metadata." + key, "is set by Tenon");
          }
          if (value.length() > VALUE_CHARS_MAX) {
            throw new InvalidEmailException(
                "metadata." + key,
                "is %d characters long; the limit is %d"
                    .formatted(value.length(), VALUE_CHARS_MAX));
          }
        });
    if (linked) {
      headers.keySet().stream()
          .filter(name -> UNSUBSCRIBING.contains(name.toLowerCase(Locale.ROOT)))
          .findFirst()
          .ifPresent(
              name -> {
                throw new InvalidEmailException(
                    "headers." + name,
                    "is set by Tenon on this stream, with the link of each recipient");
              });
    }
  }

  private static boolean hasControl(String text) {
    return text.codePoints().anyMatch(Character::isISOControl);
  }

  /// The part of metadata that fits every provider.
  static Map<String, String> carried(Map<String, String> metadata) {
    Map<String, String> carried = new TreeMap<>();
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              if (carried.size() < CARRIED_MAX
                  && CARRIED_KEY.matcher(key).matches()
                  && CARRIED_VALUE.matcher(value).matches()) {
                carried.put(key, value);
              }
            });
    return carried;
  }
}
