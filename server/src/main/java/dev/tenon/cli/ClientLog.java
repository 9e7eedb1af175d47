package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.log.Logging;
import java.util.List;
import java.util.Map;

/// The log of commands that speak for themselves: warnings only, unless the environment says
/// otherwise (`TENON_LOG__LEVEL=debug`).
final class ClientLog {
  private ClientLog() {}

  static void start(Map<String, String> environment) {
    Logging.start(
        Config.load(
                List.of(
                    Layer.commandLine(Map.of("log.level", "warn")), Layer.environment(environment)))
            .log());
  }
}
