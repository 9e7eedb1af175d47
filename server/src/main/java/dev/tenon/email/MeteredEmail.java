package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The email connections, each call to their providers measured.
public record MeteredEmail(EmailConnections connections, Meters meters)
    implements EmailConnections {

  @Override
  public List<Ready> of(TenantId tenant, String stream, @Nullable UUID named) {
    return connections.of(tenant, stream, named).stream()
        .map(one -> one.with(new Metered(one.provider(), meters)))
        .toList();
  }

  private record Metered(EmailProvider provider, Meters meters) implements EmailProvider {
    @Override
    public String name() {
      return provider.name();
    }

    @Override
    public boolean carries(String stream) {
      return provider.carries(stream);
    }

    @Override
    public Settling settling() {
      return provider.settling();
    }

    @Override
    public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
      long start = System.nanoTime();
      Outcome<Sent> outcome = provider.send(message, idempotencyKey);
      record("sending", text(outcome), start);
      return outcome;
    }

    @Override
    public Optional<byte[]> request(EmailMessage message) {
      return provider.request(message);
    }

    @Override
    public Outcome<Sent> sendRequest(byte[] request, String idempotencyKey) {
      long start = System.nanoTime();
      Outcome<Sent> outcome = provider.sendRequest(request, idempotencyKey);
      record("sending", text(outcome), start);
      return outcome;
    }

    @Override
    public LookedUp lookUp(EmailMessage message) {
      long start = System.nanoTime();
      LookedUp answer = provider.lookUp(message);
      record("looking", text(answer), start);
      return answer;
    }

    @Override
    public void close() {
      provider.close();
    }

    private void record(String step, String outcome, long start) {
      meters
          .timer(Metric.EMAIL_ATTEMPTS, provider.name(), step, outcome)
          .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    private static String text(Outcome<Sent> outcome) {
      return switch (outcome) {
        case Outcome.Accepted<Sent> _ -> "accepted";
        case Outcome.RefusedRecipient<Sent> _ -> "refused_recipient";
        case Outcome.RefusedRequest<Sent> _ -> "refused_request";
        case Outcome.ConnectionBroken<Sent> _ -> "connection_broken";
        case Outcome.Passing<Sent> _ -> "passing";
        case Outcome.Unknown<Sent> _ -> "unknown";
      };
    }

    private static String text(LookedUp answer) {
      return switch (answer) {
        case LookedUp.Found _ -> "found";
        case LookedUp.Missing _ -> "missing";
        case LookedUp.Unanswered _ -> "unanswered";
      };
    }
  }
}
