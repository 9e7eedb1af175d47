package dev.tenon.cli;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// Follows what comes in and what becomes of it. It loses nothing when a node is restarted: what
/// came in between is in the next look.
@Command(
    name = "tail",
    description =
        "Follow received events, what becomes of their facts, and messages, until Ctrl-C.")
final class Tail implements Callable<Integer> {
  @Mixin private HubOptions target = new HubOptions();

  @Option(names = "--connection", paramLabel = "ID", description = "Only facts of a connection.")
  private @Nullable String connection;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only facts in this state: waiting, held, applied, ignored, unassigned, dead.")
  private @Nullable String state;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "Only facts of a kind, such as invoice.paid or 'invoice.*'.")
  private @Nullable String kind;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Begin with what came since then: 30m, 2h ago, or an RFC 3339 time.")
  private @Nullable String since;

  @Option(names = "--no-messages", description = "Leave out messages.")
  private boolean noMessages;

  @Option(names = "--count", paramLabel = "N", description = "Stop after N lines.")
  private @Nullable Integer countMax;

  @Option(names = "--for", paramLabel = "SECONDS", description = "Stop after so many seconds.")
  private @Nullable Integer seconds;

  private final Console console;
  private final Json json;
  private final InstantSource clock = InstantSource.system();
  private int lines;

  Tail(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() throws InterruptedException {
    var filter = TailFilter.read(connection, state, kind);
    Instant start = clock.instant();
    Instant from = since == null ? start : TimeOption.read("--since", since, start);
    // Facts and messages are narrowed by different things; who asks for some facts wants no mails.
    boolean withMessages = !noMessages && filter.isOpen();
    var events = new TailedEvents(filter, from, since == null);
    var messages = new TailedMessages(from, since == null);
    var follower = new Follower(target, console, json);
    follower.follow(
        () -> isOver(start),
        new Follower.Look() {
          @Override
          public void begin(HubClient hub) {
            follower.greet(
                "Following %s at %s. Stop with Ctrl-C."
                    .formatted(hub.hub().tenant(), hub.hub().api()));
          }

          @Override
          public void at(HubClient hub) {
            events.look(hub, Tail.this::show);
            if (events.leftOut()) {
              follower.tell("More came than one look reads; some of it is not shown.");
            }
            if (withMessages) {
              boolean before = messages.refused();
              messages.look(hub, Tail.this::show);
              if (messages.refused() && !before) {
                follower.tell("The key may not read messages (email:read), so none are shown.");
              }
            }
          }
        });
    return 0;
  }

  private boolean isOver(Instant start) {
    @Nullable Integer most = countMax;
    @Nullable Integer time = seconds;
    return (most != null && lines >= most)
        || (time != null && !clock.instant().isBefore(start.plusSeconds(time)));
  }

  /// Prints one line, unless as many as wanted have been.
  private void show(String text, Map<String, JsonNode> document) {
    @Nullable Integer most = countMax;
    if (most == null || lines < most) {
      lines++;
      console.answer(json.wanted(), text, document);
    }
  }
}
