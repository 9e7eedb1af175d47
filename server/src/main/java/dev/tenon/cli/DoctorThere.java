package dev.tenon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What `doctor` sees through the running server: how it is, and for each tenant that the key
/// reaches its connections to Stripe and its way out for mail.
final class DoctorThere {
  private static final int TENANTS_MAX = 1_000;

  private DoctorThere() {}

  static List<Finding> look(HubClient hub) {
    List<Finding> findings = new ArrayList<>();
    try {
      List<JsonNode> tenants = all(hub, "/v1/tenants", TENANTS_MAX);
      findings.add(
          Finding.ok("server", "answers; the key reaches %d tenants".formatted(tenants.size())));
      for (JsonNode tenant : tenants) {
        tenant(hub, tenant.path("id").asString(""), findings);
      }
    } catch (CommandFailed e) {
      findings.add(Finding.fail("server", e.text()));
    }
    return findings;
  }

  /// The providers at which the server registers webhooks itself.
  private static final Set<String> WITH_ENDPOINTS =
      Set.of("mailgun", "postmark", "resend", "sendgrid", "stripe");

  private static void tenant(HubClient hub, String tenant, List<Finding> findings) {
    String path = "/v1/tenants/" + tenant;
    for (JsonNode connection : all(hub, path + "/connections", 200)) {
      if (WITH_ENDPOINTS.contains(connection.path("provider").asString(""))) {
        endpoint(hub, path, connection, findings);
      }
    }
    JsonNode routing = hub.get(path + "/email-routing");
    int ways = routing.path("connections").size();
    if (!routing.path("inherited").asBoolean(false) && ways == 1) {
      findings.add(
          Finding.warn(
              tenant,
              "has one connection for mail and no fallback: name a second in its email-routing"));
    }
    for (JsonNode resting : routing.path("resting")) {
      findings.add(
          Finding.warn(
              tenant,
              "mail skips %s: %s"
                  .formatted(
                      resting.path("connection").asString(""),
                      resting.path("reason").asString(""))));
    }
  }

  private static void endpoint(
      HubClient hub, String path, JsonNode connection, List<Finding> findings) {
    String id = connection.path("id").asString("");
    String state = connection.path("state").asString("");
    if (state.equals("disabled")) {
      return;
    }
    String about = "%s (%s)".formatted(id, connection.path("name").asString(""));
    if (state.equals("broken")) {
      findings.add(
          Finding.fail(
              about,
              "%s refuses its key: %s. Give it a working one"
                  .formatted(
                      connection.path("provider").asString(""),
                      connection.path("state_reason").asString(""))));
      return;
    }
    if (connection.path("provider").asString("").equals("stripe")
        && connection
            .path("credentials")
            .valueStream()
            .noneMatch(one -> one.path("field").asString("").equals("secret_key"))) {
      findings.add(
          Finding.warn(
              about,
              "has no `secret_key`, so that nobody looks for events that Stripe never sent: give it"
                  + " one, or disable the connection"));
      return;
    }
    try {
      JsonNode webhook = hub.get(path + "/connections/" + id + "/webhook");
      if (webhook.path("ok").asBoolean(false)) {
        findings.add(
            Finding.ok(
                about,
                "its endpoint %s is as it should be"
                    .formatted(webhook.path("endpoint").asString(""))));
      }
      for (JsonNode one : webhook.path("findings")) {
        findings.add(
            Finding.warn(
                about,
                "%s (POST %s/connections/%s/webhook)".formatted(one.asString(""), path, id)));
      }
    } catch (CommandFailed e) {
      findings.add(Finding.fail(about, "its endpoint can't be looked at: " + e.text()));
    }
  }

  private static List<JsonNode> all(HubClient hub, String path, int max) {
    List<JsonNode> found = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page =
          hub.get(
              path
                  + (path.contains("?") ? "&" : "?")
                  + "limit=100"
                  + (cursor.isEmpty() ? "" : "&cursor=" + HubClient.query(cursor)));
      page.path("data").forEach(found::add);
      cursor = page.path("next_cursor").asString("");
    } while (!cursor.isEmpty() && found.size() < max);
    return found;
  }
}
