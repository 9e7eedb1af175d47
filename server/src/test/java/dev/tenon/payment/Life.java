package dev.tenon.payment;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The webhooks of one subscription's life in the order in which things happened.
///
/// @param name for messages
/// @param bodies the raw bodies
record Life(String name, List<String> bodies) {
  private static final Pattern OWN_ID =
      Pattern.compile(
          "\\b(cus|sub|in|pi|ch|cs|cs_test|si|il|inpay|pm|re)_[A-Za-z0-9]{3,}(?=[\"_/])");
  private static final Pattern EVENT_ID = Pattern.compile("\"evt_[A-Za-z0-9]+\"");

  Life {
    bodies = List.copyOf(bodies);
  }

  /// The same life of somebody else: every id ends in `mark`, and the events have other ids, so
  /// that no rule can live on their order.
  Life as(String mark, Random random) {
    Map<String, String> events = new HashMap<>();
    return new Life(
        name,
        bodies.stream()
            .map(body -> OWN_ID.matcher(body).replaceAll(found -> found.group() + mark))
            .map(
                body ->
                    EVENT_ID
                        .matcher(body)
                        .replaceAll(
                            found ->
                                Matcher.quoteReplacement(
                                    events.computeIfAbsent(
                                        found.group(), _ -> event(random, mark)))))
            .toList());
  }

  private static String event(Random random, String mark) {
    return "\"evt_%08x%s\"".formatted(random.nextInt(), mark);
  }

  static JsonNode json(String body) {
    return JsonMapper.shared().readTree(body);
  }

  static String type(String body) {
    return json(body).path("type").asString();
  }
}
