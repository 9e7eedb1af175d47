package dev.tenon.endpoint;

import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.event.EventType;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What an endpoint may be, with a problem for what it may not.
final class EndpointChecks {
  private static final int URL_CHARS_MAX = 2000;
  private static final int DESCRIPTION_CHARS_MAX = 500;
  private static final int TYPES_MAX = 100;
  private static final int HEADERS_MAX = 20;
  private static final int HEADER_VALUE_CHARS_MAX = 1000;
  private static final int RATE_MAX = 1000;
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");

  /// What HTTP or the signature needs for itself.
  private static final Set<String> RESERVED =
      Set.of(
          "host",
          "content-length",
          "content-type",
          "content-encoding",
          "transfer-encoding",
          "connection",
          "keep-alive",
          "expect",
          "te",
          "trailer",
          "upgrade",
          "user-agent",
          "accept-encoding",
          "cookie");

  private static final List<String> RESERVED_BEGINNINGS = List.of("webhook-", "svix-", "proxy-");

  private EndpointChecks() {}

  /// Answers the URL when it may be called as far as can be told now.
  static String url(String text, EgressPolicy egress) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw refused("the text is no URL");
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (text.length() > URL_CHARS_MAX || text.chars().anyMatch(c -> c > 0x7e)) {
      throw refused("a URL has 1 to %d ASCII characters".formatted(URL_CHARS_MAX));
    }
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw refused("only https is allowed");
    }
    if (uri.getRawFragment() != null) {
      throw refused("the URL holds a fragment");
    }
    egress
        .refusalAfterLookUp(uri)
        .ifPresent(
            reason -> {
              throw refused(reason);
            });
    return text;
  }

  private static ProblemException refused(String reason) {
    return new ProblemException(
        ProblemCode.ENDPOINT_URL_REFUSED,
        "This URL can't be called: %s. %s"
            .formatted(reason, ProblemCode.ENDPOINT_URL_REFUSED.whatToDo()),
        "url");
  }

  static String description(@Nullable String text) {
    String stripped = text == null ? "" : text.strip();
    if (stripped.length() > DESCRIPTION_CHARS_MAX || stripped.indexOf('\0') >= 0) {
      throw ProblemException.invalidField(
          "description",
          "`description` has %d characters at most.".formatted(DESCRIPTION_CHARS_MAX));
    }
    return stripped;
  }

  static List<String> eventTypes(@Nullable List<String> types) {
    if (types == null) {
      return List.of();
    }
    if (types.size() > TYPES_MAX) {
      throw ProblemException.invalidField(
          "event_types", "`event_types` has %d entries at most.".formatted(TYPES_MAX));
    }
    for (String type : types) {
      if (EventType.parse(String.valueOf(type)).isEmpty()) {
        throw new ProblemException(
            ProblemCode.ENDPOINT_UNKNOWN_EVENT_TYPE,
            ProblemCode.ENDPOINT_UNKNOWN_EVENT_TYPE.whatToDo(),
            "event_types");
      }
    }
    return List.copyOf(new TreeSet<>(types));
  }

  /// Zero takes the limit away.
  static @Nullable Integer rate(@Nullable Integer rate) {
    if (rate == null || rate == 0) {
      return null;
    }
    if (rate < 0 || rate > RATE_MAX) {
      throw ProblemException.invalidField(
          "rate", "`rate` is from 1 to %d calls a second, or 0 for no limit.".formatted(RATE_MAX));
    }
    return rate;
  }

  static Map<String, Secret> headers(@Nullable Map<String, Secret> headers) {
    if (headers == null) {
      return Map.of();
    }
    if (headers.size() > HEADERS_MAX) {
      throw ProblemException.invalidField(
          "headers", "`headers` has %d entries at most.".formatted(HEADERS_MAX));
    }
    Set<String> seen = new TreeSet<>();
    headers.forEach(
        (name, value) -> {
          String lower = name.toLowerCase(Locale.ROOT);
          String param = "headers." + name;
          if (!HEADER_NAME.matcher(name).matches() || !seen.add(lower)) {
            throw ProblemException.invalidField(
                "headers", "A header has a name of its own, of 1 to 100 letters, digits and -.");
          }
          if (RESERVED.contains(lower)
              || RESERVED_BEGINNINGS.stream().anyMatch(lower::startsWith)) {
            throw ProblemException.invalidField(
                param, "`%s` is set by Tenon; choose another name.".formatted(name));
          }
          if (value == null
              || value.reveal().length() > HEADER_VALUE_CHARS_MAX
              || value.reveal().chars().anyMatch(c -> c < 0x20 || c > 0x7e)) {
            throw ProblemException.invalidField(
                param,
                "`%s` has 1 to %d printable ASCII characters."
                    .formatted(param, HEADER_VALUE_CHARS_MAX));
          }
        });
    return headers;
  }
}
