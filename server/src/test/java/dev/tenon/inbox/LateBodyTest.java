package dev.tenon.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.http.HttpServer;
import dev.tenon.http.Routes;
import dev.tenon.http.TestServer;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Webhooks whose bodies don't arrive in time, on a server that waits for less than a second: they
/// are among the refusals of their connection.
@SuppressWarnings("NullAway.Init")
class LateBodyTest {
  private static final Duration NOTED_MAX = Duration.ofSeconds(10);

  private TestServer server;
  private Refusals refusals;
  private TenantId tenant;
  private ConnectionId connection;
  private String key;

  @BeforeEach
  void start(@TempDir Path folder) {
    HttpServer.Settings settings = TestServer.impatient();
    server = new TestServer(folder, settings, this::declare);
    tenant = server.tenant("Acme");
    key = server.key(tenant, Scope.WEBHOOKS_READ);
    connection =
        server.database.asTenant(
            tenant,
            tx ->
                server
                    .connections
                    .create(
                        tx,
                        "stripe",
                        "Main",
                        Connection.Environment.DEVELOPMENT,
                        Map.of(),
                        Map.of("webhook_secret", Secret.of("whsec_late")))
                    .id());
  }

  private void declare(TestServer made, Routes routes) {
    refusals = new Refusals(made.database, Meters.unseen(), made.clock);
    var inbox =
        new Inbox(
            List.of(),
            new InboxWriter(
                made.database.intakeSource(),
                new Signal(),
                InboxWriter.Limits.DEFAULT,
                new InboxMeters(Meters.unseen())),
            (_, _, packed) -> packed,
            new Ids(made.clock),
            made.clock);
    InboundRoutes.declare(routes, inbox, made.connections, refusals, 200_000, made.clock);
    RefusalRoutes.declare(routes, made.database, made.connections, refusals);
  }

  @AfterEach
  void stop() {
    server.close();
    refusals.close();
  }

  @Test
  void oneThatDripsIsToldAndListed() throws Exception {
    try (Socket socket = begun()) {
      OutputStream out = socket.getOutputStream();
      int sent = 0;
      // Never silent: only its pace ends it.
      while (socket.getInputStream().available() == 0 && sent < 100_000) {
        out.write('x');
        sent++;
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(said(socket)).startsWith("HTTP/1.1 408 ").contains("request.timeout");
    }
    isListed("the body came too slowly");
  }

  @Test
  void oneThatFallsSilentIsListed() throws Exception {
    try (Socket socket = begun()) {
      assertThat(said(socket)).as("closed without an answer").isEmpty();
    }
    isListed("fell silent");
  }

  /// One who fell silent sees the end of his connection a moment before it is noted.
  private void isListed(String detail) {
    long began = System.nanoTime();
    JsonNode listed = listed();
    while (listed.isEmpty() && System.nanoTime() - began < NOTED_MAX.toNanos()) {
      listed = listed();
    }
    assertThat(listed.size()).as("%s", listed).isEqualTo(1);
    JsonNode one = listed.get(0);
    assertThat(one.get("reason").asString()).isEqualTo("too_slow");
    assertThat(one.get("status").asInt()).isEqualTo(408);
    assertThat(one.get("count").asLong()).isEqualTo(1);
    assertThat(one.get("detail").asString()).contains(detail);
  }

  private JsonNode listed() {
    refusals.write();
    return TestServer.json(
            server.call(
                "GET",
                "/v1/tenants/%s/connections/%s/refusals".formatted(tenant, connection),
                key,
                ""))
        .get("data");
  }

  /// A webhook of which the first byte has come.
  private Socket begun() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port());
    socket.setSoTimeout(20_000);
    socket
        .getOutputStream()
        .write(
            "POST /in/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nx"
                .formatted(connection)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /// To the end of the connection, which is there when the server closed it.
  private static String said(Socket socket) throws IOException {
    var said = new StringBuilder();
    byte[] bytes = new byte[4096];
    try {
      for (int n = socket.getInputStream().read(bytes);
          n >= 0;
          n = socket.getInputStream().read(bytes)) {
        said.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
      }
    } catch (java.net.SocketException e) {
      // Reset: what was sent after its answer was not read.
    }
    return said.toString();
  }
}
