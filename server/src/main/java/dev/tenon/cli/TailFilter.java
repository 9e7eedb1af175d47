package dev.tenon.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Which facts `tail` shows.
///
/// @param connection an id, or empty for all
/// @param state a state, or empty for all
/// @param kind a kind, its beginning with `*`, or empty for all
record TailFilter(String connection, String state, String kind) {
  private static final List<String> STATES =
      List.of("waiting", "held", "applied", "ignored", "unassigned", "dead");

  static TailFilter read(
      @Nullable String connection, @Nullable String state, @Nullable String kind) {
    if (state != null && !STATES.contains(state)) {
      throw new CommandFailed(
          Failure.USAGE,
          "--state %s: the states are %s".formatted(state, String.join(", ", STATES)));
    }
    return new TailFilter(
        connection == null ? "" : connection, state == null ? "" : state, kind == null ? "" : kind);
  }

  /// Whether it lets everything through.
  boolean isOpen() {
    return connection.isEmpty() && state.isEmpty() && kind.isEmpty();
  }

  /// The part of it that the server applies. The state is not: a fact has to be followed until it
  /// comes into the state that is asked for.
  String query() {
    return (connection.isEmpty() ? "" : "&connection=" + HubClient.query(connection))
        + (kind.isEmpty() ? "" : "&kind=" + HubClient.query(kind));
  }

  boolean shows(JsonNode fact) {
    String is = fact.path("kind").asString("");
    boolean ofKind =
        kind.isEmpty()
            || (kind.endsWith("*")
                ? is.startsWith(kind.substring(0, kind.length() - 1))
                : is.equals(kind));
    return ofKind && (state.isEmpty() || state.equals(stateOf(fact)) || waits(fact));
  }

  private boolean waits(JsonNode fact) {
    return state.equals("waiting") && stateOf(fact).equals("held");
  }

  /// `held` for a fact that waits for its next try.
  static String stateOf(JsonNode fact) {
    String is = fact.path("state").asString("");
    return is.equals("waiting") && fact.path("next_try_at").isString() ? "held" : is;
  }
}
