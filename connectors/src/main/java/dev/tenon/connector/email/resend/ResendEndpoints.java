package dev.tenon.connector.email.resend;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEndpoints;
import dev.tenon.connector.email.ManagementCalls;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Resend's `/webhooks` (resend.com/docs/api-reference/webhooks, 2026-11). It needs a key with full
/// access: one that may only send is refused.
///
/// Resend has no field for a reference, so that stands in the address.
public final class ResendEndpoints implements MailEndpoints {
  private static final String MARK = "?" + REFERENCE + "=";

  private final ManagementCalls calls;

  public ResendEndpoints(ProviderHttp http, URI base, Secret key) {
    // Without a User-Agent Resend answers 403.
    calls =
        new ManagementCalls(
            http, base, Map.of("Authorization", "Bearer " + key.reveal(), "User-Agent", "tenon"));
  }

  @Override
  public List<String> kinds() {
    return List.of(
        "email.sent",
        "email.scheduled",
        "email.delivered",
        "email.delivery_delayed",
        "email.bounced",
        "email.complained",
        "email.opened",
        "email.clicked",
        "email.failed",
        "email.suppressed");
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
    for (JsonNode one : calls.get("/webhooks?limit=100").path("data")) {
      String address = one.path("endpoint").asString("");
      int mark = address.indexOf(MARK);
      all.add(
          new MailEndpoint(
              one.path("id").asString(""),
              mark < 0 ? address : address.substring(0, mark),
              one.path("status").asString("").equals("enabled"),
              one.path("events").valueStream().map(event -> event.asString("")).toList(),
              mark < 0 ? "" : address.substring(mark + MARK.length())));
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
          JsonNode made =
              before.isPresent()
                  ? calls.get("/webhooks/" + before.get())
                  : calls.send(
                      "POST",
                      "/webhooks",
                      Map.of("endpoint", url + MARK + reference, "events", kinds()));
          return new Made(
              ManagementCalls.required(made, "id"),
              Secret.of(ManagementCalls.required(made, "signing_secret")));
        });
  }

  @Override
  public Outcome<String> update(String id, URI url) {
    return calls.run(
        () -> {
          String address = calls.get("/webhooks/" + id).path("endpoint").asString("");
          int mark = address.indexOf(MARK);
          JsonNode _ =
              calls.send(
                  "PATCH",
                  "/webhooks/" + id,
                  Map.of(
                      "endpoint",
                      url + (mark < 0 ? "" : address.substring(mark)),
                      "events",
                      kinds(),
                      "status",
                      "enabled"));
          return id;
        });
  }

  @Override
  public Outcome<String> delete(String id) {
    return calls.run(
        () -> {
          calls.delete("/webhooks/" + id);
          return id;
        });
  }
}
