package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.ApacheProviderHttp;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.reconciliation.EventSource;
import dev.tenon.reconciliation.EventSource.Answer;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What Stripe's answers to a look at its events mean.
class StripeEventSourceTest {
  private static final Instant THEN = Instant.ofEpochSecond(1_700_000_000);

  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private final InstantSource clock = InstantSource.system();
  private final Connections connections =
      new Connections(
          db, Vault.open(new VaultKey.Given(Vault.newKey()), db, clock), new Ids(clock), clock);
  private final Scripted http = new Scripted();
  private final EventSource source =
      new StripeEventSource(new StripeConnections(db, connections, http));

  @AfterEach
  void stop() {
    db.close();
    database.close();
  }

  @Test
  void asksForEveryKindThatIsHandledTwentyAtMostACall() {
    EventSource.Opened.Ready ready = open("sk_test_1");
    for (int part = 0; part < source.parts(); part++) {
      http.body = "{\"object\":\"list\",\"data\":[],\"has_more\":false}";
      assertThat(page(ready, part, "")).isEqualTo(new Answer.Page(List.of(), false));
    }
    List<String> asked =
        http.urls.stream()
            .flatMap(url -> java.util.Arrays.stream(url.split("[?&]")))
            .filter(param -> param.startsWith("types"))
            .map(param -> param.substring(param.indexOf('=') + 1))
            .toList();
    assertThat(asked).containsExactlyInAnyOrderElementsOf(StripeKinds.handled());
    assertThat(http.urls)
        .allSatisfy(url -> assertThat(url.split("types").length - 1).isBetween(1, 20));
  }

  @Test
  void takesAFifthOfWhatStripeAllows() {
    assertThat(open("sk_test_1").callsPerStep()).isEqualTo(5);
    assertThat(open("rk_live_1").callsPerStep()).isEqualTo(20);
  }

  @Test
  void anEventOfTheOtherModeIsNeverTakenIn() {
    http.body = list("evt_1", true);
    assertThat(page(open("sk_test_1"), 0, "")).isInstanceOf(Answer.Refused.class);
    assertThat(page(open("sk_live_1"), 0, "")).isInstanceOf(Answer.Page.class);
    http.body = list("evt_1", false);
    assertThat(page(open("sk_live_1"), 0, "")).isInstanceOf(Answer.Refused.class);
  }

  @Test
  void aLimitIsWaitedForAsLongAsStripeSays() {
    http.status = 429;
    http.headers = Map.of("retry-after", List.of("9"));
    http.body = "{\"error\":{\"message\":\"slow down\"}}";
    assertThat(page(open("sk_test_1"), 0, ""))
        .isEqualTo(
            new Answer.NotNow(
                Duration.ofSeconds(9), true, "Stripe's limit of calls is reached: slow down"));
  }

  @Test
  void aFaultOfStripesIsTriedAgain() {
    http.status = 500;
    http.body = "{}";
    assertThat(page(open("sk_test_1"), 0, ""))
        .matches(answer -> answer instanceof Answer.NotNow notNow && !notNow.limit());
  }

  @Test
  void anEventThatStripeForgotEndsThePageAndNotTheWalk() {
    http.status = 400;
    http.body =
        "{\"error\":{\"code\":\"resource_missing\",\"param\":\"starting_after\",\"message\":\"No\"}}";
    assertThat(page(open("sk_test_1"), 0, "evt_9")).isEqualTo(new Answer.CursorGone());
    assertThat(page(open("sk_test_1"), 0, "")).isInstanceOf(Answer.Refused.class);
  }

  @Test
  void whatIsNoEventStopsIt() {
    http.body = "{\"object\":\"list\",\"data\":[{\"object\":\"event\"}],\"has_more\":false}";
    assertThat(page(open("sk_test_1"), 0, "")).isInstanceOf(Answer.Refused.class);
    http.body = "<html>gateway</html>";
    assertThat(page(open("sk_test_1"), 0, "")).isInstanceOf(Answer.NotNow.class);
  }

