package dev.tenon.config;

import java.util.Collection;

/// Finds what somebody probably meant.
final class NearestName {
  private NearestName() {}

  /// The candidate with the fewest changed letters; empty when none is near. A wrong section with
  /// the right key counts as near too.
  static String of(String name, Collection<String> candidates) {
    String best = "";
    int least = Math.max(2, name.length() / 4) + 1;
    String last = name.substring(name.lastIndexOf('.') + 1);
    for (String candidate : candidates) {
      int distance = distance(name, candidate);
      if (candidate.endsWith("." + last)) {
        distance = Math.min(distance, 2);
      }
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return best;
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + change);
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
