package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.ProviderSwitch.Breakage;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The mailbox's API and pages, on a port of its own. The list is at `/`.
public final class MailboxSimulator implements Simulator {
  private static final int LIMIT_DEFAULT = 50;
  private static final int QUERY_MAX = 200;

  private final Mailbox mailbox;
  private final List<ProviderSwitch> providers;
  private final MailActions actions;

  /// @param aftermaths of the providers that can tell what becomes of a mail
  public MailboxSimulator(
      Mailbox mailbox, List<ProviderSwitch> providers, List<? extends Aftermath> aftermaths) {
    this.mailbox = mailbox;
    this.providers = List.copyOf(providers);
    this.actions = new MailActions(List.copyOf(aftermaths));
  }

  @Override
  public String name() {
    return "mailbox";
  }

  @Override
  public String title() {
    return "Mailbox";
  }

  /// Faults make no sense here: nothing of the mailbox stands in for a provider.
  @Override
  public boolean isProviderApi(String path) {
    return false;
  }

  @Override
  public void routing(HttpRouting.Builder routing, SimulatorContext context) {
    mailbox.keepIn(context.journals().apply("mailbox"));
    MailboxPages pages = new MailboxPages(mailbox, providers, actions, context.clock());
    routing
        // The list takes the place of the index page that every other simulator shows.
        .addFilter(
            (chain, request, response) -> {
              if (request.path().path().equals("/")
                  && request.prologue().method().text().equals("GET")) {
                checked(response, () -> pages.list(request, response));
              } else {
                chain.proceed();
              }
            })
        .get(
            "/messages/{id}",
            (request, response) -> checked(response, () -> pages.detail(request, response)))
        .get(
            "/messages/{id}/attachments/{index}",
            (request, response) -> checked(response, () -> attachment(request, response)))
        .get(
            "/messages/{id}/source",
            (request, response) ->
                checked(
                    response,
                    () ->
                        find(request)
                            .ifPresentOrElse(
                                mail -> MailFiles.sendSource(mail, response),
                                () -> notFound(response))))
        .post(
            "/messages/{id}/events",
            (request, response) -> checked(response, () -> happenByHand(request, response)))
        .post(
            "/api/messages/{id}/events",
            (request, response) -> checked(response, () -> happen(request, response)))
        .get("/mailbox.js", (_, response) -> MailboxShell.sendScript(response))
        .get("/mailbox.css", (_, response) -> MailboxShell.sendStyle(response))
        .post(
            "/clear",
            (_, response) -> {
              mailbox.clear();
              home(response);
            })
        .post(
            "/providers/{provider}/break",
            (request, response) -> checked(response, () -> breakProvider(request, response)))
        .post(
            "/providers/{provider}/mend",
            (request, response) -> checked(response, () -> mendProvider(request, response)))
        .get(
            "/api/messages",
            (request, response) -> checked(response, () -> list(request, response)))
        .delete(
            "/api/messages",
            (_, response) -> {
              mailbox.clear();
              response.status(204).send();
            })
        .get(
            "/api/messages/{id}",
            (request, response) -> checked(response, () -> get(request, response)))
        .get(
            "/api/messages/{id}/html",
            (request, response) -> checked(response, () -> html(request, response)))
        .get("/api/providers", (_, response) -> Json.send(response, 200, providers()))
        .put(
            "/api/providers/{provider}",
            (request, response) -> checked(response, () -> setProvider(request, response)));
  }

  /// The parameters of a list, checked.
  record Search(String query, int limit) {
    static Search read(ServerRequest request) {
      String query = request.query().first("query").orElse("");
      checkQuery(query);
      return new Search(query, (int) number(request, "limit", LIMIT_DEFAULT, 1, Mailbox.MAILS_MAX));
    }
  }

  /// @throws IllegalArgumentException when it is too long
  static void checkQuery(String query) {
    if (query.length() > QUERY_MAX) {
      throw new IllegalArgumentException("query must be at most 200 characters");
    }
  }

  private void list(ServerRequest request, ServerResponse response) {
    Search search = Search.read(request);
    Duration wait =
        Duration.ofMillis(number(request, "wait_ms", 0, 0, Mailbox.WAIT_MAX.toMillis()));
    String since = request.query().first("since").orElse("");
    List<Mail> found;
    try {
      found = mailbox.await(since, search.query(), search.limit(), wait);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      found = List.of();
    }
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    found.forEach(mail -> data.add(MailJson.summary(mail)));
    answer.put("total", mailbox.size());
    Json.send(response, 200, answer);
  }

