package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.UUID;

/// An id as pages show it: shortened in the middle, whole on hover, copied by a click.
///
/// @param full what is copied
public record IdText(String full) {
  private static final int WHOLE_MAX = 18;
  private static final int HEAD = 10;
  private static final int TAIL = 6;

  static IdText of(Prefix prefix, UUID id) {
    return new IdText(Ids.write(prefix, id));
  }

  /// The first and last characters; the time is in the first, the randomness in the last.
  public String brief() {
    if (full.length() <= WHOLE_MAX) {
      return full;
    }
    return full.substring(0, HEAD) + "…" + full.substring(full.length() - TAIL);
  }
}
