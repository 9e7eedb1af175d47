package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The addresses to which a provider no longer sends, with why. The oldest are forgotten past
/// [#ADDRESSES_MAX].
final class Suppressions {
  static final int ADDRESSES_MAX = 10_000;
  private static final String KEY = "suppressed/";

  private final Journal journal;
  private final InstantSource clock;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /// Takes back what an earlier run kept.
  Suppressions(Journal journal, InstantSource clock) {
    this.journal = journal;
    this.clock = clock;
    journal
        .take(KEY)
        .forEach(
            (address, json) ->
                Happening.find(json.path("reason").asString())
                    .ifPresent(
                        reason ->
                            entries.put(
                                address,
                                new Entry(
                                    address, reason, Instant.parse(json.path("at").asString())))));
  }

  /// @param reason what brought it here; [Happening#SUPPRESSED] for "by hand"
  record Entry(String address, Happening reason, Instant at) {}

  synchronized Optional<Entry> find(String address) {
    return Optional.ofNullable(entries.get(address.toLowerCase(Locale.ROOT)));
  }

  /// The first reason stays.
  synchronized void add(String address, Happening reason) {
    String key = address.toLowerCase(Locale.ROOT);
    Entry entry = new Entry(key, reason, clock.instant());
    if (entries.putIfAbsent(key, entry) == null) {
      journal.put(
          KEY + key, Json.object().put("reason", reason.word()).put("at", entry.at().toString()));
    }
    if (entries.size() > ADDRESSES_MAX) {
      remove(entries.keySet().iterator().next());
    }
  }

  /// Lets an address go, and says whether it was there.
  synchronized boolean remove(String address) {
    String key = address.toLowerCase(Locale.ROOT);
    if (entries.remove(key) == null) {
      return false;
    }
    journal.remove(KEY + key);
    return true;
  }

  /// In the order in which they came.
  synchronized List<Entry> list() {
    return List.copyOf(entries.values());
  }
}