  private void get(ServerRequest request, ServerResponse response) {
    find(request)
        .ifPresentOrElse(
            mail -> Json.send(response, 200, actions.whole(mail)), () -> notFound(response));
  }

  private void attachment(ServerRequest request, ServerResponse response) {
    String index = request.path().pathParameters().get("index");
    Optional<AttachedFile> file =
        find(request)
            .map(mail -> mail.content().attachments())
            .filter(files -> index.matches("[0-9]{1,4}") && Integer.parseInt(index) < files.size())
            .map(files -> files.get(Integer.parseInt(index)));
    file.ifPresentOrElse(found -> MailFiles.send(found, response), () -> notFound(response));
  }

  /// `POST /api/messages/{id}/events`: `{"event": "hard_bounced", "recipient": "…"}`; without a
  /// recipient it is the first.
  private void happen(ServerRequest request, ServerResponse response) {
    ObjectNode wanted = Json.readObject(Json.body(request));
    find(request)
        .ifPresentOrElse(
            mail -> {
              actions.report(
                  mail, wanted.path("event").asString(""), wanted.path("recipient").asString(""));
              Json.send(response, 200, actions.whole(find(request).orElse(mail)));
            },
            () -> notFound(response));
  }

  private void happenByHand(ServerRequest request, ServerResponse response) {
    UriQuery form = UriQuery.create(new String(Json.body(request), StandardCharsets.UTF_8));
    find(request)
        .ifPresentOrElse(
            mail -> {
              actions.report(
                  mail, form.first("event").orElse(""), form.first("recipient").orElse(""));
              response.status(303).header(HeaderNames.LOCATION, "/messages/" + mail.id()).send();
            },
            () -> notFound(response));
  }

  private void html(ServerRequest request, ServerResponse response) {
    find(request)
        .ifPresentOrElse(mail -> MailPreview.send(mail, response), () -> notFound(response));
  }

  private ObjectNode providers() {
    ObjectNode answer = Json.object();
    ArrayNode data = answer.putArray("data");
    for (ProviderSwitch provider : providers) {
      data.addObject()
          .put("provider", provider.carrier().id())
          .put("working", provider.trouble().isEmpty())
          .put("trouble", provider.trouble());
    }
    return answer;
  }

  private void setProvider(ServerRequest request, ServerResponse response) {
    ProviderSwitch provider = provider(request);
    String word = Json.readObject(Json.body(request)).path("break").asString("");
    if (word.isEmpty()) {
      provider.mend();
    } else {
      provider.breakIt(breakage(word));
    }
    Json.send(response, 200, providers());
  }

  private void breakProvider(ServerRequest request, ServerResponse response) {
    provider(request).breakIt(breakage(request.query().first("how").orElse("down")));
    home(response);
  }

  private void mendProvider(ServerRequest request, ServerResponse response) {
    provider(request).mend();
    home(response);
  }

  private ProviderSwitch provider(ServerRequest request) {
    String name = request.path().pathParameters().get("provider");
    return providers.stream()
        .filter(each -> each.carrier().id().equals(name))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The providers are %s."
                        .formatted(
                            providers.stream()
                                .map(each -> each.carrier().id())
                                .collect(Collectors.joining(", ")))));
  }

  private static Breakage breakage(String word) {
    return Breakage.find(word)
        .orElseThrow(
            () -> new IllegalArgumentException("A provider breaks by down, key or silent."));
  }

  private Optional<Mail> find(ServerRequest request) {
    return mailbox.find(request.path().pathParameters().get("id"));
  }

  private static void notFound(ServerResponse response) {
    Json.sendError(response, 404, "The mailbox has no such mail; it keeps the last 500.");
  }

  private static void home(ServerResponse response) {
    response.status(303).header(HeaderNames.LOCATION, "/").send();
  }

  private static long number(
      ServerRequest request, String name, long fallback, long min, long max) {
    String text = request.query().first(name).orElse("");
    if (text.isEmpty()) {
      return fallback;
    }
    if (!text.matches("[0-9]{1,9}") || Long.parseLong(text) < min || Long.parseLong(text) > max) {
      throw new IllegalArgumentException("%s must be from %d to %d".formatted(name, min, max));
    }
    return Long.parseLong(text);
  }

  private static void checked(ServerResponse response, Runnable work) {
    try {
      work.run();
    } catch (IllegalArgumentException wrong) {
      Json.sendError(response, 400, String.valueOf(wrong.getMessage()));
    }
  }
}
