package dev.tenon.connector.http;

import java.io.Serial;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;

/// Resolves a host and shows every address to the egress policy. One refused address refuses the
/// host: an honest provider doesn't mix public and private ones.
final class CheckedDns implements DnsResolver {
  private static final Duration LOOKUP_MAX = Duration.ofSeconds(5);

  private final EgressPolicy policy;
  private final Names names;

  /// Who knows the addresses of a host name; tests answer otherwise each time.
  @FunctionalInterface
  interface Names {
    Names SYSTEM = InetAddress::getAllByName;

    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  CheckedDns(EgressPolicy policy, Names names) {
    this.policy = policy;
    this.names = names;
  }

  @Override
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    List<InetSocketAddress> checked = new ArrayList<>();
    for (InetAddress address : lookUp(host)) {
      Optional<String> refusal = policy.refusal(host, port, address);
      if (refusal.isPresent()) {
        throw new RefusedByPolicy(refusal.get());
      }
      checked.add(new InetSocketAddress(address, port));
    }
    return checked;
  }

  /// Not reached: the client asks with a port. Refuses, so that no path goes around the policy.
  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    throw new RefusedByPolicy("an address without a port can't be checked");
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  /// The system's resolver can't be interrupted, so the wait for it is bounded instead.
  private InetAddress[] lookUp(String host) throws UnknownHostException {
    var task = new FutureTask<>(() -> names.addresses(host));
    Thread.ofVirtual().name("tenon-dns").start(task);
    try {
      return task.get(LOOKUP_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException _) {
      throw new UnknownHostException("the host name does not resolve");
    } catch (TimeoutException _) {
      throw new UnknownHostException("the host name did not resolve within " + LOOKUP_MAX);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException("interrupted while resolving the host name");
    }
  }

  /// The policy's no. Its message is ours and safe to show.
  static final class RefusedByPolicy extends UnknownHostException {
    @Serial private static final long serialVersionUID = 1L;

    RefusedByPolicy(String message) {
      super(message);
    }
  }
}
