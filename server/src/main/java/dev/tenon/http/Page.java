package dev.tenon.http;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One page of a list, newest first.
///
/// @param data what is on it
/// @param nextCursor send it as `cursor` for the next page; null on the last one
public record Page<T>(List<T> data, @Nullable String nextCursor) {

  public Page {
    data = List.copyOf(data);
  }

  /// Which page is asked for.
  ///
  /// @param before only what is older than this id
  /// @param limit how many at most
  public record Ask(Optional<UUID> before, int limit) {
    static final int LIMIT_MAX = 100;
    static final int LIMIT_DEFAULT = 25;

    /// How many rows to read: one more than is shown tells whether there is a next page.
    public int rows() {
      return limit + 1;
    }
  }

  /// Makes the page from up to [Ask#rows] rows, sorted by descending id.
  public static <R, T> Page<T> of(
      Ask ask, List<R> rows, Function<R, UUID> id, Function<R, T> view) {
    if (rows.size() <= ask.limit()) {
      return new Page<>(rows.stream().map(view).toList(), null);
    }
    List<R> shown = rows.subList(0, ask.limit());
    return new Page<>(shown.stream().map(view).toList(), cursor(id.apply(shown.getLast())));
  }

  /// The same for a list that looks through no more than so many rows for those that it shows: a
  /// page may hold fewer than were asked for, or none, and still not be the last.
  ///
  /// @param searchedTo the last row that was looked at, where there may be more behind it
  public static <R, T> Page<T> searched(
      Ask ask,
      List<R> rows,
      Function<R, UUID> id,
      Function<R, T> view,
      Supplier<Optional<UUID>> searchedTo) {
    Page<T> page = of(ask, rows, id, view);
    return page.nextCursor() != null
        ? page
        : new Page<>(page.data(), searchedTo.get().map(Page::cursor).orElse(null));
  }

  static String cursor(UUID id) {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static UUID readCursor(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (bytes.length == 16) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new UUID(buffer.getLong(), buffer.getLong());
      }
    } catch (IllegalArgumentException e) {
      // Not base64: the same answer as for a wrong length.
    }
    throw new ProblemException(
        ProblemCode.REQUEST_INVALID_QUERY, "`cursor` is not a `next_cursor` of a list.", "cursor");
  }
}
