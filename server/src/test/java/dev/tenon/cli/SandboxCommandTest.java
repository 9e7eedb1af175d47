package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `sandbox` as a process of its own, as an application's tests start it.
class SandboxCommandTest {
  @TempDir private Path folder;

  @Test
  void answersOnItsPortsAndKeepsItsStateOverAStop() throws Exception {
    Process first = start();
    String made;
    try (HttpClient http = HttpClient.newHttpClient()) {
      JsonNode ready = awaitReady(first);
      String stripe = ready.at("/sandbox/stripe").asString();
      assertThat(ready.path("mail_server").asString()).startsWith("smtp://127.0.0.1:");
      JsonNode all = json(http, request(stripe + "/_sandbox/simulators"));
      assertThat(all.path("simulators")).isEqualTo(ready.path("sandbox"));
      assertThat(all.path("simulators").size()).isEqualTo(WholeProgram.simulators());
      made =
          json(
                  http,
                  request(stripe + "/v1/customers")
                      .header("Content-Type", "application/x-www-form-urlencoded")
                      .POST(HttpRequest.BodyPublishers.ofString("email=ada%40customer.test")))
              .path("id")
              .asString();
      first.destroy();
      assertThat(first.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(first.exitValue()).isEqualTo(143);

      Files.delete(readyFile());
      Process second = start();
      try {
        stripe = awaitReady(second).at("/sandbox/stripe").asString();
        assertThat(json(http, request(stripe + "/v1/customers/" + made)).path("email").asString())
            .isEqualTo("ada@customer.test");
      } finally {
        second.destroy();
        assertThat(second.waitFor(20, TimeUnit.SECONDS)).isTrue();
      }
    } finally {
      first.destroyForcibly();
    }
  }

  @Test
  void saysThatAPortIsTakenOrWrong() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(Math.min(taken.getLocalPort(), 65_000));
      assertThat(run("sandbox", "--port", port)).startsWith("1 ").contains("--port 0");
    }
    assertThat(run("sandbox", "--port", "70000")).startsWith("2 ").contains("--port is 0");
  }

  private static String run(String... arguments) {
    var err = new StringWriter();
    int code =
        new Commands(
                new Console(new PrintWriter(new StringWriter()), new PrintWriter(err), Map.of()))
            .run(arguments);
    return code + " " + err;
  }

  private Path readyFile() {
    return folder.resolve("ready.json");
  }

  private Process start() throws Exception {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.tenon.Main",
                "sandbox",
                "--port",
                "0",
                "--data",
                folder.resolve("state").toString(),
                "--ready-file",
                readyFile().toString()))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("out.txt").toFile())
        .start();
  }

  private JsonNode awaitReady(Process process) throws Exception {
    long end = System.nanoTime() + WholeProgram.PATIENCE.toNanos();
    while (!Files.exists(readyFile())) {
      boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
      assertThat(ended).as(() -> read(folder.resolve("out.txt"))).isFalse();
      assertThat(System.nanoTime()).isLessThan(end);
    }
    return JsonMapper.shared().readTree(Files.readString(readyFile()));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url))
        .header("Authorization", "Bearer sk_test_any")
        .timeout(WholeProgram.PATIENCE);
  }

  private static JsonNode json(HttpClient http, HttpRequest.Builder request) throws Exception {
    return JsonMapper.shared()
        .readTree(http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
  }
}
