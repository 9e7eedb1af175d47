package dev.tenon.lane;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which facts of a tenant to apply anew.
///
/// @param state how they ended, or that they are held back
/// @param connection only those of this connection
/// @param kind only those of this kind; where it ends in `*`, of every kind that begins so
/// @param since only those received from then on
/// @param until only those received before then
/// @param factsMax how many at most
public record ReplayFilter(
    State state,
    @Nullable UUID connection,
    @Nullable String kind,
    Instant since,
    Instant until,
    int factsMax) {
  /// More in one replay would be hard to watch; ask again for the rest.
  public static final int FACTS_MAX = 100_000;

  public static final int FACTS_DEFAULT = 10_000;

  /// What can be put back.
  public enum State {
    /// The last try failed.
    DEAD,
    /// It fitted no known tenant.
    UNASSIGNED,
    /// It failed and waits for its next try, and its lane with it. A replay has it tried at once.
    HELD,
    /// Nothing followed from it, perhaps because an older version didn't know its kind.
    IGNORED,
    /// It was applied. Applying it again changes nothing twice.
    APPLIED;

    /// As it stands in the database and in the API.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  public ReplayFilter {
    if (factsMax < 1 || factsMax > FACTS_MAX) {
      throw new IllegalArgumentException("factsMax must be from 1 to " + FACTS_MAX);
    }
  }

  /// The kind as SQL's `like` wants it.
  Optional<String> kindPattern() {
    if (kind == null) {
      return Optional.empty();
    }
    boolean open = kind.endsWith("*");
    String exact = open ? kind.substring(0, kind.length() - 1) : kind;
    String escaped = exact.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    return Optional.of(open ? escaped + "%" : escaped);
  }
}
