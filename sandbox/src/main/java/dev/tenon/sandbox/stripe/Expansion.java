package dev.tenon.sandbox.stripe;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Replaces ids by the objects they name, as `expand[]` asks, at most four levels deep.
final class Expansion {
  private final Objects objects;

  Expansion(Objects objects) {
    this.objects = objects;
  }

  /// A copy of `answer` with everything expanded that was asked for.
  ObjectNode apply(ObjectNode answer, List<String> paths) {
    ObjectNode copy = answer.deepCopy();
    for (String path : paths) {
      List<String> steps = List.of(path.split("\\."));
      if (steps.size() > 5) {
        throw StripeError.invalid(
            "expand", "You cannot expand more than 4 levels of a property: " + path);
      }
      expand(copy, steps);
    }
    return copy;
  }

  private void expand(JsonNode node, List<String> steps) {
    if (steps.isEmpty()) {
      return;
    }
    if (node instanceof ArrayNode array) {
      array.forEach(element -> expand(element, steps));
      return;
    }
    if (!(node instanceof ObjectNode object)) {
      return;
    }
    String step = steps.getFirst();
    JsonNode value = object.path(step);
    if (value.isString()) {
      objects.find(value.asString()).ifPresent(found -> object.set(step, found.deepCopy()));
    } else if (value instanceof ArrayNode ids) {
      for (int i = 0; i < ids.size(); i++) {
        int at = i;
        objects.find(ids.path(i).asString("")).ifPresent(found -> ids.set(at, found.deepCopy()));
      }
    } else if (value.isMissingNode() || value.isNull()) {
      include(object, step);
    }
    expand(object.path(step), steps.subList(1, steps.size()));
  }

  /// Fields that are absent until they are asked for.
  private void include(ObjectNode object, String field) {
    String id = object.path("id").asString("");
    switch (object.path("object").asString("") + "." + field) {
      case "checkout.session.line_items" ->
          objects
              .find("line_items", id)
              .ifPresent(held -> object.set("line_items", held.path("list").deepCopy()));
      case "invoice.payments" -> {
        ObjectNode list = object.putObject("payments");
        list.put("object", "list");
        list.put("url", "/v1/invoice_payments");
        list.put("has_more", false);
        ArrayNode data = list.putArray("data");
        payments(id).forEach(payment -> data.add(payment.deepCopy()));
      }
      case "invoice.confirmation_secret" ->
          payments(id).stream()
              .flatMap(
                  p -> objects.find(p.path("payment").path("payment_intent").asString()).stream())
              .findFirst()
              .ifPresent(
                  intent -> {
                    ObjectNode secret = object.putObject("confirmation_secret");
                    secret.set("client_secret", intent.path("client_secret"));
                    secret.put("type", "payment_intent");
                  });
      default -> {
        // Stripe refuses unknown names; here they are left alone, since shapes are not complete.
      }
    }
  }

  private List<ObjectNode> payments(String invoice) {
    return objects.list("invoice_payment").stream()
        .filter(payment -> payment.path("invoice").asString().equals(invoice))
        .toList();
  }
}
