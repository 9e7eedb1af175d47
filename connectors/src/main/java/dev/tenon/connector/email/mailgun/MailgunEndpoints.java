package dev.tenon.connector.email.mailgun;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEndpoints;
import dev.tenon.connector.email.ManagementCalls;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Mailgun's webhooks of each domain (documentation.mailgun.com, *Domain Webhooks*, 2026-11). An
/// endpoint is an address, with the kinds that are sent there; they are set by `/v4`, where one
/// call does it for a domain, and read by `/v3`. All are signed with the account's one key, which
/// only a key of the account may read.
public final class MailgunEndpoints implements MailEndpoints {
  private static final List<String> TYPES =
      List.of(
          "accepted",
          "clicked",
          "complained",
          "delivered",
          "opened",
          "permanent_fail",
          "temporary_fail",
          "unsubscribed");

  private final ManagementCalls calls;
  private final List<String> domains;

  /// @param domains those that mails go by
  public MailgunEndpoints(ProviderHttp http, URI base, Secret key, Collection<String> domains) {
    calls =
        new ManagementCalls(
            http,
            base,
            Map.of(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(("api:" + key.reveal()).getBytes(StandardCharsets.UTF_8))));
    this.domains = List.copyOf(new TreeSet<>(domains));
  }

  @Override
  public List<String> kinds() {
    return domains.stream()
        .flatMap(domain -> TYPES.stream().map(type -> domain + "/" + type))
        .toList();
  }

  @Override
  public boolean hasOwnSecret() {
    return false;
  }

  @Override
  public Outcome<List<MailEndpoint>> list() {
    return calls.run(
        () ->
            kindsByUrl().entrySet().stream()
                .map(one -> new MailEndpoint(one.getKey(), one.getKey(), true, one.getValue(), ""))
                .toList());
  }

  private Map<String, List<String>> kindsByUrl() {
    Map<String, List<String>> byUrl = new LinkedHashMap<>();
    for (String domain : domains) {
      calls
          .get("/v3/domains/%s/webhooks".formatted(domain))
          .path("webhooks")
          .properties()
          .forEach(
              type ->
                  type.getValue()
                      .path("urls")
                      .forEach(
                          url ->
                              byUrl
                                  .computeIfAbsent(url.asString(""), _ -> new ArrayList<>())
                                  .add(domain + "/" + type.getKey())));
    }
    return byUrl;
  }

  @Override
  public Outcome<Made> create(String reference, URI url) {
    return calls.run(
        () -> {
          set(url);
          return new Made(
              url.toString(),
              Secret.of(
                  ManagementCalls.required(
                      calls.get("/v5/accounts/http_signing_key"), "http_signing_key")));
        });
  }

  private void set(URI url) {
    List<String> known = kindsByUrl().getOrDefault(url.toString(), List.of());
    for (String domain : domains) {
      boolean there = known.stream().anyMatch(kind -> kind.startsWith(domain + "/"));
      FormData.Builder form = new FormData.Builder();
      form.field("url", url.toString());
      TYPES.forEach(type -> form.field("event_types", type));
      FormData made = form.build();
      JsonNode _ =
          calls.send(
              there ? "PUT" : "POST",
              "/v4/domains/%s/webhooks".formatted(domain),
              made.contentType(),
              made.bytes());
    }
  }

  @Override
  public Outcome<String> update(String id, URI url) {
    return calls.run(
        () -> {
          set(url);
          if (!id.equals(url.toString())) {
            remove(id);
          }
          return id;
        });
  }

  @Override
  public Outcome<String> delete(String id) {
    return calls.run(
        () -> {
          remove(id);
          return id;
        });
  }

  private void remove(String url) {
    for (String domain : domains) {
      calls.delete(
          "/v4/domains/%s/webhooks?url=%s"
              .formatted(domain, URLEncoder.encode(url, StandardCharsets.UTF_8)));
    }
  }
}
