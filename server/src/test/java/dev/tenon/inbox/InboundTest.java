package dev.tenon.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tenon.StartedTenon;
import dev.tenon.Tenon;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.signature.StripeSignature;
import dev.tenon.tenant.TenantId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `POST /in/{connection}` answers, on the whole program: what is accepted is stored, and
/// every refusal has its status and code, is counted, and can be seen.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class InboundTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int BODY_BYTES_MAX = 4096;
  private static final Secret SECRET = Secret.of("whsec_inbound_test");
  private static final String CANARY = "canary5f1e0c7a9b";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant().truncatedTo(ChronoUnit.HOURS));
  private StartedTenon program;
  private Tenon tenon;
  private TenantId tenant;
  private String key;
  private ConnectionId connection;
  private int events;

  @BeforeAll
  void start() {
    program =
        new StartedTenon(
            Map.of("inbox.body-bytes-max", Integer.toString(BODY_BYTES_MAX)),
            EgressPolicy.allowing(List.of()),
            now::get);
    tenon = program.tenon;
    tenant = program.tenant("Acme");
    key = program.key(tenant);
  }

  @BeforeEach
  void connect() {
    connection = connection("stripe", Map.of("webhook_secret", SECRET));
  }

  @AfterAll
  void stop() {
    program.close();
  }

  private ConnectionId connection(String provider, Map<String, Secret> secrets) {
    return program.connection(tenant, provider, secrets);
  }

  private byte[] event() {
    events++;
    return """
    {"id": "evt_%d", "object": "event", "type": "customer.created", "created": 1764000000,
     "data": {"object": {"id": "cus_%d", "object": "customer"}}}
    """
        .formatted(events, events)
        .getBytes(StandardCharsets.UTF_8);
  }

  private String signed(byte[] body) {
    return StripeSignature.sign(body, SECRET, now.get());
  }

  @Test
  void whatIsSignedIsStoredAndAcknowledgedAgainWhenItComesAgain() {
    byte[] body = event();
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> response = post(connection, body, signed(body));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("{\"received\": true}");
    }
    assertThat(metrics())
        .contains("tenon_inbox_accepted_total{provider=\"stripe\"}")
        .contains("tenon_inbox_duplicate_total{provider=\"stripe\"}");
    assertThat(refusals(connection)).isEmpty();
  }

  @Test
  void aWrongSignatureIs401() {
    byte[] body = event();
    String header = StripeSignature.sign(body, Secret.of("whsec_other"), now.get());
    isRefused(post(connection, body, header), 401, "webhook.invalid_signature");
    isKept(connection, "signature_mismatch", 401, "no secret of this connection");
  }

  @Test
  void aChangedBodyIs401() {
    byte[] body = event();
    String header = signed(body);
    body[body.length - 3] = ' ';
    isRefused(post(connection, body, header), 401, "webhook.invalid_signature");
    isKept(connection, "signature_mismatch", 401, "no secret of this connection");
  }

  @Test
  void aMissingHeaderIs400() {
    isRefused(post(connection, event(), ""), 400, "webhook.malformed");
    isKept(connection, "signature_malformed", 400, "there is no signature header");
  }

  @Test
  void aMalformedHeaderIs400AndIsNotRepeated() {
    HttpResponse<String> response = post(connection, event(), "t=" + CANARY + ",v1=" + CANARY);
    isRefused(response, 400, "webhook.malformed");
    assertThat(response.body()).doesNotContain(CANARY);
    JsonNode kept = isKept(connection, "signature_malformed", 400, "malformed");
    assertThat(kept.toString()).doesNotContain(CANARY);
  }

  @Test
  void oneSignedTooLongAgoIs401() {
    byte[] body = event();
    String header = StripeSignature.sign(body, SECRET, now.get().minusSeconds(301));
    isRefused(post(connection, body, header), 401, "webhook.invalid_signature");
    isKept(connection, "too_old", 401, "it was signed 301 s ago");
  }

  @Test
  void oneSignedInTheFutureIs401() {
    byte[] body = event();
    String header = StripeSignature.sign(body, SECRET, now.get().plusSeconds(301));
    isRefused(post(connection, body, header), 401, "webhook.invalid_signature");
    isKept(connection, "too_new", 401, "301 s in the future");
  }

  @Test
  void aSignedBodyThatIsNoneOfTheProvidersIs400() {
    for (String text : List.of("", "not json", "[]", "{}", "{\"id\": 1}", "\u0000", "{\"id\":")) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      isRefused(post(connection, body, signed(body)), 400, "webhook.malformed");
    }
    isKept(connection, "body_malformed", 400, "the body can't be read");
  }

  /// One such in a batch failed everybody's, as often as its sender liked.
  @Test
  void aTimeThatNoDatabaseHoldsIs400AndCostsNobodyElse() {
    for (String time :
        List.of(
            "+100000000-01-01T00:00:00Z", "-100000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z")) {
      byte[] body =
          new String(event(), StandardCharsets.UTF_8)
              .replace("1764000000", "\"" + time + "\"")
              .getBytes(StandardCharsets.UTF_8);
      isRefused(post(connection, body, signed(body)), 400, "webhook.malformed");
    }
    isKept(connection, "body_malformed", 400, "1970 to 9999");
  }

  @Test
  void oneThatIsLargerThanConfiguredIs413HoweverItIsSent() {
    byte[] large = new byte[BODY_BYTES_MAX + 1];
    isRefused(post(connection, large, signed(large)), 413, "request.too_large");
    isRefused(postChunked(connection, large, signed(large)), 413, "request.too_large");
    JsonNode kept = isKept(connection, "too_large", 413, "4096 bytes at most");
    assertThat(kept.get("count").asInt()).isEqualTo(2);
  }

  @Test
  void oneAsLargeAsConfiguredIsTakenHoweverItIsSent() {
    for (boolean chunked : List.of(false, true)) {
      byte[] body = event();
      byte[] full = new byte[BODY_BYTES_MAX];
      java.util.Arrays.fill(full, (byte) ' ');
      System.arraycopy(body, 0, full, 0, body.length);
      HttpResponse<String> response =
          chunked
              ? postChunked(connection, full, signed(full))
              : post(connection, full, signed(full));
      assertThat(response.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anUnknownConnectionIs404AndCountedAsNobodys() {
    byte[] body = event();
    var unknown = new ConnectionId(new java.util.UUID(7, 7));
    isRefused(post(unknown, body, signed(body)), 404, "webhook.unknown_connection");
    isRefused(
        send(request("/in/no-id", signed(body)).POST(HttpRequest.BodyPublishers.ofByteArray(body))),
        404,
        "webhook.unknown_connection");
    assertThat(metrics())
        .contains("tenon_inbox_refused_total{provider=\"unknown\",reason=\"unknown_connection\"}");
  }

  @Test
  void aDisabledConnectionLooksLikeNone() {
    var off =
        new Connections.Change(
            Optional.empty(),
            Optional.of(Connection.State.DISABLED),
            Optional.empty(),
            Map.of(),
            Optional.empty());
    assertThat(tenon.connections().change(tenant, connection, off))
        .isInstanceOf(Connections.Changed.Done.class);
    byte[] body = event();
    HttpResponse<String> disabled = post(connection, body, signed(body));
    isRefused(disabled, 404, "webhook.unknown_connection");
    HttpResponse<String> unknown =
        post(new ConnectionId(new java.util.UUID(7, 7)), body, signed(body));
    assertThat(JSON.readTree(disabled.body()).get("detail"))
        .isEqualTo(JSON.readTree(unknown.body()).get("detail"));
    isKept(connection, "disabled", 404, "disabled");
  }

  @Test
  void withoutASecretNothingPasses() {
    ConnectionId bare = connection("stripe", Map.of());
    byte[] body = event();
    isRefused(post(bare, body, signed(body)), 401, "webhook.invalid_signature");
    String empty = StripeSignature.sign(body, Secret.of("whsec_"), now.get());
    isRefused(post(bare, body, empty), 401, "webhook.invalid_signature");
    assertThat(isKept(bare, "no_secret", 401, "no webhook secret").get("count").asInt())
        .isEqualTo(2);
  }

  @Test
  void aProviderThatSendsNoneIs404() {
    ConnectionId mail = connection("smtp", Map.of());
    byte[] body = event();
    isRefused(post(mail, body, signed(body)), 404, "webhook.unknown_connection");
    isKept(mail, "unsupported", 404, "takes no webhooks of smtp");
  }

  @Test
  void aFloodIsOneRowAndAFewLines() throws Exception {
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    var logger = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Refusals.class);
    logger.addAppender(lines);
    try {
      byte[] body = event();
      for (int i = 0; i < 300; i++) {
        isRefused(post(connection, body, "t=1,v1=" + CANARY), 401, "webhook.invalid_signature");
      }
      tenon.refusals().write();
    } finally {
      logger.detachAppender(lines);
    }
    JsonNode kept = isKept(connection, "signature_mismatch", 401, "no secret");
    assertThat(kept.get("count").asInt()).isEqualTo(300);
    assertThat(rows(connection)).isEqualTo(1);
    // One at once, and one number for each write: the writer of the program may have been there.
    assertThat(lines.list.size()).isBetween(2, 20);
    assertThat(lines.list).noneMatch(line -> line.getFormattedMessage().contains(CANARY));
  }

  @Test
  void refusalsAreListedByPageAndForgottenAfterAWeek() {
    Instant before = now.get();
    for (int hour = 0; hour < 3; hour++) {
      post(connection, event(), "");
      post(connection, event(), "t=1,v1=00");
      now.set(now.get().plus(Duration.ofHours(1)));
    }
    tenon.refusals().write();
    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = get(path(connection) + "?limit=2" + cursor);
      page.get("data")
          .forEach(one -> seen.add(one.get("hour").asString() + one.get("reason").asString()));
      JsonNode next = page.get("next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asString();
    } while (!cursor.isEmpty());
    assertThat(seen).hasSize(6).doesNotHaveDuplicates();
    assertThat(seen.getFirst()).startsWith(before.plus(Duration.ofHours(2)).toString());

    now.set(now.get().plus(Duration.ofDays(8)));
    tenon.refusals().write();
    assertThat(rows(connection)).isZero();
    now.set(before);
  }

  @Test
  void nobodyMakesTheServerReadForEver() throws Exception {
    for (String to : List.of(connection.toString(), "con_00000000000000000000000000")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
        socket.setSoTimeout(20_000);
        OutputStream out = socket.getOutputStream();
        out.write(
            "POST /in/%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                .formatted(to)
                .getBytes(StandardCharsets.US_ASCII));
        byte[] chunk = new byte[64 * 1024];
        byte[] head = "10000\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] end = "\r\n".getBytes(StandardCharsets.US_ASCII);
        long sent = 0;
        boolean stopped = false;
        while (!stopped && sent < 256L << 20) {
          try {
            out.write(head);
            out.write(chunk);
            out.write(end);
            sent += chunk.length;
          } catch (IOException e) {
            stopped = true;
          }
        }
        assertThat(stopped).as("closed after %d bytes", sent).isTrue();
      }
    }
  }

  @Test
  void whoAnnouncesTooMuchIsAnsweredAtOnce() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write(
              "POST /in/%s HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
                  .formatted(connection)
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 413 ").contains("request.too_large");
    }
  }

  @Test
  void theContractTellsOfThisAddressAndOfTheOnesForOperators() {
    JsonNode paths = get("/openapi.json").get("paths");
    JsonNode inbound = paths.get("/in/{connection}").get("post");
    assertThat(inbound.get("security").toString()).as("no key").isEqualTo("[{}]");
    assertThat(inbound.get("requestBody").get("content").has("*/*")).isTrue();
    JsonNode accepted = inbound.get("responses").get("200").get("content").get("application/json");
    assertThat(accepted.get("schema").get("$ref").asString()).endsWith("/Acknowledged");
    assertThat(inbound.get("responses").get("default").get("$ref").asString())
        .endsWith("/responses/Problem");

    for (String path : List.of("/livez", "/readyz", "/metrics")) {
      JsonNode responses = paths.get(path).get("get").get("responses");
      HttpResponse<String> answer = send(request(path, "").GET());
      String mediaType = answer.headers().firstValue("Content-Type").orElseThrow();
      assertThat(responses.get(Integer.toString(answer.statusCode())).get("content").has(mediaType))
          .as("%s answers %s", path, mediaType)
          .isTrue();
    }
    assertThat(paths.get("/readyz").get("get").get("responses").has("503")).isTrue();
    assertThat(paths.get("/metrics").get("get").get("security").toString())
        .isEqualTo("[{},{\"apiKey\":[\"operation:read\"]}]");
    assertThat(paths.has("/docs/problems")).as("a page is no contract").isFalse();
  }

  private int port() {
    return URI.create(tenon.publicUrl().get()).getPort();
  }

  private void isRefused(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(JSON.readTree(response.body()).get("code").asString()).isEqualTo(code);
  }

  /// That the API shows the refusal, and that it is counted; answers the entry.
  private JsonNode isKept(ConnectionId refused, String reason, int status, String detail) {
    List<JsonNode> kept = refusals(refused);
    assertThat(kept).as("one reason alone: %s", kept).hasSize(1);
    JsonNode one = kept.getFirst();
    assertThat(one.get("reason").asString()).isEqualTo(reason);
    assertThat(one.get("status").asInt()).isEqualTo(status);
    assertThat(one.get("detail").asString()).contains(detail);
    assertThat(Instant.parse(one.get("last_at").asString())).isEqualTo(now.get());
    assertThat(metrics()).contains("reason=\"%s\"} ".formatted(reason));
    return one;
  }

  private List<JsonNode> refusals(ConnectionId refused) {
    tenon.refusals().write();
    List<JsonNode> entries = new ArrayList<>();
    get(path(refused)).get("data").forEach(entries::add);
    return entries;
  }

  private String path(ConnectionId refused) {
    return "/v1/tenants/%s/connections/%s/refusals".formatted(tenant, refused);
  }

  private JsonNode get(String path) {
    HttpResponse<String> response =
        send(request(path, "").header("Authorization", "Bearer " + key).GET());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private String metrics() {
    return send(request("/metrics", "").GET()).body();
  }

  private long rows(ConnectionId refused) {
    return tenon
        .database()
        .asEngine(
            tx ->
                tx.handle()
                    .createQuery("select count(*) from inbound_refusal where connection_id = :id")
                    .bind("id", refused.uuid())
                    .mapTo(Long.class)
                    .one());
  }

  private HttpResponse<String> post(ConnectionId to, byte[] body, String signature) {
    return send(request("/in/" + to, signature).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private HttpResponse<String> postChunked(ConnectionId to, byte[] body, String signature) {
    return send(
        request("/in/" + to, signature)
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
  }

  private HttpRequest.Builder request(String path, String signature) {
    HttpRequest.Builder request = program.request(path);
    return signature.isEmpty() ? request : request.header("Stripe-Signature", signature);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    return program.send(request);
  }
}
