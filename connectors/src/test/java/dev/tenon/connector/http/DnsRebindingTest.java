package dev.tenon.connector.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Names that answer otherwise each time they are asked: what was checked is what is connected to.
class DnsRebindingTest {
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private static final HttpResult REFUSED =
      new HttpResult.NotSent("the host has an address that is not public");

  private final AtomicInteger asked = new AtomicInteger();

  /// Answers each look-up with the next of these, and the last one from then on.
  private CheckedDns.Names answering(String... answers) {
    Deque<String> left = new ArrayDeque<>(List.of(answers));
    return _ -> {
      asked.incrementAndGet();
      String answer = left.size() > 1 ? left.removeFirst() : left.getFirst();
      String[] literals = answer.split(",", -1);
      var addresses = new InetAddress[literals.length];
      for (int i = 0; i < literals.length; i++) {
        addresses[i] = InetAddress.ofLiteral(literals[i]);
      }
      return addresses;
    };
  }

  private static ApacheProviderHttp http(EgressPolicy policy, CheckedDns.Names names) {
    return new ApacheProviderHttp(
        policy, ApacheProviderHttp.Limits.DEFAULT, CallObserver.NONE, names);
  }

  private static HttpResult get(ApacheProviderHttp http, URI uri) {
    return http.call(HttpCall.get(uri, Map.of()));
  }

  @Test
  void aNameThatIsPublicWhenItIsGivenAndPrivateWhenItIsCalledIsNotCalled() {
    URI uri = URI.create("https://rebind.example:8443/");
    for (String inside :
        List.of(
            "127.0.0.1",
            "169.254.169.254",
            "10.0.0.1",
            "::1",
            "::ffff:7f00:1",
            "64:ff9b::7f00:1",
            "::7f00:1",
            "fd00:ec2::254")) {
      CheckedDns.Names names = answering("93.184.216.34", inside);
      EgressPolicy policy = EgressPolicy.publicOnly();
      assertThat(policy.refusalAfterLookUp(uri, names)).isEqualTo(Optional.empty());
      try (ApacheProviderHttp http = http(policy, names)) {
        assertThat(get(http, uri)).as(inside).isEqualTo(REFUSED);
      }
    }
  }

  @Test
  void oneAddressThatIsNotPublicAmongOthersRefusesThemAll() {
    for (String mixed : List.of("93.184.216.34,127.0.0.1", "127.0.0.1,93.184.216.34")) {
      try (ApacheProviderHttp http = http(EgressPolicy.publicOnly(), answering(mixed))) {
        assertThat(get(http, URI.create("https://mixed.example/"))).isEqualTo(REFUSED);
      }
    }
  }

  @Test
  void numbersInDisguiseAreNoNames() {
    CheckedDns.Names names = answering("93.184.216.34");
    for (String host : List.of("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.")) {
      try (ApacheProviderHttp http = http(EgressPolicy.publicOnly(), names)) {
        assertThat(get(http, URI.create("https://" + host + "/")))
            .as(host)
            .isEqualTo(new HttpResult.NotSent("the host is a number in disguise, not a name"));
      }
    }
    assertThat(asked).hasValue(0);
  }

  /// 127.0.0.2 stands for an address that the policy would refuse: nobody asks it about that one.
  @Test
  void theConnectionGoesToTheAddressThatWasCheckedAndStaysThere() throws Exception {
    RawServer[] self = new RawServer[1];
    try (RawServer server =
            new RawServer(
                socket -> {
                  while (true) {
                    self[0].readRequest(socket);
                    RawServer.write(socket, OK);
                  }
                });
        ServerSocket elsewhere =
            new ServerSocket(server.uri("/").getPort(), 5, InetAddress.ofLiteral("127.0.0.2"))) {
      self[0] = server;
      URI uri = URI.create("http://rebind.example:%d/".formatted(server.uri("/").getPort()));
      EgressPolicy policy = EgressPolicy.allowing(List.of(uri));
      try (ApacheProviderHttp http = http(policy, answering("127.0.0.1", "127.0.0.2"))) {
        assertThat(get(http, uri)).isInstanceOf(HttpResult.Answered.class);
        assertThat(asked).hasValue(1);
        assertThat(get(http, uri)).isInstanceOf(HttpResult.Answered.class);
      }
      assertThat(server.requests()).hasSize(2);
      elsewhere.setSoTimeout(1);
      assertThat(
              org.assertj.core.api.Assertions.catchThrowable(
                  () -> {
                    try (var _ = elsewhere.accept()) {
                      throw new AssertionError("somebody connected");
                    }
                  }))
          .isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void aRedirectToAMetadataAddressIsAnAnswerAndNoCall() {
    RawServer[] self = new RawServer[1];
    try (RawServer server =
        new RawServer(
            socket -> {
              self[0].readRequest(socket);
              RawServer.write(
                  socket,
                  "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\n"
                      + "Content-Length: 0\r\n\r\n");
            })) {
      self[0] = server;
      URI uri = URI.create("http://redirect.example:%d/".formatted(server.uri("/").getPort()));
      try (ApacheProviderHttp http =
          http(EgressPolicy.allowing(List.of(uri)), answering("127.0.0.1"))) {
        assertThat(((HttpResult.Answered) get(http, uri)).status()).isEqualTo(302);
      }
      assertThat(asked).hasValue(1);
    }
  }
}
