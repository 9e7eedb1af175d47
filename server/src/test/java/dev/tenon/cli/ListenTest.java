package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import com.sun.net.httpserver.HttpServer;
import dev.tenon.cli.WholeProgram.Ran;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `listen` and `events` beside the whole program, with an application that verifies by the library
/// of Standard Webhooks.
class ListenTest {
  @TempDir private Path folder;
  private final List<Got> got = new CopyOnWriteArrayList<>();
  private volatile int answer = 204;
  private WholeProgram program;
  private HttpServer application;

  private record Got(Map<String, List<String>> headers, String body) {}

  @BeforeEach
  void start() throws IOException {
    program = new WholeProgram(folder);
    application = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    application.createContext(
        "/hooks",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          got.add(new Got(Map.copyOf(exchange.getRequestHeaders()), body));
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    application.start();
  }

  @AfterEach
  void stop() {
    application.stop(0);
    program.close();
  }

  private String address() {
    return "127.0.0.1:" + application.getAddress().getPort() + "/hooks";
  }

  @Test
  void bringsEachEventOnceInOrderAndSigned() throws Exception {
    assertThat(program.run("trigger", "checkout").code()).isZero();
    int told = program.rows("select id from event").size();

    Ran ran =
        program.run(
            "listen",
            "--since",
            "1h",
            "--forward-to",
            address(),
            "--for",
            "2",
            "--json",
            "--header",
            "x-tunnel: none");
    String secret = program.run("listen", "--print-secret").out().strip();

    assertThat(ran.code()).isZero();
    assertThat(got).hasSize(told);
    var webhook = new Webhook(secret);
    for (Got one : got) {
      webhook.verify(one.body(), HttpHeaders.of(one.headers(), (_, _) -> true));
      assertThat(one.headers()).containsEntry("X-tunnel", List.of("none"));
    }
    assertThat(got)
        .extracting(one -> JsonMapper.shared().readTree(one.body()).path("created_at").asString())
        .isSorted();
    assertThat(ran.lines())
        .extracting(line -> line.at("/forwarded/status").asInt())
        .containsOnly(204);
  }

  @Test
  void narrowsByTypeAndSaysWhatTheApplicationAnswered() {
    assertThat(program.run("trigger", "checkout").code()).isZero();
    answer = 500;
    Ran refused =
        program.run(
            "listen",
            "--since",
            "1h",
            "--forward-to",
            address(),
            "--type",
            "subscription.*",
            "--count",
            "1");
    application.stop(0);
    Ran away = program.run("listen", "--since", "1h", "--forward-to", address(), "--count", "1");

    assertThat(refused.out()).contains("subscription.", "→ 500", "not taken");
    assertThat(refused.err()).contains("They are signed with whsec_");
    assertThat(got).hasSize(1);
    assertThat(away.out()).contains("not taken");
    assertThat(away.code()).isZero();
  }

  @Test
  void beginsWithWhatIsToldFromNowOn() {
    assertThat(program.run("trigger", "checkout").code()).isZero();

    Ran ran = program.run("listen", "--for", "1");

    assertThat(ran.code()).isZero();
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void listsEventsAndTheirTypes() {
    assertThat(program.run("trigger", "checkout").code()).isZero();
    int told = program.rows("select id from event").size();

    Ran all = program.run("events", "list", "--limit", "1000", "--json");
    Ran one = program.run("events", "list", "--type", "subscription.activated");
    Ran types = program.run("events", "types", "--json");

    assertThat(all.lines()).hasSize(told);
    assertThat(all.lines()).extracting(line -> line.path("id").asString()).doesNotHaveDuplicates();
    assertThat(one.out().lines()).singleElement().asString().contains("subscription.activated");
    assertThat(types.lines())
        .extracting((JsonNode line) -> line.path("type").asString())
        .contains("payment.failed");
  }

  @Test
  void refusesWhatCanNotBe() {
    assertThat(program.run("listen", "--type", "subscripton.*").err())
        .contains("there is no such event type");
    assertThat(program.run("listen", "--forward-to", "nowhere at all").code())
        .isEqualTo(Failure.USAGE);
    assertThat(program.run("listen", "--forward-to", address(), "--header", "broken").code())
        .isEqualTo(Failure.USAGE);
    assertThat(program.run("events", "list", "--limit", "0").code()).isEqualTo(Failure.USAGE);
    assertThat(program.run("events", "list", "--type", "none").code()).isEqualTo(Failure.USAGE);
  }
}
