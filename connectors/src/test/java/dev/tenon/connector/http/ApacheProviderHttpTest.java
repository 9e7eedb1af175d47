package dev.tenon.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ApacheProviderHttpTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @Test
  void answersWithStatusHeadersAndBody() {
    RawServer.Script script =
        socket ->
            RawServer.write(
                socket,
                "HTTP/1.1 422 No\r\nX-Request-Id: r1\r\nX-Two: a\r\nx-two: b\r\n"
                    + "Content-Length: 5\r\n\r\nCafé");
    try (Exchange exchange = new Exchange(script)) {
      var answered = (HttpResult.Answered) exchange.post("{\"a\":\"é\"}");
      assertThat(answered.status()).isEqualTo(422);
      assertThat(answered.header("X-Request-ID")).isEqualTo("r1");
      assertThat(answered.headers().get("x-two")).containsExactly("a", "b");
      assertThat(answered.text()).isEqualTo("Café");
      String request = exchange.server.requests().getFirst();
      assertThat(request)
          .startsWith("POST /v1/x?y=1 HTTP/1.1\r\n")
          .contains("X-Key: k\r\n")
          .contains("Content-Type: application/json\r\n")
          .doesNotContain("Upgrade:", "Accept-Encoding:", "Cookie:")
          .endsWith("\r\n\r\n{\"a\":\"é\"}");
    }
  }

  @Test
  void keepsTheConnectionBetweenCalls() {
    var sockets = new ArrayList<Socket>();
    try (RawServer server = serving(sockets);
        ApacheProviderHttp http = open(server)) {
      for (int i = 0; i < 3; i++) {
        assertThat(http.call(HttpCall.get(server.uri("/"), Map.of())))
            .isInstanceOf(HttpResult.Answered.class);
      }
      assertThat(sockets).hasSize(1);
    }
  }

  private static RawServer serving(List<Socket> sockets) {
    RawServer[] self = new RawServer[1];
    self[0] =
        new RawServer(
            socket -> {
              sockets.add(socket);
              while (true) {
                self[0].readRequest(socket);
                RawServer.write(socket, OK);
              }
            });
    return self[0];
  }

  @Test
  void tellsARefusedConnectionAsNotSent() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    URI uri = URI.create("http://127.0.0.1:" + port + "/");
    try (ApacheProviderHttp http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(uri)))) {
      assertThat(http.call(HttpCall.get(uri, Map.of())))
          .isEqualTo(new HttpResult.NotSent("the connection was refused"));
    }
  }

  @Test
  void tellsAnUnknownNameAsNotSent() {
    URI uri = URI.create("http://does-not-exist.invalid/");
    try (ApacheProviderHttp http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(uri)))) {
      assertThat(http.call(HttpCall.get(uri, Map.of())))
          .isEqualTo(new HttpResult.NotSent("the host name does not resolve"));
    }
  }

  @Test
  void tellsAFailedTlsHandshakeAsNotSent() {
    try (RawServer server = new RawServer(socket -> RawServer.write(socket, "no TLS here\r\n"))) {
      URI uri = URI.create(server.uri("/").toString().replace("http:", "https:"));
      try (ApacheProviderHttp http = new ApacheProviderHttp(EgressPolicy.allowing(List.of(uri)))) {
        assertThat(http.call(HttpCall.get(uri, Map.of())))
            .isEqualTo(new HttpResult.NotSent("TLS failed"));
      }
    }
  }

  @Test
  void tellsAWriteThatBreaksAsNotSent() {
    // Larger than every buffer on the way, so that the write is under way when the peer resets.
    String body = "x".repeat(32 * 1024 * 1024);
    RawServer.Script script =
        socket -> {
          socket.getInputStream().readNBytes(1000);
          socket.setSoLinger(true, 0);
        };
    try (RawServer server = new RawServer(script);
        ApacheProviderHttp http = open(server)) {
      assertThat(http.call(post(server, body))).isInstanceOf(HttpResult.NotSent.class);
    }
  }

  @Test
  void tellsACloseAfterTheRequestAsMaybeSent() {
    try (Exchange exchange = new Exchange(_ -> {})) {
      assertThat(exchange.post("{}"))
          .isEqualTo(new HttpResult.MaybeSent("the connection closed without an answer"));
    }
  }

  @Test
  void tellsAResetAfterTheRequestAsMaybeSent() {
    try (Exchange exchange = new Exchange(socket -> socket.setSoLinger(true, 0))) {
      assertThat(exchange.post("{}")).isInstanceOf(HttpResult.MaybeSent.class);
    }
  }

  @Test
  void tellsASilentProviderAsMaybeSent() {
    try (Exchange exchange = new Exchange(ApacheProviderHttpTest::untilTheClientLeaves)) {
      assertThat(exchange.call(post(exchange.server, "{}").within(Duration.ofSeconds(2))))
          .isInstanceOf(HttpResult.MaybeSent.class);
    }
  }

  @Test
  void endsATricklingAnswerAtTheDeadline() {
    RawServer.Script script =
        socket -> {
          RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
          socket.setSoTimeout(50);
          while (true) {
            RawServer.write(socket, ".");
            try {
              if (socket.getInputStream().read() < 0) {
                return;
              }
            } catch (java.net.SocketTimeoutException _) {
              // Waited a moment without a sleep: go on dripping.
            }
          }
        };
    try (Exchange exchange = new Exchange(script)) {
      long start = System.nanoTime();
      HttpResult result = exchange.call(post(exchange.server, "{}").within(Duration.ofSeconds(2)));
      assertThat(result).isEqualTo(new HttpResult.MaybeSent("no answer within PT2S"));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void tellsAnAnswerCutShortAsMaybeSent() {
    RawServer.Script script =
        socket -> RawServer.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    try (Exchange exchange = new Exchange(script)) {
      assertThat(exchange.post("{}"))
          .isEqualTo(new HttpResult.MaybeSent("the answer was cut short"));
    }
  }

  @Test
  void readsNoAnswerBeyondTheBound() {
    String announced = "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n" + "x".repeat(0x100001);
    String chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n"
            + "x".repeat(0x100001)
            + "\r\n0\r\n\r\n";
    for (String answer : List.of(announced, chunked)) {
      try (Exchange exchange = new Exchange(socket -> RawServer.write(socket, answer))) {
        assertThat(exchange.post("{}"))
            .isEqualTo(
                new HttpResult.TooLong("the answer with status 200 is longer than 1048576 bytes"));
      }
    }
  }

  @Test
  void followsNoRedirectAndKeepsNoCookie() {
    RawServer.Script script =
        socket ->
            RawServer.write(
                socket,
                "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nSet-Cookie: a=b\r\n"
                    + "Content-Length: 0\r\n\r\n");
    try (Exchange exchange = new Exchange(script)) {
      assertThat(((HttpResult.Answered) exchange.post("{}")).status()).isEqualTo(302);
      exchange.server.awaitClosed();
      assertThat(((HttpResult.Answered) exchange.post("{}")).status()).isEqualTo(302);
      assertThat(exchange.server.requests())
          .hasSize(2)
          .noneMatch(request -> request.contains("/elsewhere") || request.contains("Cookie"));
    }
  }

  @Test
  void leavesAKeptConnectionThatTheProviderClosed() {
    RawServer.Script script = socket -> RawServer.write(socket, OK);
    try (Exchange exchange = new Exchange(script)) {
      for (int i = 0; i < 5; i++) {
        assertThat(exchange.post("{}")).isInstanceOf(HttpResult.Answered.class);
        exchange.server.awaitClosed();
      }
    }
  }

  @Test
  void repeatsNothingWhenTheProviderIsBusy() {
    RawServer.Script script =
        socket ->
            RawServer.write(
                socket, "HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n");
    try (Exchange exchange = new Exchange(script)) {
      assertThat(((HttpResult.Answered) exchange.post("{}")).status()).isEqualTo(503);
      assertThat(exchange.server.requests()).hasSize(1);
    }
  }

  @Test
  void sendsNoHeaderThatHoldsALineBreak() {
    try (Exchange exchange = new Exchange(_ -> {})) {
      HttpCall call = HttpCall.get(exchange.server.uri("/"), Map.of("X-A", "a\r\nX-B: b"));
      assertThat(exchange.call(call)).isInstanceOf(HttpResult.NotSent.class);
      assertThat(exchange.server.requests()).isEmpty();
    }
  }

  @Test
  void tellsTheObserverHowEachCallEnded() {
    List<String> heard = new ArrayList<>();
    CallObserver observer =
        (method, host, status, reason, took) -> {
          assertThat(took).isPositive();
          heard.add(method + " " + host + " " + status + " " + reason);
        };
    RawServer.Script script = socket -> RawServer.write(socket, OK);
    try (RawServer server = new RawServer(script);
        ApacheProviderHttp http =
            new ApacheProviderHttp(
                EgressPolicy.allowing(List.of(server.uri("/"))),
                ApacheProviderHttp.Limits.DEFAULT,
                observer)) {
      http.call(HttpCall.get(server.uri("/secret?token=1"), Map.of()));
      http.call(HttpCall.get(URI.create("http://10.0.0.1/"), Map.of()));
    }
    assertThat(heard)
        .containsExactly(
            "GET 127.0.0.1 200 ", "GET 10.0.0.1 0 the origin is not among the allowed ones");
  }

  private static void untilTheClientLeaves(Socket socket) throws IOException {
    int ignored = socket.getInputStream().read();
    assertThat(ignored).isNegative();
  }

  private static ApacheProviderHttp open(RawServer server) {
    return new ApacheProviderHttp(EgressPolicy.allowing(List.of(server.uri("/"))));
  }

  private static HttpCall post(RawServer server, String body) {
    return HttpCall.post(
        server.uri("/v1/x?y=1"),
        Map.of("X-Key", "k", "Content-Type", "application/json"),
        body.getBytes(StandardCharsets.UTF_8));
  }

  /// A server that reads one request whole, then follows the script, and a client for it.
  private static final class Exchange implements AutoCloseable {
    private final RawServer server;
    private final ApacheProviderHttp http;

    Exchange(RawServer.Script afterTheRequest) {
      RawServer[] self = new RawServer[1];
      self[0] =
          new RawServer(
              socket -> {
                self[0].readRequest(socket);
                afterTheRequest.serve(socket);
              });
      server = self[0];
      http = open(server);
    }

    HttpResult post(String body) {
      return call(ApacheProviderHttpTest.post(server, body));
    }

    HttpResult call(HttpCall call) {
      return http.call(call);
    }

    @Override
    public void close() {
      http.close();
      server.close();
    }
  }
}
