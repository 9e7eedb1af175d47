package dev.tenon.cache;

import java.util.concurrent.ConcurrentHashMap;

/// Keys that were looked up and are not there, each for a short while. Bounded: two halves, of
/// which the older one is dropped whole when the younger is full, so that a flood of keys costs no
/// sweeping.
final class AbsentKeys<K> {
  private final long periodMillis;
  private final int halfMax;
  private volatile ConcurrentHashMap<K, Long> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<K, Long> old = new ConcurrentHashMap<>();

  /// Remembers nothing where `periodMillis` is 0.
  AbsentKeys(long periodMillis, int sizeMax) {
    this.periodMillis = periodMillis;
    this.halfMax = Math.max(1, sizeMax / 2);
  }

  boolean contains(K key, long nowMillis) {
    if (periodMillis == 0) {
      return false;
    }
    Long until = young.get(key);
    if (until == null) {
      until = old.get(key);
    }
    return until != null && until > nowMillis;
  }

  void add(K key, long nowMillis) {
    if (periodMillis > 0) {
      if (young.size() >= halfMax) {
        turn();
      }
      young.put(key, nowMillis + periodMillis);
    }
  }

  private synchronized void turn() {
    if (young.size() >= halfMax) {
      old = young;
      young = new ConcurrentHashMap<>();
    }
  }

  void remove(K key) {
    young.remove(key);
    old.remove(key);
  }

  /// How many are held.
  int size() {
    return young.size() + old.size();
  }
}
