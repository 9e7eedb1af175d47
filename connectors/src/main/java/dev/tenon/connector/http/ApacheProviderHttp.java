package dev.tenon.connector.http;

import java.io.IOException;
import java.io.Serial;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/// Calls over Apache HttpClient 5 with a pool of kept connections. It follows no redirect, repeats
/// nothing, keeps no cookie, asks for no compression and uses no proxy. Blocks the calling thread,
/// which is meant to be a virtual one.
///
/// How an end is told:
/// - before the request is written and flushed whole (name, address, connection, TLS, pool, a write
///   that fails): [HttpResult.NotSent];
/// - after it, without a whole answer (time-out, reset, answer cut short, and a kept connection
///   that breaks without a byte, since the provider may have read the request before it closed):
///   [HttpResult.MaybeSent];
/// - an answer longer than the bound: [HttpResult.TooLong], with the status in the reason. The
///   provider has acted, but what it said can't be trusted when cut. Where only the status counts
///   ([Limits#cut]), it is [HttpResult.Answered] with the beginning of the body.
public final class ApacheProviderHttp implements ProviderHttp {
  private static final Set<String> OURS =
      Set.of("host", "content-length", "transfer-encoding", "connection", "expect");
  private static final int HEADERS_MAX = 128;

  private final EgressPolicy policy;
  private final Limits limits;
  private final CallObserver observer;
  private final CloseableHttpClient client;
  private final ScheduledThreadPoolExecutor deadlines;

  /// Bounds that don't belong to a single call.
  ///
  /// @param connect bound for each address tried, TLS handshake included; at most the call's own
  /// @param call bound for a whole call; a call that asks for less gets that
  /// @param answerBytesMax longest answer body that is read
  /// @param cut whether a longer answer is cut and counts, rather than being no answer
  /// @param connections how many may be open at once
  /// @param connectionsPerOrigin how many of them to one origin
  public record Limits(
      Duration connect,
      Duration call,
      int answerBytesMax,
      boolean cut,
      int connections,
      int connectionsPerOrigin) {
    /// 5 seconds, 5 minutes and 1 MiB; 512 connections, 64 to one origin.
    public static final Limits DEFAULT =
        new Limits(Duration.ofSeconds(5), Duration.ofMinutes(5), 1024 * 1024, false, 512, 64);

    /// For webhooks of our own: 15 seconds, and no more of the answer than is kept. Endpoints of
    /// many tenants may be at one origin, so none has fewer connections than all together.
    ///
    /// @param connections how many calls are made at once
    public static Limits webhooks(int connections) {
      return new Limits(
          Duration.ofSeconds(5), Duration.ofSeconds(15), 8 * 1024, true, connections, connections);
    }

    /// These, with other times.
    public Limits within(Duration connect, Duration call) {
      return new Limits(connect, call, answerBytesMax, cut, connections, connectionsPerOrigin);
    }
  }

  public ApacheProviderHttp(EgressPolicy policy) {
    this(policy, Limits.DEFAULT, CallObserver.NONE);
  }

  public ApacheProviderHttp(EgressPolicy policy, Limits limits, CallObserver observer) {
    this(policy, limits, observer, CheckedDns.Names.SYSTEM);
  }

