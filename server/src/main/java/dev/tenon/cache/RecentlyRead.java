package dev.tenon.cache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// Remembers for a short while what was read, so that a hot path asks the database once per key and
/// period instead of once per request.
///
/// Many callers of one key wait for one read. Between nodes, a change is seen when the period ends.
/// That a key is absent is remembered only where that was asked for, and apart from the rest: who
/// makes keys up must not push out those that exist.
///
/// @param <K> what is asked for
/// @param <V> what is remembered; immutable, since all callers share it
public final class RecentlyRead<K, V> {
  private final InstantSource clock;
  private final long periodMillis;
  private final int sizeMax;
  private final ConcurrentHashMap<K, Slot<V>> slots = new ConcurrentHashMap<>();
  private final AbsentKeys<K> absent;

  /// Reads what is not remembered.
  @FunctionalInterface
  public interface Read<K, V> {
    /// What is under `key`, or empty.
    ///
    /// @param known whether it was there a period ago: not what anybody could have made up
    Optional<V> read(K key, boolean known);
  }

  /// Remembers at most `sizeMax` values, each for `period`. What is absent is not remembered: a
  /// thing that was just made on another node is found at once.
  public RecentlyRead(InstantSource clock, Duration period, int sizeMax) {
    this(clock, period, sizeMax, Duration.ZERO);
  }

  /// As above, and remembers for `absentFor` that a key is absent, of at most `sizeMax` keys.
  public RecentlyRead(InstantSource clock, Duration period, int sizeMax, Duration absentFor) {
    this.clock = clock;
    this.periodMillis = period.toMillis();
    this.sizeMax = sizeMax;
    this.absent = new AbsentKeys<>(absentFor.toMillis(), sizeMax);
  }

  /// What is remembered under `key`, or what `read` finds now.
  public Optional<V> get(K key, Function<K, Optional<V>> read) {
    return get(key, (asked, _) -> read.apply(asked));
  }

  /// What is remembered under `key`, or what `read` finds now.
  public Optional<V> get(K key, Read<K, V> read) {
    Slot<V> slot = slots.get(key);
    if (slot == null) {
      if (absent.contains(key, clock.millis())) {
        return Optional.empty();
      }
      if (slots.size() >= sizeMax) {
        shrink();
      }
      slot = slots.computeIfAbsent(key, _ -> new Slot<>());
    }
    Held<V> held = slot.held;
    if (held.until > clock.millis()) {
      return held.value;
    }
    slot.lock.lock();
    try {
      held = slot.held;
      if (held.until > clock.millis()) {
        return held.value;
      }
      boolean known = held.value.isPresent();
      if (!known && absent.contains(key, clock.millis())) {
        // Another caller of this slot has just found that out.
        return Optional.empty();
      }
      Optional<V> value = read.read(key, known);
      if (value.isPresent()) {
        slot.held = new Held<>(value, clock.millis() + periodMillis);
      } else {
        absent.add(key, clock.millis());
        slots.remove(key, slot);
      }
      return value;
    } finally {
      slot.lock.unlock();
    }
  }

  /// Forgets `key`, also for a read that is under way.
  public void forget(K key) {
    slots.remove(key);
    absent.remove(key);
  }

  /// Drops what has expired, and any eighth where that is not enough.
  private void shrink() {
    long now = clock.millis();
    slots.values().removeIf(slot -> slot.held.until <= now);
    int target = sizeMax - Math.max(1, sizeMax / 8);
    var keys = slots.keySet().iterator();
    while (slots.size() > target && keys.hasNext()) {
      keys.next();
      keys.remove();
    }
  }

  private record Held<V>(Optional<V> value, long until) {}

  private static final class Slot<V> {
    final ReentrantLock lock = new ReentrantLock();
    volatile Held<V> held = new Held<>(Optional.empty(), Long.MIN_VALUE);
  }
}
