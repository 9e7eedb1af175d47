package dev.tenon.connector.http;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Where calls may go. It is asked twice: about the URL before anything happens, and about every
/// address that the host resolves to before one of them is connected to. The connection goes to the
/// address that was checked, so a name that changes its answer in between (DNS rebinding) gains
/// nothing.
///
/// The guard is for URLs that a tenant can name; an operator opens single origins on purpose.
public final class EgressPolicy {
  private static final Set<Integer> PUBLIC_PORTS = Set.of(443, 8443);

  private final boolean publicInternet;
  private final Set<Origin> origins;
  private final PrivatePlaces opened;

  private EgressPolicy(boolean publicInternet, Collection<URI> origins, PrivatePlaces opened) {
    this.publicInternet = publicInternet;
    this.opened = opened;
    this.origins = origins.stream().map(Origin::of).collect(Collectors.toUnmodifiableSet());
  }

  /// Only `https`, on port 443 or 8443, and only to public addresses: no loopback, private, shared,
  /// link-local, unique-local, multicast, reserved or metadata address, nor one that embeds a v4
  /// address (v4-mapped, 6to4, NAT64, Teredo).
  public static EgressPolicy publicOnly() {
    return new EgressPolicy(true, Set.of(), PrivatePlaces.NONE);
  }

  /// Only the given origins (scheme, host and port), at whatever address they resolve to, `http`
  /// included. For the sandbox on loopback.
  public static EgressPolicy allowing(Collection<URI> origins) {
    return new EgressPolicy(false, origins, PrivatePlaces.NONE);
  }

  /// Only the given origins as in [#allowing], and what a developer opened on his own machine.
  public static EgressPolicy allowing(Collection<URI> origins, PrivatePlaces opened) {
    return new EgressPolicy(false, origins, opened);
  }

  /// The public Internet as in [#publicOnly], and the given origins as in [#allowing]. For an
  /// operator whose self-hosted provider stands in the same network.
  public static EgressPolicy publicAnd(Collection<URI> origins) {
    return new EgressPolicy(true, origins, PrivatePlaces.NONE);
  }

  /// The public Internet as in [#publicOnly], and what an operator opened in his own network: a
  /// host that he named, or an address that stands in the URL, by `http` or `https` on any port; a
  /// name that resolves into one of his networks by `https` on the usual ports.
  public static EgressPolicy publicAnd(PrivatePlaces opened) {
    return new EgressPolicy(true, Set.of(), opened);
  }

  /// Why this URL may not be called, or empty when it may, as far as the URL itself tells.
  public Optional<String> refusal(URI uri) {
    String scheme = uri.getScheme();
    String host = uri.getHost();
    if (scheme == null || host == null) {
      return Optional.of("the URL has no scheme or no host name");
    }
    if (uri.getRawUserInfo() != null) {
      return Optional.of("the URL holds a user name");
    }
    if (origins.contains(Origin.of(uri))) {
      return Optional.empty();
    }
    boolean web = scheme.equalsIgnoreCase("https") || scheme.equalsIgnoreCase("http");
    if (web && opened.names(Origin.bare(host))) {
      return Optional.empty();
    }
    if (!publicInternet) {
      return Optional.of("the origin is not among the allowed ones");
    }
    if (!scheme.equalsIgnoreCase("https")) {
      return Optional.of("only https is allowed");
    }
    if (!PUBLIC_PORTS.contains(Origin.of(uri).port())) {
      return Optional.of("the port is not allowed, only 443 and 8443 are");
    }
    return looksNumeric(host) && !isPlainLiteral(host)
        ? Optional.of("the host is a number in disguise, not a name")
        : Optional.empty();
  }

  /// Why this URL may not be called, or empty when it may or its host does not resolve now: what
  /// [#refusal(URI)] tells and what the addresses tell that the host has at present. Says early
  /// what every call checks again. Takes up to five seconds.
  public Optional<String> refusalAfterLookUp(URI uri) {
    return refusalAfterLookUp(uri, CheckedDns.Names.SYSTEM);
  }

  Optional<String> refusalAfterLookUp(URI uri, CheckedDns.Names names) {
    Optional<String> refusal = refusal(uri);
    if (refusal.isPresent()) {
      return refusal;
    }
    try {
      var _ =
          new CheckedDns(this, names).resolve(Origin.bare(uri.getHost()), Origin.of(uri).port());
      return Optional.empty();
    } catch (CheckedDns.RefusedByPolicy refused) {
      return Optional.of(String.valueOf(refused.getMessage()));
    } catch (UnknownHostException _) {
      return Optional.empty();
    }
  }

  /// Why this address of `host` may not be connected to, or empty when it may.
  Optional<String> refusal(String host, int port, InetAddress address) {
    boolean named =
        origins.stream().anyMatch(origin -> origin.port() == port && origin.isHost(host));
    boolean open = opened.names(Origin.bare(host)) || opened.networks().contains(address);
    if (named || open || (publicInternet && PublicAddresses.isPublic(address))) {
      return Optional.empty();
    }
    return Optional.of("the host has an address that is not public");
  }

  /// Resolvers read `2130706433`, `0x7f000001` and `127.1` as addresses; no public suffix ends in a
  /// number, so such a host is either a plain dotted address or an attempt to hide one.
  private static boolean looksNumeric(String host) {
    String last = host.substring(host.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return !host.startsWith("[")
        && (last.isEmpty()
            || last.startsWith("0x")
            || last.chars().allMatch(digit -> digit >= '0' && digit <= '9'));
  }

  private static boolean isPlainLiteral(String host) {
    try {
      return InetAddress.ofLiteral(host).getHostAddress().equals(host);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private record Origin(String scheme, String host, int port) {
    static Origin of(URI uri) {
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      String host = bare(String.valueOf(uri.getHost()));
      int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
      return new Origin(scheme, host, port);
    }

    boolean isHost(String other) {
      return host.equals(bare(other));
    }

    /// Lower-case and without the brackets of a v6 literal, which only some callers pass.
    static String bare(String host) {
      String lower = host.toLowerCase(Locale.ROOT);
      return lower.startsWith("[") ? lower.substring(1, lower.length() - 1) : lower;
    }
  }
}
