package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The event destinations of SES's configuration sets, of which the stand-in takes topics of SNS. A
/// set need not be made first.
final class SesDestinations {
  private static final int SET_MAX = 10;

  private final SesHooks hooks;

  SesDestinations(SesHooks hooks) {
    this.hooks = hooks;
  }

  synchronized JsonNode create(String set, JsonNode wanted) {
    String name = wanted.path("EventDestinationName").asString("");
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw bad("Invalid event destination name.");
    }
    List<ObjectNode> known = hooks.destinations(set);
    if (known.stream().anyMatch(each -> each.path("name").asString().equals(name))) {
      throw new ProviderRefusal(
          400, "AlreadyExistsException", "Event destination <%s> already exists.".formatted(name));
    }
    if (known.size() >= SET_MAX) {
      throw new ProviderRefusal(
          400, "LimitExceededException", "A configuration set can have 10 event destinations.");
    }
    keep(set, name, wanted.path("EventDestination"));
    return Json.object();
  }

  synchronized JsonNode update(String set, String name, JsonNode wanted) {
    var _ = find(set, name);
    keep(set, name, wanted.path("EventDestination"));
    return Json.object();
  }

  JsonNode delete(String set, String name) {
    hooks.endpoints().remove(find(set, name).path("id").asString());
    return Json.object();
  }

  JsonNode list(String set) {
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("EventDestinations");
    for (ObjectNode each : hooks.destinations(set)) {
      ObjectNode shown = list.addObject();
      shown.put("Name", each.path("name").asString());
      shown.put("Enabled", each.path("enabled").asBoolean(false));
      shown.set("MatchingEventTypes", each.path("types"));
      shown.putObject("SnsDestination").put("TopicArn", each.path("topic").asString());
    }
    return answer;
  }

  private void keep(String set, String name, JsonNode wanted) {
    String topic = wanted.path("SnsDestination").path("TopicArn").asString("");
    if (!topic.startsWith("arn:aws:sns:")) {
      throw bad("The sandbox takes event destinations of SNS only: SnsDestination.TopicArn.");
    }
    ObjectNode made = Json.object();
    made.put("id", SesHooks.destinationId(set, name));
    made.put("set", set);
    made.put("name", name);
    made.put("enabled", wanted.path("Enabled").asBoolean(false));
    made.put("topic", topic);
    ArrayNode types = made.putArray("types");
    for (JsonNode type : wanted.path("MatchingEventTypes")) {
      if (!SesHooks.TYPES.contains(type.asString(""))) {
        throw bad("Invalid event type: '%s'.".formatted(type.asString("")));
      }
      types.add(type.asString());
    }
    if (types.isEmpty()) {
      throw bad("MatchingEventTypes must have at least one type.");
    }
    hooks.endpoints().put(made);
  }

  private ObjectNode find(String set, String name) {
    return hooks
        .endpoints()
        .find(SesHooks.destinationId(set, name))
        .orElseThrow(
            () ->
                new ProviderRefusal(
                    404,
                    "NotFoundException",
                    "Event destination <%s> does not exist.".formatted(name)));
  }

  private static ProviderRefusal bad(String words) {
    return new ProviderRefusal(400, "BadRequestException", words);
  }
}
