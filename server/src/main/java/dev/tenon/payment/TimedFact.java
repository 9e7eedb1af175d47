package dev.tenon.payment;

import java.util.Map;

/// A fact about an object, as far as it must be known to tell which of several is the newest.
///
/// @param <F> the kind of fact itself
interface TimedFact<F extends TimedFact<F>> {
  /// How the ids of facts begin that were not sent, but fetched.
  String FETCHED = "fetched_";

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

  /// The fact without what is only shown.
  F lean();

  /// Whether it is the object as it was when Stripe was asked. That is dated earlier than it was,
  /// so it comes after all that happened in its second.
  default boolean fetched() {
    return event().startsWith(FETCHED);
  }

  /// What it left in a field.
  default String left(String field) {
    return after().getOrDefault(field, Trace.GONE);
  }
}
