package dev.tenon.connector.email.postmark;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEndpoints;
import dev.tenon.connector.email.ManagementCalls;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Postmark's `/webhooks` (postmarkapp.com/developer/api/webhooks-api, 2026-11), with the server's
/// token. There is one for each message stream; those that were made together count as one, known
/// by a header that they send along. Postmark signs nothing, so a password is made here.
public final class PostmarkEndpoints implements MailEndpoints {
  private static final String REFERENCE_HEADER = "X-Tenon-Registration";
  private static final String USER = "tenon";
  private static final int PASSWORD_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final List<String> TRIGGERS =
      List.of("Open", "Click", "Delivery", "Bounce", "SpamComplaint", "SubscriptionChange");

  private final ManagementCalls calls;
  private final List<String> streams;
  private final String user;
  private final String passwordHeader;

  /// @param streams the server's message streams that mails go by
  /// @param user of the Basic authentication; one of ours where it is empty
  /// @param passwordHeader the header that holds the password instead; empty for Basic
  ///   authentication
  public PostmarkEndpoints(
      ProviderHttp http,
      URI base,
      Secret serverToken,
      Collection<String> streams,
      String user,
      String passwordHeader) {
    calls =
        new ManagementCalls(
            http,
            base,
            Map.of("Accept", "application/json", "X-Postmark-Server-Token", serverToken.reveal()));
    this.streams = List.copyOf(new TreeSet<>(streams));
    this.user = user.isEmpty() ? USER : user;
    this.passwordHeader = passwordHeader;
  }

  @Override
  public List<String> kinds() {
    return streams.stream()
        .flatMap(stream -> TRIGGERS.stream().map(trigger -> stream + "/" + trigger))
        .toList();
  }

  @Override
  public boolean hasOwnSecret() {
    return true;
  }

  private List<JsonNode> all() {
    return calls.get("/webhooks").path("Webhooks").valueStream().toList();
  }

  private List<JsonNode> with(String reference) {
    return all().stream().filter(one -> reference(one).equals(reference)).toList();
  }

  private static String reference(JsonNode webhook) {
    return header(webhook, REFERENCE_HEADER);
  }

  private static String header(JsonNode webhook, String name) {
    return webhook
        .path("HttpHeaders")
        .valueStream()
        .filter(one -> one.path("Name").asString("").equalsIgnoreCase(name))
        .map(one -> one.path("Value").asString(""))
        .findFirst()
        .orElse("");
  }

  @Override
  public Outcome<List<MailEndpoint>> list() {
    return calls.run(
        () -> {
          Map<String, List<JsonNode>> together =
              all().stream()
                  .collect(
                      Collectors.groupingBy(
                          one -> reference(one) + " " + one.path("Url").asString(""),
                          LinkedHashMap::new,
                          Collectors.toList()));
          return together.values().stream().map(PostmarkEndpoints::endpoint).toList();
        });
  }

  private static MailEndpoint endpoint(List<JsonNode> together) {
    JsonNode first = together.getFirst();
    String reference = reference(first);
    List<String> kinds = new ArrayList<>();
    for (JsonNode one : together) {
      one.path("Triggers")
          .properties()
          .forEach(
              trigger -> {
                if (trigger.getValue().path("Enabled").asBoolean(false)) {
                  kinds.add(one.path("MessageStream").asString("") + "/" + trigger.getKey());
                }
              });
    }
    return new MailEndpoint(
        reference.isEmpty()
            ? together.stream()
                .map(one -> one.path("ID").asString(""))
                .collect(Collectors.joining(","))
            : reference,
        first.path("Url").asString(""),
        true,
        kinds,
        reference);
  }

  @Override
  public Outcome<Made> create(String reference, URI url) {
    return calls.run(
        () -> {
          List<JsonNode> before = with(reference);
          String password =
              before.stream()
                  .map(this::password)
                  .filter(known -> !known.isEmpty())
                  .findFirst()
                  .orElseGet(PostmarkEndpoints::newPassword);
          complete(reference, url, password, before);
          return new Made(reference, Secret.of(password));
        });
  }

  private String password(JsonNode webhook) {
    return passwordHeader.isEmpty()
        ? webhook.path("HttpAuth").path("Password").asString("")
        : header(webhook, passwordHeader);
  }

  private static String newPassword() {
    byte[] bytes = new byte[PASSWORD_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// One webhook a stream, each as it has to be.
  private void complete(String reference, URI url, String password, List<JsonNode> there) {
    for (String stream : streams) {
      Map<String, Object> wanted = wanted(reference, url, password);
      JsonNode known =
          there.stream()
              .filter(one -> one.path("MessageStream").asString("").equals(stream))
              .findFirst()
              .orElse(null);
      if (known == null) {
        wanted.put("MessageStream", stream);
        JsonNode _ = calls.send("POST", "/webhooks", wanted);
      } else {
        JsonNode _ = calls.send("PUT", "/webhooks/" + known.path("ID").asString(""), wanted);
      }
    }
  }

  private Map<String, Object> wanted(String reference, URI url, String password) {
    Map<String, Object> wanted = new HashMap<>();
    wanted.put("Url", url.toString());
    List<Map<String, String>> headers = new ArrayList<>();
    headers.add(Map.of("Name", REFERENCE_HEADER, "Value", reference));
    if (passwordHeader.isEmpty()) {
      wanted.put("HttpAuth", Map.of("Username", user, "Password", password));
    } else {
      headers.add(Map.of("Name", passwordHeader, "Value", password));
    }
    wanted.put("HttpHeaders", headers);
    wanted.put(
        "Triggers",
        TRIGGERS.stream()
            .collect(Collectors.toMap(trigger -> trigger, _ -> Map.of("Enabled", true))));
    return wanted;
  }

  @Override
  public Outcome<String> update(String id, URI url) {
    return calls.run(
        () -> {
          List<JsonNode> there = with(id);
          String password =
              there.stream()
                  .map(this::password)
                  .findFirst()
                  .orElseGet(PostmarkEndpoints::newPassword);
          complete(id, url, password, there);
          return id;
        });
  }

  @Override
  public Outcome<String> delete(String id) {
    return calls.run(
        () -> {
          with(id).forEach(one -> calls.delete("/webhooks/" + one.path("ID").asString("")));
          return id;
        });
  }
}
