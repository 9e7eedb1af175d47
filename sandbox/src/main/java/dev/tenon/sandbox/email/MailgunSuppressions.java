package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Mailgun's lists of bounces, complaints and unsubscribes. The real one has them for each domain,
/// the stand-in for all together.
final class MailgunSuppressions {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final Suppressions suppressions;

  MailgunSuppressions(Suppressions suppressions) {
    this.suppressions = suppressions;
  }

  JsonNode list(String list, String url) {
    ObjectNode answer = Json.object();
    ArrayNode items = answer.putArray("items");
    suppressions.list().stream()
        .filter(entry -> entry.reason() == reason(list))
        .forEach(entry -> items.add(json(entry)));
    ObjectNode paging = answer.putObject("paging");
    for (String page : new String[] {"previous", "first", "last", "next"}) {
      paging.put(page, url + "?page=" + page);
    }
    return answer;
  }

  JsonNode get(String list, String address) {
    return json(find(list, address));
  }

  JsonNode remove(String list, String address) {
    boolean removed = suppressions.remove(find(list, address).address());
    return Json.object()
        .put("address", address)
        .put(
            "message",
            removed ? "The address has been removed" : "The address was not on the list");
  }

  private Suppressions.Entry find(String list, String address) {
    return suppressions
        .find(address)
        .filter(entry -> entry.reason() == reason(list))
        .orElseThrow(() -> new ProviderRefusal(404, "", "Address not found in " + list + " table"));
  }

  private static Happening reason(String list) {
    return switch (list) {
      case "complaints" -> Happening.COMPLAINED;
      case "unsubscribes" -> Happening.UNSUBSCRIBED;
      default -> Happening.HARD_BOUNCED;
    };
  }

  private static ObjectNode json(Suppressions.Entry entry) {
    ObjectNode json = Json.object().put("address", entry.address());
    switch (entry.reason()) {
      case HARD_BOUNCED -> json.put("code", "550").put("error", "5.1.1 user unknown");
      case UNSUBSCRIBED -> json.putArray("tags").add("*");
      default -> {}
    }
    return json.put("created_at", TIME.format(entry.at()));
  }
}
