package dev.tenon.connector.http;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// What an operator opens in his own network although it is not public.
///
/// @param hosts names in lower case
/// @param networks networks and single addresses
public record PrivatePlaces(Set<String> hosts, Networks networks) {
  /// Nothing is open.
  public static final PrivatePlaces NONE = new PrivatePlaces(Set.of(), Networks.NONE);

  public PrivatePlaces {
    hosts = Set.copyOf(hosts);
  }

  /// Reads hosts, addresses and networks. Throws [IllegalArgumentException], naming what is none of
  /// them.
  public static PrivatePlaces parse(List<String> texts) {
    Set<String> hosts = new TreeSet<>();
    List<String> networks = new ArrayList<>();
    for (String text : texts) {
      String place = text.strip().toLowerCase(Locale.ROOT);
      if (place.matches("[a-z]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*")) {
        hosts.add(place);
      } else {
        networks.add(place);
      }
    }
    return new PrivatePlaces(hosts, Networks.parse(networks));
  }

  /// Whether `host`, as it stands in a URL, is opened itself: by its name, or as an address.
  boolean names(String host) {
    if (hosts.contains(host)) {
      return true;
    }
    try {
      return networks.contains(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
