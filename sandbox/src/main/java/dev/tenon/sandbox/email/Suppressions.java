package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The addresses to which a provider no longer sends, with why. The oldest are forgotten past
/// [#ADDRESSES_MAX].
final class Suppressions {
  static final int ADDRESSES_MAX = 10_000;
  private static final String KEY = "suppressed/";

  private final Journal journal;
  private final Map<String, Happening> entries = new LinkedHashMap<>();

  /// Takes back what an earlier run kept.
  Suppressions(Journal journal) {
    this.journal = journal;
    journal
        .take(KEY)
        .forEach(
            (address, json) ->
                Happening.find(json.path("reason").asString())
                    .ifPresent(reason -> entries.put(address, reason)));
  }

  synchronized Optional<Happening> find(String address) {
    return Optional.ofNullable(entries.get(address));
  }

  /// The first reason stays.
  synchronized void add(String address, Happening reason) {
    if (entries.putIfAbsent(address, reason) == null) {
      journal.put(KEY + address, Json.object().put("reason", reason.word()));
    }
    if (entries.size() > ADDRESSES_MAX) {
      remove(entries.keySet().iterator().next());
    }
  }

  /// Lets an address go, and says whether it was there.
  synchronized boolean remove(String address) {
    if (entries.remove(address) == null) {
      return false;
    }
    journal.remove(KEY + address);
    return true;
  }

  synchronized Map<String, Happening> list() {
    return new LinkedHashMap<>(entries);
  }
}
