package dev.tenon.connector.email;

import java.util.Comparator;
import java.util.List;

/// In which order one message tries the connections of its route: by priority, and among those of
/// one priority by chance in proportion to their weights, where the message's id is the chance.
///
/// It is a pure function of route and id (weighted rendezvous hashing): the same on every node and
/// at every attempt, so a message that comes back goes on where it stopped. A connection that is
/// spared is passed over by the router, and its share falls to the others of its priority in
/// proportion to their weights, while all other messages keep theirs. A changed weight moves only
/// as many messages as it has to.
public final class RouteOrder {
  /// The greatest weight.
  public static final int WEIGHT_MAX = 1_000;

  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private RouteOrder() {}

  /// A connection's place on a route.
  ///
  /// @param connection its id or name, unique on the route, and the same on every node
  /// @param priority the lowest is tried first
  /// @param weight its share among those of its priority: 1 to [#WEIGHT_MAX]
  public record Place(String connection, int priority, int weight) {
    public Place {
      if (weight < 1 || weight > WEIGHT_MAX) {
        throw new IllegalArgumentException("a weight is 1 to 1000, and not " + weight);
      }
    }
  }

  /// The connections of a route in the order in which a message tries them.
  public static List<String> of(List<Place> route, String message) {
    return route.stream()
        .map(place -> new Drawn(place, draw(place, message)))
        .sorted(
            Comparator.comparingInt((Drawn one) -> one.place().priority())
                .thenComparingDouble(Drawn::time))
        .map(one -> one.place().connection())
        .toList();
  }

  private record Drawn(Place place, double time) {}

  /// When it would come, if each came at a rate that is its weight: the first to come is each of
  /// them in proportion to its weight.
  private static double draw(Place place, String message) {
    long bits = mixed(hash(hash(FNV_BASIS, message), '\n' + place.connection()));
    double chance = ((bits >>> 11) + 0.5) * 0x1.0p-53;
    return -Math.log(chance) / place.weight();
  }

  private static long hash(long from, String text) {
    long hash = from;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }

  /// Ids of one second differ in few bits; after this every bit of them counts (the finalizer of
  /// MurmurHash3, which is in the public domain).
  private static long mixed(long hash) {
    long bits = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    bits = (bits ^ (bits >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return bits ^ (bits >>> 33);
  }
}
