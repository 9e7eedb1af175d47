package dev.tenon.cli;

import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.json.JsonMapper;

/// Looks at a server again and again, until it is enough. Looking works through any proxy and with
/// any number of nodes. When the server is away it waits for it, also on another port when it is a
/// `dev`.
final class Follower {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
  private static final Duration BETWEEN_TRIES_MAX = Duration.ofSeconds(5);

  private final HubOptions target;
  private final Console console;
  private final Json json;

  Follower(HubOptions target, Console console, Json json) {
    this.target = target;
    this.console = console;
    this.json = json;
  }

  /// What is done again and again.
  interface Look {
    /// Said once, before the first look.
    void begin(HubClient hub);

    void at(HubClient hub);
  }

  /// Follows until `over`.
  ///
  /// @throws CommandFailed when the first look finds no server, or the server refuses
  void follow(BooleanSupplier over, Look look) throws InterruptedException {
    ClientLog.start(console.environment());
    HubClient hub = HubClient.open(target.find(console.environment()));
    boolean seen = false;
    boolean away = false;
    Duration pause = BETWEEN_LOOKS;
    try {
      look.begin(hub);
      while (!isOver(over)) {
        try {
          if (away) {
            // A dev that starts anew may have another port and another key.
            Hub found = target.find(console.environment());
            hub.close();
            hub = HubClient.open(found);
          }
          look.at(hub);
          if (away) {
            tell("The server answers again at " + hub.hub().api() + ".");
          }
          seen = true;
          away = false;
          pause = BETWEEN_LOOKS;
        } catch (CommandFailed e) {
          if (e.exitCode() != Failure.UNREACHABLE || !seen) {
            throw e;
          }
          if (!away) {
            tell(e.text() + ". Trying again until it does.");
          }
          away = true;
          pause = pause.multipliedBy(2);
          pause = pause.compareTo(BETWEEN_TRIES_MAX) > 0 ? BETWEEN_TRIES_MAX : pause;
        }
        if (!isOver(over)) {
          Thread.sleep(pause);
        }
      }
    } finally {
      hub.close();
    }
  }

  private boolean isOver(BooleanSupplier over) {
    // Nobody reads any more, as after `tail | head`.
    return console.out().checkError() || over.getAsBoolean();
  }

  /// Says something beside the answer.
  void tell(String line) {
    console
        .err()
        .println(
            json.wanted()
                ? JsonMapper.shared().writeValueAsString(Map.of("notice", line))
                : "tenon: " + line);
    console.err().flush();
  }

  /// Says something to people only.
  void greet(String lines) {
    if (!json.wanted()) {
      console.err().println(lines);
      console.err().flush();
    }
  }
}
