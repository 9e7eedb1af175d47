package dev.tenon.connector.email.sendgrid;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEndpoints;
import dev.tenon.connector.email.ManagementCalls;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// SendGrid's settings of the Event Webhook (`tsg_webhooks_v3.json`, 2026-11). The key needs the
/// right *User settings → Event notification*. How many endpoints there may be depends on the plan.
///
/// The reference stands in the name that people see.
public final class SendGridEndpoints implements MailEndpoints {
  private static final String PATH = "/v3/user/webhooks/event/settings";
  private static final String NAMED = "Tenon ";

  private final ManagementCalls calls;

  public SendGridEndpoints(ProviderHttp http, URI base, Secret key) {
    calls = new ManagementCalls(http, base, Map.of("Authorization", "Bearer " + key.reveal()));
  }

  @Override
  public List<String> kinds() {
    return List.of(
        "processed",
        "dropped",
        "deferred",
        "delivered",
        "bounce",
        "open",
        "click",
        "spam_report",
        "unsubscribe",
        "group_unsubscribe",
        "group_resubscribe");
  }

  @Override
  public boolean hasOwnSecret() {
    return true;
  }

  @Override
  public Outcome<List<MailEndpoint>> list() {
    return calls.run(this::all);
  }

  private List<MailEndpoint> all() {
    List<MailEndpoint> all = new ArrayList<>();
    for (JsonNode one : calls.get(PATH + "/all").path("webhooks")) {
      String name = one.path("friendly_name").asString("");
      all.add(
          new MailEndpoint(
              one.path("id").asString(""),
              one.path("url").asString(""),
              one.path("enabled").asBoolean(false),
              kinds().stream().filter(kind -> one.path(kind).asBoolean(false)).toList(),
              name.startsWith(NAMED) ? name.substring(NAMED.length()) : ""));
    }
    return all;
  }

  @Override
  public Outcome<Made> create(String reference, URI url) {
    return calls.run(
        () -> {
          Optional<String> before =
              all().stream()
                  .filter(one -> one.reference().equals(reference))
                  .filter(one -> one.url().equals(url.toString()))
                  .map(MailEndpoint::id)
                  .findFirst();
          String id =
              before.orElseGet(
                  () -> {
                    Map<String, Object> wanted = wanted(url);
                    wanted.put("friendly_name", NAMED + reference);
                    return ManagementCalls.required(calls.send("POST", PATH, wanted), "id");
                  });
          return new Made(id, key(id));
        });
  }

  /// Has it signed; signed already, it keeps its key.
  private Secret key(String id) {
    return Secret.of(
        ManagementCalls.required(
            calls.send("PATCH", PATH + "/signed/" + id, Map.of("enabled", true)), "public_key"));
  }

  private Map<String, Object> wanted(URI url) {
    Map<String, Object> wanted = new HashMap<>();
    kinds().forEach(kind -> wanted.put(kind, true));
    wanted.put("enabled", true);
    wanted.put("url", url.toString());
    return wanted;
  }

  @Override
  public Outcome<String> update(String id, URI url) {
    return calls.run(
        () -> {
          JsonNode _ = calls.send("PATCH", PATH + "/" + id, wanted(url));
          Secret _ = key(id);
          return id;
        });
  }

  @Override
  public Outcome<String> delete(String id) {
    return calls.run(
        () -> {
          calls.delete(PATH + "/" + id);
          return id;
        });
  }
}
