package dev.tenon.work;

/// What is written down of a fault, for people: at most [#CHARS_MAX] characters, and none that
/// PostgreSQL refuses. A text that can't be stored would turn one fault into an endless loop: its
/// failure could never be counted.
public final class FaultText {
  public static final int CHARS_MAX = 500;

  private FaultText() {}

  /// The kind and the message of what lies at the bottom of `fault`.
  public static String of(Throwable fault) {
    Throwable root = fault;
    // A cause may name itself through another one; nothing sensible is this deep.
    for (int depth = 0; depth < 50 && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    return storable(root.getClass().getSimpleName() + ": " + root.getMessage());
  }

  /// `text` so that it can be stored: U+0000 becomes a question mark, and what is too long is cut
  /// between two characters.
  public static String storable(String text) {
    String whole = text.replace('\u0000', '?');
    if (whole.length() <= CHARS_MAX) {
      return whole;
    }
    boolean inPair = Character.isHighSurrogate(whole.charAt(CHARS_MAX - 1));
    return whole.substring(0, inPair ? CHARS_MAX - 1 : CHARS_MAX);
  }
}