  @Test
  void whatIsTooLongAtOnceIsAskedForInParts() throws Exception {
    List<Integer> limits = new ArrayList<>();
    var server =
        HttpServer.create(new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/events",
        exchange -> {
          Matcher limit =
              Pattern.compile("limit=(\\d+)").matcher(exchange.getRequestURI().getQuery());
          assertThat(limit.find()).isTrue();
          limits.add(Integer.parseInt(limit.group(1)));
          byte[] body = many(limits.getLast()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          } catch (java.io.IOException _) {
            // The client reads no more than it wants.
          }
        });
    server.start();
    try (var real =
        new ApacheProviderHttp(
            EgressPolicy.allowing(
                List.of(
                    java.net.URI.create("http://127.0.0.1:" + server.getAddress().getPort()))))) {
      var there = new StripeEventSource(new StripeConnections(db, connections, real));
      ConnectionId made =
          db.asTenant(
                  TenantId.PLATFORM,
                  tx ->
                      connections.create(
                          tx,
                          "stripe",
                          "S",
                          Connection.Environment.DEVELOPMENT,
                          Map.of("base_url", "http://127.0.0.1:" + server.getAddress().getPort()),
                          Map.of("secret_key", Secret.of("sk_test_1"))))
              .id();
      var ready = (EventSource.Opened.Ready) there.open(TenantId.PLATFORM, made);
      assertThat(page(ready, 0, ""))
          .matches(answer -> answer instanceof Answer.Page page && page.events().size() == 25);
      // What fitted is kept to.
      assertThat(page(ready, 0, "evt_9")).isInstanceOf(Answer.Page.class);
      assertThat(limits).containsExactly(50, 25, 25);
    } finally {
      server.stop(0);
    }
  }

  /// Events of 30 KB.
  private static String many(int events) {
    List<String> data = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      data.add(
          """
          {"id":"evt_%d","object":"event","type":"invoice.paid","created":1700000002,
           "livemode":false,"data":{"object":{"id":"in_1","object":"invoice","footer":"%s"}}}
          """
              .formatted(i, "x".repeat(30_000)));
    }
    return "{\"object\":\"list\",\"has_more\":true,\"data\":[" + String.join(",", data) + "]}";
  }

  @Test
  void withoutAKeyNobodyIsAsked() {
    ConnectionId none = connection(Map.of());
    assertThat(source.open(TenantId.PLATFORM, none))
        .isInstanceOf(EventSource.Opened.Unusable.class);
    assertThat(http.urls).isEmpty();
  }

  private Answer page(EventSource.Opened.Ready ready, int part, String after) {
    return ready.pages().page(part, THEN, THEN.plusSeconds(60), after);
  }

  private EventSource.Opened.Ready open(String key) {
    ConnectionId made = connection(Map.of("secret_key", Secret.of(key)));
    return (EventSource.Opened.Ready) source.open(TenantId.PLATFORM, made);
  }

  private ConnectionId connection(Map<String, Secret> secrets) {
    return db.asTenant(
            TenantId.PLATFORM,
            tx ->
                connections.create(
                    tx, "stripe", "S", Connection.Environment.DEVELOPMENT, Map.of(), secrets))
        .id();
  }

  private static String list(String id, boolean live) {
    return """
        {"object":"list","has_more":false,"data":[{"id":"%s","object":"event","type":"invoice.paid",
         "created":1700000002,"livemode":%s,"data":{"object":{"id":"in_1","object":"invoice"}}}]}
        """
        .formatted(id, live);
  }

  /// Answers one thing to all calls, and remembers where they went.
  private static final class Scripted implements ProviderHttp {
    private final List<String> urls = new ArrayList<>();
    private int status = 200;
    private Map<String, List<String>> headers = Map.of();
    private String body = "";

    @Override
    public HttpResult call(HttpCall call) {
      urls.add(java.net.URLDecoder.decode(call.uri().toString(), StandardCharsets.UTF_8));
      return new HttpResult.Answered(status, headers, body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {}
  }
}