  ApacheProviderHttp(
      EgressPolicy policy, Limits limits, CallObserver observer, CheckedDns.Names names) {
    this.policy = policy;
    this.limits = limits;
    this.observer = observer;
    this.client = client(policy, limits, names);
    this.deadlines =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("tenon-call-deadlines").factory());
    deadlines.setRemoveOnCancelPolicy(true);
  }

  private static CloseableHttpClient client(
      EgressPolicy policy, Limits limits, CheckedDns.Names names) {
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(new CheckedDns(policy, names))
            .setMaxConnTotal(limits.connections())
            .setMaxConnPerRoute(limits.connectionsPerOrigin())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(limits.connect()))
                    // A kept connection is probed each time, and left before most providers
                    // close it: the millisecond is cheap beside an outcome that nobody knows.
                    .setValidateAfterInactivity(TimeValue.ZERO_MILLISECONDS)
                    .setIdleTimeout(Timeout.ofSeconds(30))
                    // Connects anew now and then, so that a changed name or policy takes hold.
                    .setTimeToLive(TimeValue.ofMinutes(5))
                    .build())
            .build();
    return HttpClientBuilder.create()
        .setConnectionManager(connections)
        .setRequestExecutor(new WrittenWatch())
        .setUserAgent("Tenon")
        .disableAutomaticRetries()
        .disableRedirectHandling()
        .disableCookieManagement()
        .disableAuthCaching()
        .disableConnectionState()
        .disableContentCompression()
        .build();
  }

  @Override
  public HttpResult call(HttpCall call) {
    long start = System.nanoTime();
    HttpResult result = bounded(call);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    String host = String.valueOf(call.uri().getHost());
    switch (result) {
      case HttpResult.Answered answered ->
          observer.ended(call.method(), host, answered.status(), "", took);
      case HttpResult.NotSent(String reason) ->
          observer.ended(call.method(), host, 0, reason, took);
      case HttpResult.MaybeSent(String reason) ->
          observer.ended(call.method(), host, 0, reason, took);
      case HttpResult.TooLong(String reason) ->
          observer.ended(call.method(), host, 0, reason, took);
    }
    return result;
  }

  private HttpResult bounded(HttpCall call) {
    Optional<String> refusal = policy.refusal(call.uri());
    if (refusal.isPresent()) {
      return new HttpResult.NotSent(refusal.get());
    }
    HttpUriRequestBase request;
    try {
      request = request(call);
    } catch (IllegalArgumentException refused) {
      return new HttpResult.NotSent(String.valueOf(refused.getMessage()));
    }
    var expired = new AtomicBoolean();
    var context = HttpClientContext.create();
    // The client's own time-outs bound single waits; this one bounds their sum, so that an answer
    // that trickles byte by byte ends as well.
    ScheduledFuture<?> deadline =
        deadlines.schedule(
            () -> {
              expired.set(true);
              request.cancel();
            },
            timeout(call).toNanos(),
            TimeUnit.NANOSECONDS);
    try {
      return client.execute(request, context, this::read);
    } catch (AnswerCut cut) {
      return cut.answer;
    } catch (AnswerTooLong tooLong) {
      return new HttpResult.TooLong(String.valueOf(tooLong.getMessage()));
    } catch (IOException | RuntimeException failure) {
      String reason = expired.get() ? "no answer within " + timeout(call) : reason(failure);
      return WrittenWatch.written(context)
          ? new HttpResult.MaybeSent(reason)
          : new HttpResult.NotSent(reason);
    } finally {
      deadline.cancel(false);
    }
  }

  private Duration timeout(HttpCall call) {
    return call.timeout().compareTo(limits.call()) < 0 ? call.timeout() : limits.call();
  }

  private HttpUriRequestBase request(HttpCall call) {
    var request = new HttpUriRequestBase(call.method(), call.uri());
    Timeout timeout = Timeout.of(timeout(call));
    request.setConfig(
        RequestConfig.custom()
            .setConnectionRequestTimeout(timeout)
            .setResponseTimeout(timeout)
            .setExpectContinueEnabled(false)
            .setProtocolUpgradeEnabled(false)
            .build());
    call.headers()
        .forEach(
            (name, values) -> {
              if (!OURS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.addHeader(name, singleLine(name, value)));
              }
            });
    boolean hasBody = call.body().length > 0;
    if (hasBody || Set.of("POST", "PUT", "PATCH").contains(call.method())) {
      // The content type is among the call's headers, so the entity names none.
      request.setEntity(new ByteArrayEntity(call.body(), null));
    }
    return request;
  }

  private static String singleLine(String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("the header " + name + " holds a line break");
    }
    return value;
  }

  private HttpResult read(ClassicHttpResponse response) throws IOException {
    Map<String, List<String>> headers = new HashMap<>();
    Header[] all = response.getHeaders();
    for (int i = 0; i < Math.min(all.length, HEADERS_MAX); i++) {
      headers
          .computeIfAbsent(all[i].getName().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(String.valueOf(all[i].getValue()));
    }
    byte[] body = body(response.getEntity(), limits.answerBytesMax());
    if (body.length > limits.answerBytesMax()) {
      // An exception makes the client drop the connection: to keep it, it would read the rest.
      if (limits.cut()) {
        byte[] begin = Arrays.copyOf(body, limits.answerBytesMax());
        throw new AnswerCut(new HttpResult.Answered(response.getCode(), headers, begin));
      }
      throw new AnswerTooLong(response.getCode(), limits.answerBytesMax());
    }
    return new HttpResult.Answered(response.getCode(), headers, body);
  }

  /// The body; one byte more than `bytesMax` when it is longer than that.
  private static byte[] body(@Nullable HttpEntity entity, int bytesMax) throws IOException {
    if (entity == null) {
      return new byte[0];
    }
    // Asked for more than is announced, a stream would begin with a buffer of 16 KB.
    long announced = entity.getContentLength();
    int expected = announced < 0 ? bytesMax : (int) Math.min(announced, bytesMax);
    return entity.getContent().readNBytes(expected + 1);
  }

  /// The provider answered more than is read.
  private static final class AnswerTooLong extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    AnswerTooLong(int status, int bytesMax) {
      super("the answer with status %d is longer than %d bytes".formatted(status, bytesMax));
    }
  }

  /// The provider answered more than is kept.
  private static final class AnswerCut extends IOException {
    @Serial private static final long serialVersionUID = 1L;
    final transient HttpResult.Answered answer;

    AnswerCut(HttpResult.Answered answer) {
      this.answer = answer;
    }
  }

  /// Words of our own: an exception's message may hold addresses, which a tenant need not learn.
  private static String reason(Exception failure) {
    return switch (failure) {
      case CheckedDns.RefusedByPolicy refused -> String.valueOf(refused.getMessage());
      case UnknownHostException _ -> "the host name does not resolve";
      case ConnectionRequestTimeoutException _ -> "no free connection";
      case org.apache.hc.client5.http.ConnectTimeoutException _ -> "connecting took too long";
      case java.net.ConnectException _ -> "the connection was refused";
      case SocketTimeoutException _ -> "waiting for bytes took too long";
      case SSLException _ -> "TLS failed";
      case org.apache.hc.core5.http.NoHttpResponseException _ ->
          "the connection closed without an answer";
      case org.apache.hc.core5.http.ConnectionClosedException _ -> "the answer was cut short";
      case java.net.SocketException _ -> "the connection broke";
      default -> "the exchange failed: " + failure.getClass().getSimpleName();
    };
  }

  @Override
  public void close() {
    deadlines.shutdownNow();
    client.close(CloseMode.GRACEFUL);
  }
}
