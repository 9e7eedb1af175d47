package dev.tenon.connector.calcom;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.WebhookJson;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The calls about webhooks of the account. They declare no version of their own; the form of what
/// is sent is named in each webhook.
public final class CalcomWebhooks {
  /// The only form of deliveries that there is (2026-03).
  public static final String FORM = "2021-10-20";

  private final CalcomCalls calls;

  CalcomWebhooks(CalcomCalls calls) {
    this.calls = calls;
  }

  /// A webhook as Cal.com has it, without its secret.
  ///
  /// @param id a UUID in most servers and a number in others
  /// @param template whether it sends bodies of somebody's own making, which nobody can read
  public record CalcomWebhook(
      String id, String url, boolean active, List<String> triggers, boolean template) {
    public CalcomWebhook {
      triggers = List.copyOf(triggers);
    }
  }

  /// Makes a webhook that is signed with `secret`.
  public Outcome<CalcomWebhook> create(URI url, List<String> triggers, Secret secret) {
    Map<String, Object> body = body(url, triggers);
    body.put("secret", secret.reveal());
    body.put("version", FORM);
    return calls.change("POST", "/webhooks", "", body, answer -> read(answer.path("data")));
  }

  /// All of the account's, at most 250.
  public Outcome<List<CalcomWebhook>> list() {
    return calls.get(
        "/webhooks?take=250&skip=0",
        "",
        answer -> {
          if (!answer.path("data").isArray()) {
            throw new IllegalArgumentException("no list");
          }
          return answer.path("data").valueStream().map(CalcomWebhooks::read).toList();
        });
  }

  /// Has a webhook send these triggers to this address, and enables it. Its secret stays.
  public Outcome<CalcomWebhook> update(String id, URI url, List<String> triggers) {
    return calls.change(
        "PATCH",
        "/webhooks/" + CalcomCalls.segment(id),
        "",
        body(url, triggers),
        answer -> read(answer.path("data")));
  }

  /// Removes one, and answers its id. One that is not there is [Outcome.RefusedRequest] with status
  /// 404.
  public Outcome<String> delete(String id) {
    return calls.change("DELETE", "/webhooks/" + CalcomCalls.segment(id), "", null, _ -> id);
  }

  private static Map<String, Object> body(URI url, List<String> triggers) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("active", true);
    body.put("subscriberUrl", url.toString());
    body.put("triggers", triggers);
    return body;
  }

  private static CalcomWebhook read(JsonNode data) {
    JsonNode active = data.path("active");
    return new CalcomWebhook(
        CalcomJson.required(data, "id"),
        CalcomJson.text(data.path("subscriberUrl")),
        active.isBoolean() && active.booleanValue(),
        WebhookJson.texts(data.path("triggers"), 100),
        !CalcomJson.text(data.path("payloadTemplate")).isEmpty());
  }
}
