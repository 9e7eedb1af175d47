package dev.tenon.client;

import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where a tenant's events go.
public final class Endpoints {
  private final Caller caller;

  Endpoints(Caller caller) {
    this.caller = caller;
  }

  /// Makes an endpoint. The answer holds its secret, this once.
  public Endpoint create(NewEndpoint endpoint) {
    return caller.one(Endpoint.class, Call.CREATE_ENDPOINT, endpoint);
  }

  public Endpoint get(String endpoint) {
    return caller.one(Endpoint.class, Call.GET_ENDPOINT, null, endpoint);
  }

  public Endpoint update(String endpoint, EndpointChange change) {
    return caller.one(Endpoint.class, Call.UPDATE_ENDPOINT, change, endpoint);
  }

  public void delete(String endpoint) {
    caller.nothing(Call.DELETE_ENDPOINT, endpoint);
  }

  /// Enables it; what was held for it is then sent.
  public Endpoint enable(String endpoint) {
    return caller.one(Endpoint.class, Call.ENABLE_ENDPOINT, null, endpoint);
  }

  /// Disables it: what waits for it is held.
  public Endpoint disable(String endpoint, String reason) {
    return caller.one(Endpoint.class, Call.DISABLE_ENDPOINT, new EndpointEnd(reason), endpoint);
  }

  /// Makes a new key to sign with; the answer holds its secret, this once. The older ones sign too
  /// for a while.
  public Endpoint rotateSecret(String endpoint, NewSecret secret) {
    return caller.one(Endpoint.class, Call.ROTATE_ENDPOINT_SECRET, secret, endpoint);
  }

  /// Sends the event `endpoint.test` to it; answers the event's id.
  public String test(String endpoint) {
    return caller.one(TestSent.class, Call.TEST_ENDPOINT, null, endpoint).event();
  }

  /// All, newest first, page by page as the stream gets there.
  public Stream<Endpoint> list() {
    return caller.all(Endpoint.class, Call.LIST_ENDPOINTS, Map.of());
  }

  /// One page.
  ///
  /// @param cursor of the page before; null for the first one
  public Page<Endpoint> page(@Nullable String cursor, int limit) {
    return caller.page(Endpoint.class, Call.LIST_ENDPOINTS, Map.of(), cursor, limit);
  }
}
