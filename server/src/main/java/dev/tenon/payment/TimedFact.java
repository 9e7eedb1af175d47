package dev.tenon.payment;

import java.util.Map;

/// A fact about an object, as far as it must be known to tell which of several is the newest.
interface TimedFact {

  /// The provider's id of the event.
  String event();

  /// When it was created, in unix seconds: the finest that Stripe tells.
  long second();

  /// Whether it told of the creation, which comes before all others.
  boolean first();

  /// Whether nothing comes after it.
  boolean isFinal();

  /// How far in an object's life it is, where nothing else tells.
  int rank();

  /// What it calls previous; empty when it says nothing of it (see [Trace]).
  Map<String, String> before();

  /// The same fields as it left them.
  Map<String, String> after();

  /// Whether `later` says that it found things as this fact left them. A fact that calls nothing
  /// previous says nothing.
  default boolean precedes(TimedFact later) {
    if (first() != later.first()) {
      return first();
    }
    boolean compared = false;
    for (Map.Entry<String, String> field : later.before().entrySet()) {
      String left = after().get(field.getKey());
      if (left != null) {
        if (!left.equals(field.getValue())) {
          return false;
        }
        compared = true;
      }
    }
    return compared;
  }
}
