package dev.tenon.client;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The entries of a list, each page asked for when the one before is used up.
final class Entries<T> implements Iterator<T> {
  private final Pages<T> pages;
  private final Queue<T> waiting = new ArrayDeque<>();
  private @Nullable String cursor;
  private boolean ended;

  /// Asks for a page.
  interface Pages<T> {
    /// The one that the cursor of the page before names; null asks for the first.
    Page<T> after(@Nullable String cursor);
  }

  private Entries(Pages<T> pages) {
    this.pages = pages;
  }

  static <T> Stream<T> stream(Pages<T> pages) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new Entries<>(pages), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public boolean hasNext() {
    // A page may be empty and yet not the last.
    while (waiting.isEmpty() && !ended) {
      Page<T> page = pages.after(cursor);
      waiting.addAll(page.data());
      cursor = page.nextCursor();
      ended = cursor == null;
    }
    return !waiting.isEmpty();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return waiting.remove();
  }
}
