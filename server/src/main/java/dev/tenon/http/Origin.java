package dev.tenon.http;

import dev.tenon.connector.http.Networks;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// Where a request really came from, as far as it can be believed.
///
/// @param client the other end, or what the trusted proxies say stood before them
/// @param local whether the other end is on this machine and speaks for nobody else
/// @param closed whether nobody on the way could read it: it came over TLS, from this machine, or
///   through a trusted proxy that says it took it over TLS. One that speaks for somebody and
///   doesn't say how he came may have taken it in the open
record Origin(InetAddress client, boolean local, boolean closed) {
  private static final HeaderName PROTOCOL = HeaderNames.X_FORWARDED_PROTO;
  private static final int HOPS_MAX = 32;

  static Origin of(ServerRequest request, Networks trusted, boolean tls) {
    InetAddress peer =
        request.remotePeer().address() instanceof InetSocketAddress socket
                && socket.getAddress() != null
            ? socket.getAddress()
            : InetAddress.ofLiteral("0.0.0.0");
    boolean forwarded =
        request.headers().contains(HeaderNames.X_FORWARDED_FOR)
            || request.headers().contains(HeaderNames.FORWARDED);
    boolean loopback = peer.isLoopbackAddress();
    if (!trusted.contains(peer)) {
      return new Origin(peer, loopback && !forwarded, tls || loopback);
    }
    Optional<String> protocol = request.headers().first(PROTOCOL);
    boolean closed =
        (forwarded || protocol.isPresent())
            ? protocol.map(String::strip).filter("https"::equalsIgnoreCase).isPresent()
            : tls || loopback;
    return new Origin(
        forwarded ? beforeProxies(request, peer, trusted) : peer, loopback && !forwarded, closed);
  }

  /// The nearest address that is no trusted proxy: whatever stands left of it was written by
  /// whoever sent it and proves nothing.
  private static InetAddress beforeProxies(
      ServerRequest request, InetAddress peer, Networks trusted) {
    if (!request.headers().contains(HeaderNames.X_FORWARDED_FOR)) {
      return peer;
    }
    List<String> hops =
        request.headers().get(HeaderNames.X_FORWARDED_FOR).allValues().stream()
            .flatMap(value -> List.of(value.split(",")).stream())
            .map(String::strip)
            .toList();
    InetAddress nearest = peer;
    for (String hop : hops.reversed().stream().limit(HOPS_MAX).toList()) {
      try {
        nearest = InetAddress.ofLiteral(hop);
      } catch (IllegalArgumentException e) {
        return nearest;
      }
      if (!trusted.contains(nearest)) {
        return nearest;
      }
    }
    return nearest;
  }
}
