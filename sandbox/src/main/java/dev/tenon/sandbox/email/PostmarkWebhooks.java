package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import io.helidon.webserver.http.ServerRequest;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Postmark's `/webhooks`, for each message stream.
final class PostmarkWebhooks {
  private static final int STREAM_MAX = 10;
  private static final int HEADERS_MAX = 20;

  /// The sender of webhooks writes these itself.
  private static final Set<String> RESERVED =
      Set.of("host", "connection", "content-length", "expect", "upgrade");

  private final HookEndpoints endpoints;
  private final Predicate<String> isStream;
  private final AtomicInteger next = new AtomicInteger(1_234_567);

  PostmarkWebhooks(HookEndpoints endpoints, Predicate<String> isStream) {
    this.endpoints = endpoints;
    this.isStream = isStream;
    endpoints.list().stream()
        .map(each -> each.path("id").asString())
        .filter(id -> !id.equals(MailHooks.CONTROL))
        .mapToInt(Integer::parseInt)
        .max()
        .ifPresent(last -> next.set(last + 1));
  }

  JsonNode list(ServerRequest request) {
    String stream = request.query().first("MessageStream").orElse("");
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("Webhooks");
    endpoints.list().stream()
        .filter(each -> !each.path("id").asString().equals(MailHooks.CONTROL))
        .filter(each -> stream.isEmpty() || each.path("MessageStream").asString().equals(stream))
        .forEach(each -> list.add(shown(each)));
    return answer;
  }

  JsonNode get(ServerRequest request) {
    return shown(find(request));
  }

  synchronized JsonNode create(ServerRequest request) {
    JsonNode wanted = PostmarkSimulator.json(request);
    String stream = wanted.path("MessageStream").asString("outbound");
    if (!isStream.test(stream)) {
      throw new ProviderRefusal(
          422, "1235", "The 'MessageStream' provided does not exist on this server.");
    }
    long known =
        endpoints.list().stream()
            .filter(each -> each.path("MessageStream").asString("").equals(stream))
            .count();
    if (known >= STREAM_MAX) {
      throw refused("A message stream can have at most 10 webhooks.");
    }
    ObjectNode made = Json.object();
    made.put("id", Integer.toString(next.getAndIncrement()));
    made.put("MessageStream", stream);
    ObjectNode triggers = made.putObject("Triggers");
    PostmarkHooks.TRIGGERS.forEach(trigger -> triggers.putObject(trigger).put("Enabled", false));
    change(made, wanted, true);
    endpoints.put(made);
    return shown(made);
  }

  synchronized JsonNode edit(ServerRequest request) {
    ObjectNode known = find(request);
    change(known, PostmarkSimulator.json(request), false);
    endpoints.put(known);
    return shown(known);
  }

  JsonNode delete(ServerRequest request) {
    String id = find(request).path("id").asString();
    endpoints.remove(id);
    return Json.object().put("ErrorCode", 0).put("Message", "Webhook %s removed.".formatted(id));
  }

  private ObjectNode find(ServerRequest request) {
    return endpoints
        .find(request.path().pathParameters().get("id"))
        .filter(each -> !each.path("id").asString().equals(MailHooks.CONTROL))
        .orElseThrow(() -> refused("The webhook was not found."));
  }

  private static void change(ObjectNode webhook, JsonNode wanted, boolean isNew) {
    if (isNew || wanted.has("Url")) {
      String url = wanted.path("Url").asString("");
      if (HookUrl.read(url).isEmpty()) {
        throw refused("The 'Url' must be an absolute http or https URL.");
      }
      webhook.put("url", url);
    }
    if (wanted.get("HttpAuth") instanceof ObjectNode login) {
      webhook
          .putObject("HttpAuth")
          .put("Username", login.path("Username").asString(""))
          .put("Password", login.path("Password").asString(""));
    }
    if (wanted.get("HttpHeaders") instanceof ArrayNode headers) {
      ArrayNode kept = webhook.putArray("HttpHeaders");
      headers.forEach(header -> kept.add(header(header)));
      if (kept.size() > HEADERS_MAX) {
        throw refused("A webhook can have at most 20 headers.");
      }
    }
    wanted
        .path("Triggers")
        .properties()
        .forEach(
            trigger -> {
              if (!PostmarkHooks.TRIGGERS.contains(trigger.getKey())
                  || !(webhook.path("Triggers").get(trigger.getKey()) instanceof ObjectNode known)
                  || !(trigger.getValue() instanceof ObjectNode settings)) {
                throw refused("The trigger '%s' is not known.".formatted(trigger.getKey()));
              }
              for (String field : new String[] {"Enabled", "PostFirstOpenOnly", "IncludeContent"}) {
                if (settings.has(field)) {
                  known.put(field, settings.path(field).asBoolean(false));
                }
              }
            });
  }

  private static ObjectNode header(JsonNode header) {
    String name = header.path("Name").asString("");
    String value = header.path("Value").asString("");
    if (!name.matches("[!-9;-~]{1,200}")
        || !value.matches("[ -~]{0,2000}")
        || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
      throw refused("Invalid header '%s'.".formatted(name.strip()));
    }
    return Json.object().put("Name", name).put("Value", value);
  }

  private static ObjectNode shown(ObjectNode webhook) {
    ObjectNode shown = Json.object();
    shown.put("ID", Integer.parseInt(webhook.path("id").asString()));
    shown.put("Url", webhook.path("url").asString());
    shown.put("MessageStream", webhook.path("MessageStream").asString());
    if (webhook.get("HttpAuth") instanceof ObjectNode login) {
      shown.set("HttpAuth", login);
    } else {
      shown.putNull("HttpAuth");
    }
    shown.set(
        "HttpHeaders", webhook.has("HttpHeaders") ? webhook.get("HttpHeaders") : Json.array());
    ObjectNode triggers = shown.putObject("Triggers");
    for (String name : PostmarkHooks.TRIGGERS) {
      JsonNode known = webhook.path("Triggers").path(name);
      ObjectNode trigger = triggers.putObject(name);
      trigger.put("Enabled", known.path("Enabled").asBoolean(false));
      switch (name) {
        case "Open" ->
            trigger.put("PostFirstOpenOnly", known.path("PostFirstOpenOnly").asBoolean(false));
        case "Bounce", "SpamComplaint" ->
            trigger.put("IncludeContent", known.path("IncludeContent").asBoolean(false));
        default -> {}
      }
    }
    return shown;
  }

  private static ProviderRefusal refused(String words) {
    return new ProviderRefusal(422, "700", words);
  }
}
