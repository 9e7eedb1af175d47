package dev.tenon.sandbox;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Applies faults to the provider's API, around whatever the simulator does.
final class FaultFilter implements Filter {
  private final Simulator simulator;
  private final Faults faults;
  private final CountDownLatch stopping = new CountDownLatch(1);

  FaultFilter(Simulator simulator, Faults faults) {
    this.simulator = simulator;
    this.faults = faults;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    String path = request.path().path();
    if (!simulator.isProviderApi(path)) {
      chain.proceed();
      return;
    }
    faults.take(Fault.Kind.LATENCY, path).ifPresent(fault -> hold(fault.duration()));
    if (faults.take(Fault.Kind.RESET, path).isPresent()) {
      throw new CloseConnectionException("reset injected by the sandbox");
    }
    Optional<Fault> status = faults.take(Fault.Kind.STATUS, path);
    if (status.isPresent()) {
      int code = status.get().status();
      // Read first: an answer before the end of the body looks like a reset to some clients.
      Json.body(request);
      response.status(code).header(HeaderNames.CONTENT_TYPE, "application/json");
      response.send(simulator.faultBody(code).getBytes(StandardCharsets.UTF_8));
      return;
    }
    faults
        .take(Fault.Kind.TIME_OUT_AFTER_ACCEPTING, path)
        .ifPresent(
            fault ->
                response.beforeSend(
                    () -> {
                      hold(fault.duration());
                      throw new CloseConnectionException("time-out injected by the sandbox");
                    }));
    chain.proceed();
  }

  /// Ends all waits, so that stopping takes no longer than it must.
  void release() {
    stopping.countDown();
  }

  private void hold(Duration duration) {
    try {
      // True only when the sandbox stops early; the wait is over in both cases.
      boolean _ = stopping.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
