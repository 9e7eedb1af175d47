package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Mailgun's webhooks of a domain, up to three URLs for each type of event: `/v3/domains/…` by
/// type, and `/v4/domains/…` by URL.
final class MailgunWebhooks {
  private static final int URLS_MAX = 3;

  private final HookEndpoints endpoints;

  MailgunWebhooks(HookEndpoints endpoints) {
    this.endpoints = endpoints;
  }

  private ObjectNode settings(String domain) {
    String id = MailgunHooks.DOMAIN_PREFIX + domain;
    return endpoints.find(id).orElseGet(() -> Json.object().put("id", id));
  }

  private void keep(ObjectNode settings) {
    if (MailgunHooks.TYPES.stream().allMatch(type -> settings.path(type).isEmpty())) {
      endpoints.remove(settings.path("id").asString());
    } else {
      endpoints.put(settings);
    }
  }

  synchronized JsonNode list(String domain) {
    ObjectNode answer = Json.object();
    ObjectNode webhooks = answer.putObject("webhooks");
    ObjectNode settings = settings(domain);
    for (String type : MailgunHooks.TYPES) {
      if (!settings.path(type).isEmpty()) {
        webhooks.putObject(type).set("urls", settings.path(type));
      }
    }
    return answer;
  }

  synchronized JsonNode get(String domain, String type) {
    JsonNode urls = settings(domain).path(known(type));
    if (urls.isEmpty()) {
      throw new ProviderRefusal(404, "", "Webhook not found");
    }
    return answer("", urls);
  }

  synchronized JsonNode create(String domain, String type, List<String> urls) {
    ObjectNode settings = settings(domain);
    if (!settings.path(known(type)).isEmpty()) {
      throw new ProviderRefusal(400, "", "Webhook already exists");
    }
    settings.set(type, checked(urls));
    keep(settings);
    return answer("Webhook has been created", settings.path(type));
  }

  synchronized JsonNode update(String domain, String type, List<String> urls) {
    ObjectNode settings = settings(domain);
    if (settings.path(known(type)).isEmpty()) {
      throw new ProviderRefusal(404, "", "Webhook not found");
    }
    settings.set(type, checked(urls));
    keep(settings);
    return answer("Webhook has been updated", settings.path(type));
  }

  synchronized JsonNode delete(String domain, String type) {
    ObjectNode settings = settings(domain);
    JsonNode urls = settings.path(known(type));
    if (urls.isEmpty()) {
      throw new ProviderRefusal(404, "", "Webhook not found");
    }
    settings.remove(type);
    keep(settings);
    return answer("Webhook has been deleted", urls);
  }

  /// v4: one URL for just these types, or for none.
  synchronized JsonNode set(String domain, String url, List<String> types, boolean only) {
    ArrayNode one = checked(List.of(url));
    types.forEach(MailgunWebhooks::known);
    ObjectNode settings = settings(domain);
    for (String type : MailgunHooks.TYPES) {
      ArrayNode urls = Json.array();
      settings.path(type).forEach(urls::add);
      boolean has = urls.valueStream().anyMatch(each -> each.asString().equals(url));
      if (types.contains(type) && !has) {
        if (urls.size() >= URLS_MAX) {
          throw tooMany();
        }
        urls.add(one.get(0));
      } else if (only && !types.contains(type)) {
        urls.removeIf(each -> each.asString().equals(url));
      }
      settings.set(type, urls);
    }
    keep(settings);
    return list(domain);
  }

  private static ArrayNode checked(List<String> urls) {
    if (urls.isEmpty() || urls.stream().anyMatch(url -> HookUrl.read(url).isEmpty())) {
      throw new ProviderRefusal(400, "", "url parameter is not a valid URL");
    }
    if (urls.size() > URLS_MAX) {
      throw tooMany();
    }
    ArrayNode list = Json.array();
    urls.forEach(list::add);
    return list;
  }

  private static ProviderRefusal tooMany() {
    return new ProviderRefusal(400, "", "A webhook can have at most 3 URLs");
  }

  private static String known(String type) {
    if (!MailgunHooks.TYPES.contains(type)) {
      throw new ProviderRefusal(400, "", "Invalid webhook name: " + type);
    }
    return type;
  }

  private static ObjectNode answer(String message, JsonNode urls) {
    ObjectNode answer = Json.object();
    if (!message.isEmpty()) {
      answer.put("message", message);
    }
    answer.putObject("webhook").set("urls", urls);
    return answer;
  }
}
