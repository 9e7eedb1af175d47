package dev.tenon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.http.Networks;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How much of bodies is held at once, and how slowly one may come.
class BodiesTest {
  private static final int BYTES_MAX = 256 * 1024;
  private static final int BODY = 100_000;

  @TempDir private Path folder;
  private final AtomicInteger bodies = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  private TestServer server(Bodies.Limits limits) {
    return new TestServer(
        folder,
        routes -> {
          routes
              .raw(
                  "POST",
                  "/bytes",
                  "Take",
                  request -> {
                    int length = request.body().length;
                    bodies.incrementAndGet();
                    request.answer(
                        200,
                        "text/plain",
                        Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
                  })
              .bodyBytesMax(200_000);
          routes
              .raw(
                  "POST",
                  "/held",
                  "Hold",
                  request -> {
                    int length = request.body().length;
                    bodies.incrementAndGet();
                    try {
                      answer.await();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                    request.answer(
                        200,
                        "text/plain",
                        Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
                  })
              .bodyBytesMax(200_000);
        },
        new HttpServer.Settings(
            "127.0.0.1",
            0,
            Duration.ofSeconds(5),
            Optional.empty(),
            Networks.NONE,
            Optional.empty(),
            limits));
  }

  private static Bodies.Limits patient() {
    return Bodies.Limits.DEFAULT.withBytesMax(BYTES_MAX);
  }

  @Test
  void readsBodiesOfEverySize() {
    try (TestServer server = server(patient())) {
      for (int size : List.of(1, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 65_537, 200_000)) {
        HttpResponse<String> taken = server.call("POST", "/bytes", "", "x".repeat(size));
        assertThat(taken.body()).isEqualTo(Integer.toString(size));
      }
      assertThat(server.call("POST", "/bytes", "", "x".repeat(200_001)).statusCode())
          .isEqualTo(413);
    }
  }

  @Test
  void whatAllRequestsHoldIsBoundedUntilTheyAreAnswered() throws Exception {
    try (TestServer server = server(patient())) {
      List<Thread> holding = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        holding.add(
            Thread.startVirtualThread(
                () -> {
                  HttpResponse<String> held = server.call("POST", "/held", "", "x".repeat(BODY));
                  assertThat(held.statusCode()).isEqualTo(200);
                }));
      }
      while (bodies.get() < 2) {
        Thread.onSpinWait();
      }
      HttpResponse<String> refused = server.call("POST", "/bytes", "", "x".repeat(BODY));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("server.busy");
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(server.call("POST", "/bytes", "", "small").statusCode())
          .as("there is room for a small one")
          .isEqualTo(200);

      answer.countDown();
      for (Thread thread : holding) {
        thread.join();
      }
      for (int i = 0; i < 10; i++) {
        assertThat(server.call("POST", "/bytes", "", "x".repeat(BODY)).statusCode())
            .as("nothing stays counted, whether answered or refused")
            .isEqualTo(200);
      }
    }
  }

  @Test
  void whoOnlyAnnouncesMuchHoldsLittle() throws Exception {
    try (TestServer server = server(patient())) {
      List<Socket> idle = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        Socket socket = socket(server);
        begin(socket.getOutputStream(), 200_000);
        idle.add(socket);
      }
      assertThat(server.call("POST", "/bytes", "", "x".repeat(50_000)).statusCode()).isEqualTo(200);
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  @Test
  void oneThatDripsIsCutOff() throws Exception {
    var limits = new Bodies.Limits(BYTES_MAX, Duration.ofMillis(200), 32 * 1024);
    try (TestServer server = server(limits);
        Socket socket = socket(server)) {
      begin(socket.getOutputStream(), 100_000);
      int sent = 0;
      // Never silent, so that no pause ends it: only its pace does.
      while (socket.getInputStream().available() == 0 && sent < 100_000) {
        socket.getOutputStream().write('x');
        sent++;
        Thread.onSpinWait();
        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
      }
      String said = read(socket);
      assertThat(said).startsWith("HTTP/1.1 408 ").contains("request.timeout");
      assertThat(sent).isLessThan(50_000);
    }
  }

  @Test
  void oneThatFallsSilentIsCutOff() throws Exception {
    var limits = new Bodies.Limits(BYTES_MAX, Duration.ofMillis(200), 32 * 1024);
    try (TestServer server = server(limits);
        Socket socket = socket(server)) {
      begin(socket.getOutputStream(), 100_000);
      assertThat(read(socket)).as("closed without an answer").isEmpty();
      assertThat(server.call("POST", "/bytes", "", "next").statusCode()).isEqualTo(200);
    }
  }

  /// What follows a body that was refused is no request, whatever it looks like.
  @Test
  void theRestOfARefusedBodyIsNotTheNextRequest() throws Exception {
    try (TestServer server = server(patient());
        Socket socket = socket(server)) {
      String next = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
      socket
          .getOutputStream()
          .write(
              "POST /bytes HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n\r\n%s"
                  .formatted(next.repeat(10))
                  .getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      String said = read(socket);
      assertThat(said).startsWith("HTTP/1.1 413 ").doesNotContain("\"status\":\"ok\"");
    }
  }

  @Test
  void aConnectionIsUsedAgainAfterABodyWasRead() throws Exception {
    try (TestServer server = server(patient());
        Socket socket = socket(server)) {
      for (int i = 0; i < 3; i++) {
        socket
            .getOutputStream()
            .write(
                "POST /bytes HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
                    .getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[15];
        assertThat(socket.getInputStream().readNBytes(answer, 0, 15)).isEqualTo(15);
        assertThat(new String(answer, StandardCharsets.US_ASCII)).startsWith("HTTP/1.1 200 OK");
        socket.getInputStream().skipNBytes(socket.getInputStream().available());
      }
    }
  }

  private static Socket socket(TestServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void begin(OutputStream out, int length) throws IOException {
    out.write(
        "POST /bytes HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\nx"
            .formatted(length)
            .getBytes(StandardCharsets.US_ASCII));
  }

  /// To the end of the connection, which is there when the server closed it.
  private static String read(Socket socket) {
    var said = new StringBuilder();
    byte[] bytes = new byte[4096];
    try {
      for (int n = socket.getInputStream().read(bytes);
          n >= 0;
          n = socket.getInputStream().read(bytes)) {
        said.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("not closed; it said: " + said, e);
    } catch (IOException e) {
      // Reset: what was sent after its answer was not read.
    }
    return said.toString();
  }
}
