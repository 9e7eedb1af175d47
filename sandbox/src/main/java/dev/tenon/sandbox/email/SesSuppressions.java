package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The suppression list of an account at SES.
final class SesSuppressions {
  private final Suppressions suppressions;

  SesSuppressions(Suppressions suppressions) {
    this.suppressions = suppressions;
  }

  JsonNode list() {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("SuppressedDestinationSummaries");
    suppressions.list().forEach(entry -> list.add(json(entry)));
    return answer;
  }

  JsonNode put(JsonNode wanted) {
    String address = wanted.path("EmailAddress").asString("");
    String reason = wanted.path("Reason").asString("");
    if (address.isEmpty() || !(reason.equals("BOUNCE") || reason.equals("COMPLAINT"))) {
      throw new ProviderRefusal(
          400,
          "BadRequestException",
          "EmailAddress and a Reason of BOUNCE or COMPLAINT are needed.");
    }
    suppressions.add(
        address, reason.equals("BOUNCE") ? Happening.HARD_BOUNCED : Happening.COMPLAINED);
    return Json.object();
  }

  JsonNode get(String address) {
    ObjectNode answer = Json.object();
    answer.set(
        "SuppressedDestination",
        suppressions.find(address).map(SesSuppressions::json).orElseThrow(() -> missing(address)));
    return answer;
  }

  JsonNode remove(String address) {
    if (!suppressions.remove(address)) {
      throw missing(address);
    }
    return Json.object();
  }

  private static ObjectNode json(Suppressions.Entry entry) {
    return Json.object()
        .put("EmailAddress", entry.address())
        .put("Reason", entry.reason() == Happening.COMPLAINED ? "COMPLAINT" : "BOUNCE")
        .put("LastUpdateTime", entry.at().toEpochMilli() / 1_000.0);
  }

  private static ProviderRefusal missing(String address) {
    return new ProviderRefusal(
        404,
        "NotFoundException",
        "Email address %s does not exist on your suppression list.".formatted(address));
  }
}
