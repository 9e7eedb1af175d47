package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.http.HttpCall;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExchangesTest {
  /// An attempt whose call threw has no end, and one without an end may have sent the mail.
  @Test
  void aRequestThatCouldNotBeMadeWasCertainlyNotSent() {
    try (var server = new ScriptedHttp();
        var http = new LoopbackHttp()) {
      Outcome<Sent> outcome =
          Exchanges.sending(
              http,
              () -> {
                throw new IllegalArgumentException("a private word");
              },
              answer -> new Outcome.Unknown<>(Outcome.Detail.none("asked: " + answer.status())));
      assertThat(outcome).isInstanceOf(Outcome.Passing.class);
      assertThat(outcome.detail().message()).doesNotContain("a private word");
      assertThat(BreakerState.WELL.after(outcome, Instant.EPOCH))
          .as("it says nothing of the provider")
          .isEqualTo(BreakerState.WELL);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aRequestThatWasMadeIsReadAsBefore() {
    try (var server = new ScriptedHttp();
        var http = new LoopbackHttp()) {
      server.reply(200, "{}");
      URI uri = server.base().resolve("/mail");
      Outcome<Sent> outcome =
          Exchanges.sending(
              http,
              () -> HttpCall.post(uri, Map.of("Content-Type", "text/plain"), new byte[] {'x'}),
              answer -> new Outcome.RefusedRequest<>(Outcome.Detail.none("" + answer.status())));
      assertThat(outcome.detail().message()).isEqualTo("200");
      assertThat(server.requests()).hasSize(1);
    }
  }
}
