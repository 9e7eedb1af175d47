package dev.tenon.cli;

import dev.tenon.connector.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// Brings the outgoing events to an application on this machine, without an endpoint that the
/// server could reach: no tunnel is needed, since it is this side that asks.
@Command(
    name = "listen",
    description =
        "Show outgoing events as they happen, and forward them, signed, to an application here.")
final class Listen implements Callable<Integer> {
  @Mixin private HubOptions target = new HubOptions();

  @Option(
      names = "--forward-to",
      paramLabel = "URL",
      description = "Post each event there, such as localhost:3000/webhooks.")
  private @Nullable String forwardTo;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      split = ",",
      description = "Only events of a type, such as payment.failed or 'payment.*'. Repeatable.")
  private List<String> types = new ArrayList<>();

  @Option(
      names = "--header",
      paramLabel = "'NAME: VALUE'",
      description = "A header to send with each event. Repeatable.")
  private List<String> headers = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Begin with what was told since then: 30m, 2h ago, or an RFC 3339 time.")
  private @Nullable String since;

  @Option(
      names = "--print-secret",
      description = "Print the secret that events are signed with, and nothing else.")
  private boolean printSecret;

  @Option(names = "--count", paramLabel = "N", description = "Stop after N events.")
  private @Nullable Integer countMax;

  @Option(names = "--for", paramLabel = "SECONDS", description = "Stop after so many seconds.")
  private @Nullable Integer seconds;

  private final Console console;
  private final Json json;
  private final InstantSource clock = InstantSource.system();
  private int events;

  Listen(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (printSecret) {
      return printSecret();
    }
    Instant start = clock.instant();
    Instant from = since == null ? start : TimeOption.read("--since", since, start);
    var listened = new ListenedEvents(EventTypeFilter.of(types), from, since == null);
    @Nullable URI url = forwardTo == null ? null : url(forwardTo);
    Map<String, String> more = headers();
    var follower = new Follower(target, console, json);
    try (var looking = new Looking(follower, listened, url, more)) {
      follower.follow(() -> isOver(start), looking);
    }
    return 0;
  }

  private int printSecret() {
    try (HubClient hub = HubClient.open(target.find(console.environment()))) {
      String secret = ListenSecret.of(hub.hub()).reveal();
      console.answer(json.wanted(), secret, Map.of("secret", secret));
    }
    return 0;
  }

  /// One run of the command: it signs by the secret of the server that it began with.
  private final class Looking implements Follower.Look, AutoCloseable {
    private final Follower follower;
    private final ListenedEvents listened;
    private final @Nullable URI url;
    private final Map<String, String> more;
    private @Nullable LocalForward forward;

    Looking(
        Follower follower, ListenedEvents listened, @Nullable URI url, Map<String, String> more) {
      this.follower = follower;
      this.listened = listened;
      this.url = url;
      this.more = more;
    }

    @Override
    public void begin(HubClient hub) {
      String where = "Events of %s at %s".formatted(hub.hub().tenant(), hub.hub().api());
      if (url == null) {
        follower.greet(where + ". Stop with Ctrl-C.");
        return;
      }
      Secret secret = ListenSecret.of(hub.hub());
      forward = new LocalForward(url, more, secret);
      follower.greet(
          """
          %s go to %s. Stop with Ctrl-C.
          They are signed with %s
          """
              .formatted(where, url, secret.reveal())
              .strip());
    }

    @Override
    public void at(HubClient hub) {
      List<JsonNode> fresh = listened.look(hub);
      if (listened.leftOut()) {
        follower.tell("More was told than one look reads; some of it is not shown.");
      }
      for (JsonNode event : fresh) {
        if (!isEnough()) {
          events++;
          show(event);
        }
      }
    }

    private void show(JsonNode event) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("event", event);
      String line = EventLines.of(event);
      if (forward != null) {
        LocalForward.Answer answer = forward.post(event, clock.instant());
        long millis = answer.took().toMillis();
        Map<String, Object> forwarded = new LinkedHashMap<>();
        forwarded.put("url", forward.url().toString());
        forwarded.put("status", answer.status() == 0 ? null : answer.status());
        forwarded.put("error", answer.trouble());
        forwarded.put("took_ms", millis);
        document.put("forwarded", forwarded);
        String result =
            answer.status() == 0
                ? answer.trouble()
                : "%d  %d ms".formatted(answer.status(), millis);
        line += "  → " + result + (answer.good() ? "" : "  not taken");
      }
      console.answer(json.wanted(), line, document);
    }

    @Override
    public void close() {
      if (forward != null) {
        forward.close();
      }
    }
  }

  private boolean isEnough() {
    @Nullable Integer most = countMax;
    return most != null && events >= most;
  }

  private boolean isOver(Instant start) {
    @Nullable Integer time = seconds;
    return isEnough() || (time != null && !clock.instant().isBefore(start.plusSeconds(time)));
  }

  private static URI url(String text) {
    String whole = text.contains("://") ? text : "http://" + text;
    try {
      URI uri = new URI(whole);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // The same answer as for one that is no web address.
    }
    throw new CommandFailed(
        Failure.USAGE,
        "--forward-to %s is no address, such as localhost:3000/webhooks".formatted(text));
  }

  private Map<String, String> headers() {
    Map<String, String> read = new HashMap<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      String name = colon < 1 ? "" : header.substring(0, colon).strip().toLowerCase(Locale.ROOT);
      String value = colon < 1 ? "" : header.substring(colon + 1).strip();
      if (!name.matches("[a-z0-9!#$%&'*+.^_`|~-]+") || !value.matches("[\\x20-\\x7e]*")) {
        throw new CommandFailed(
            Failure.USAGE, "--header: write a header as 'Name: value', in plain characters");
      }
      read.put(name, value);
    }
    return read;
  }
}
