package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// Has the server look for events that a provider never sent.
@Command(
    name = "reconcile",
    description =
        "Ask providers for their own lists of events and take in those that never came: of one"
            + " connection, or of all of the tenant's whose provider has such a list.")
final class Reconcile implements Callable<Integer> {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final int WAIT_SECONDS_MAX = 86_400;
  private static final int CONNECTIONS_MAX = 10_000;

  /// Providers that list their events.
  private static final List<String> PROVIDERS = List.of("stripe");

  @Mixin private HubOptions target = new HubOptions();

  @Option(names = "--connection", paramLabel = "ID", description = "Only this connection.")
  private @Nullable String connection;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description =
          "What happened since then: 30m, 2h, 7d ago, or an RFC 3339 time; where it is not given,"
              + " since the last time.")
  private @Nullable String since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      description =
          "What happened until then; some minutes ago where it is not given, since what is younger"
              + " may be on its way.")
  private @Nullable String until;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for the end of it; 60. 0 starts it and returns.")
  private int waitSeconds = 60;

  private final Console console;
  private final Json json;
  private final InstantSource clock = InstantSource.system();

  Reconcile(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (waitSeconds < 0 || waitSeconds > WAIT_SECONDS_MAX) {
      throw new CommandFailed(Failure.USAGE, "--wait is from 0 to 86400 seconds");
    }
    ClientLog.start(console.environment());
    try (HubClient hub = HubClient.open(target.find(console.environment()))) {
      List<String> connections = connection == null ? all(hub) : List.of(connection);
      if (connections.isEmpty()) {
        throw new CommandFailed(
            Failure.NOT_FOUND, "the tenant has no connection to a provider that lists its events");
      }
      if (connection != null) {
        String id = start(hub, connection);
        return waitSeconds == 0 ? 0 : showEnd(hub, id, end());
      }
      return each(hub, connections);
    }
  }

  /// What is wrong with one connection is said, and holds up no other. Answers the worst exit code.
  private int each(HubClient hub, List<String> connections) throws InterruptedException {
    int code = 0;
    List<String> started = new ArrayList<>();
    for (String one : connections) {
      try {
        started.add(start(hub, one));
      } catch (CommandFailed e) {
        code = Math.max(code, said(one, e));
      }
    }
    if (waitSeconds > 0) {
      Instant end = end();
      for (String id : started) {
        try {
          code = Math.max(code, showEnd(hub, id, end));
        } catch (CommandFailed e) {
          code = Math.max(code, said(id, e));
        }
      }
    }
    return code;
  }

  private int said(String about, CommandFailed e) {
    String text = e.text().startsWith(about) ? e.text() : about + ": " + e.text();
    return new Failure(e.exitCode(), List.of(text)).print(console, json.wanted());
  }

  private Instant end() {
    return clock.instant().plusSeconds(waitSeconds);
  }

  private static List<String> all(HubClient hub) {
    List<String> found = new ArrayList<>();
    for (String provider : PROVIDERS) {
      String cursor = "";
      do {
        JsonNode page =
            hub.ofTenant(
                "/connections?limit=100&provider="
                    + provider
                    + (cursor.isEmpty() ? "" : "&cursor=" + HubClient.query(cursor)));
        for (JsonNode one : page.path("data")) {
          if (!one.path("state").asString("").equals("disabled")) {
            found.add(one.path("id").asString(""));
          }
        }
        cursor = page.path("next_cursor").asString("");
      } while (!cursor.isEmpty() && found.size() < CONNECTIONS_MAX);
    }
    return found;
  }

  private String start(HubClient hub, String of) {
    Instant now = clock.instant();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("connection", of);
    if (since != null) {
      body.put("since", TimeOption.read("--since", since, now).toString());
    }
    if (until != null) {
      body.put("until", TimeOption.read("--until", until, now).toString());
    }
    JsonNode made = hub.postOfTenant("/reconciliations", body);
    String id = made.path("id").asString("");
    console.answer(
        json.wanted(),
        "%s: %s is looked through from %s to %s."
            .formatted(id, of, made.path("since").asString(""), made.path("until").asString("")),
        made);
    return id;
  }

  private int showEnd(HubClient hub, String id, Instant end) throws InterruptedException {
    String path = "/reconciliations/" + HubClient.query(id);
    JsonNode one = hub.ofTenant(path);
    while (one.path("state").asString("").equals("running")) {
      if (clock.instant().isAfter(end)) {
        String trouble = one.path("trouble").asString("");
        throw new CommandFailed(
            Failure.TIMED_OUT,
            "%s goes on in the server: %d events looked at so far%s. Look: GET %s"
                .formatted(
                    id,
                    one.path("listed").asInt(0),
                    trouble.isEmpty() ? "" : "; held up: " + trouble,
                    hub.hub().path(path)));
      }
      Thread.sleep(BETWEEN_LOOKS);
      one = hub.ofTenant(path);
    }
    boolean failed = one.path("state").asString("").equals("failed");
    console.answer(
        json.wanted(),
        failed ? "%s failed: %s".formatted(id, one.path("trouble").asString("")) : text(id, one),
        one);
    return failed ? Failure.FAILED : 0;
  }

  private static String text(String id, JsonNode one) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s: %d events listed, %d had never come and are received now."
            .formatted(id, one.path("listed").asInt(0), one.path("missing").asInt(0)));
    one.path("missing_by_kind")
        .properties()
        .forEach(
            kind -> text.append("%n  %5d  %s".formatted(kind.getValue().asInt(), kind.getKey())));
    String gap = one.path("gap_since").asString("");
    if (!gap.isEmpty()) {
      text.append(
          "%n  The provider has forgotten what happened from %s to %s."
              .formatted(gap, one.path("since").asString("")));
    }
    return text.toString();
  }
}
