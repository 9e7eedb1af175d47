package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Event types, by the contract of 2024-06-14.
final class EventTypes {
  private static final List<String> FIELDS =
      List.of(
          "title",
          "slug",
          "description",
          "lengthInMinutes",
          "hidden",
          "minimumBookingNotice",
          "beforeEventBuffer",
          "afterEventBuffer",
          "slotInterval",
          "confirmationPolicy",
          "locations",
          "bookingFields");

  private final Account account;

  EventTypes(Account account) {
    this.account = account;
  }

  ObjectNode create(ObjectNode body) {
    for (String needed : List.of("title", "slug", "lengthInMinutes")) {
      if (!body.has(needed)) {
        throw CalcomError.badRequest(needed + " should not be empty");
      }
    }
    ObjectNode type = Json.object();
    int id = account.number();
    type.put("id", id);
    type.put("ownerId", 5);
    type.put("description", "");
    type.put("hidden", false);
    type.put("minimumBookingNotice", 0);
    type.put("beforeEventBuffer", 0);
    type.put("afterEventBuffer", 0);
    type.putNull("slotInterval");
    type.putArray("locations")
        .addObject()
        .put("type", "integration")
        .put("integration", "cal-video");
    type.putObject("confirmationPolicy").put("disabled", true);
    return save(Integer.toString(id), type, body);
  }

  ObjectNode update(String id, ObjectNode body) {
    return save(id, account.get(Account.Kind.EVENT_TYPE, id), body);
  }

  private ObjectNode save(String id, ObjectNode type, ObjectNode body) {
    JsonNode length = body.path("lengthInMinutes");
    if (body.has("lengthInMinutes")
        && !(length.isInt() && length.intValue() >= 1 && length.intValue() <= 1_440)) {
      throw CalcomError.badRequest("lengthInMinutes must not be less than 1");
    }
    for (ObjectNode other : account.list(Account.Kind.EVENT_TYPE)) {
      if (other.path("slug").equals(body.path("slug"))
          && other.path("id").asInt() != type.path("id").asInt()) {
        throw CalcomError.badRequest("User already has an event type with this slug.");
      }
    }
    for (String field : FIELDS) {
      if (body.has(field)) {
        type.set(field, body.path(field).deepCopy());
      }
    }
    type.put(
        "bookingUrl",
        account.context.url() + "/" + Account.USERNAME + "/" + type.path("slug").asString());
    account.put(Account.Kind.EVENT_TYPE, id, type);
    return type;
  }

  ObjectNode delete(String id) {
    ObjectNode type = account.get(Account.Kind.EVENT_TYPE, id);
    account.remove(Account.Kind.EVENT_TYPE, id);
    ObjectNode answer = Json.object();
    answer.set("id", type.path("id"));
    answer.set("lengthInMinutes", type.path("lengthInMinutes"));
    answer.set("title", type.path("title"));
    answer.set("slug", type.path("slug"));
    return answer;
  }

  ObjectNode bySlug(String slug) {
    return account.list(Account.Kind.EVENT_TYPE).stream()
        .filter(type -> type.path("slug").asString().equals(slug))
        .findFirst()
        .orElseThrow(
            () -> CalcomError.notFound("Event type with slug=%s not found".formatted(slug)));
  }

  static boolean needsConfirmation(ObjectNode type) {
    return type.path("confirmationPolicy").path("type").isString();
  }
}
