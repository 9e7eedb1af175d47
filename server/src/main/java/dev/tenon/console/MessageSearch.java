package dev.tenon.console;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.email.MessageFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// What somebody typed to find messages: a whole address, words such as `tag:welcome`,
/// `template:receipt` and `stream:broadcast`, and else part of a recipient or subject.
///
/// @param typed as it is shown again
record MessageSearch(MessageFilter filter, String typed) {
  private static final int TEXT_MAX = 200;
  private static final Set<String> NAMES = Set.of("tag", "template", "stream");

  /// Reads a query. What makes no sense counts as not given.
  static MessageSearch read(Map<String, String> query) {
    String state = query.getOrDefault("state", "");
    String given = query.getOrDefault("q", "").strip();
    String typed = given.substring(0, Math.min(given.length(), TEXT_MAX));
    Map<String, String> named = new HashMap<>();
    var rest = new StringBuilder();
    for (String word : typed.split("\\s+", -1)) {
      int colon = word.indexOf(':');
      if (colon > 0 && colon < word.length() - 1 && NAMES.contains(word.substring(0, colon))) {
        named.put(word.substring(0, colon), word.substring(colon + 1));
      } else {
        rest.append(rest.isEmpty() ? "" : " ").append(word);
      }
    }
    String text = rest.toString();
    String recipient = EmailAddress.comparable(text).orElse("");
    return new MessageSearch(
        MessageFilter.of(
            MessageFilter.STATES.contains(state) ? state : "",
            recipient,
            named.getOrDefault("template", ""),
            named.getOrDefault("stream", ""),
            named.getOrDefault("tag", ""),
            recipient.isEmpty() ? text : ""),
        typed);
  }
}
