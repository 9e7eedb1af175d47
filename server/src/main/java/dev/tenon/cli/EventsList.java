package dev.tenon.cli;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// Prints events that were told, the newest first.
@Command(name = "list", description = "List the events that were told, the newest first.")
final class EventsList implements Callable<Integer> {
  private static final int PAGE = 100;
  private static final int LIMIT_MAX = 10_000;

  @Mixin private HubOptions target = new HubOptions();

  @Option(names = "--type", paramLabel = "TYPE", description = "Only events of this type.")
  private @Nullable String type;

  @Option(
      names = "--about",
      paramLabel = "ID",
      description = "Only events about an object, such as sub_…")
  private @Nullable String about;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only events told since then: 30m, 2h ago, or an RFC 3339 time.")
  private @Nullable String since;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "As many at most: 20 if not given, 10000 at most.")
  private int limit = 20;

  private final Console console;
  private final Json json;
  private final InstantSource clock = InstantSource.system();

  EventsList(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new CommandFailed(Failure.USAGE, "--limit is between 1 and " + LIMIT_MAX);
    }
    String filter = filter();
    ClientLog.start(console.environment());
    try (HubClient hub = HubClient.open(target.find(console.environment()))) {
      int left = limit;
      String cursor = "";
      do {
        JsonNode page =
            hub.ofTenant(
                "/events?limit=%d%s%s".formatted(Math.min(PAGE, left), filter, after(cursor)));
        for (JsonNode event : page.path("data")) {
          left--;
          console.answer(json.wanted(), line(event), event);
        }
        cursor = page.path("next_cursor").asString("");
      } while (left > 0 && !cursor.isEmpty() && !console.out().checkError());
    }
    return 0;
  }

  private String filter() {
    var filter = new StringBuilder();
    if (type != null) {
      var _ = EventTypeFilter.of(java.util.List.of(type));
      filter.append("&type=").append(HubClient.query(type));
    }
    if (about != null) {
      filter.append("&about=").append(HubClient.query(about));
    }
    if (since != null) {
      filter.append("&since=").append(TimeOption.read("--since", since, clock.instant()));
    }
    return filter.toString();
  }

  private static String after(String cursor) {
    return cursor.isEmpty() ? "" : "&cursor=" + HubClient.query(cursor);
  }

  /// With the date: a list reaches further back than what is followed.
  private static String line(JsonNode event) {
    String at = event.path("created_at").asString("");
    return (at.length() < 10 ? "" : at.substring(0, 10) + " ") + EventLines.of(event);
  }
}
