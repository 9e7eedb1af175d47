package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/// A provider that answers as it is told, and remembers what it was given.
final class ScriptedProvider implements EmailProvider {
  final List<EmailMessage> given = new CopyOnWriteArrayList<>();
  final List<String> requests = new CopyOnWriteArrayList<>();

  /// The answers before [#answer].
  final Queue<Outcome<Sent>> script = new ConcurrentLinkedQueue<>();

  volatile Outcome<Sent> answer = accepted();
  volatile LookedUp lookedUp = new LookedUp.Missing(Outcome.Detail.none("not there"));
  volatile Settling settling = new Settling.None();

  /// Stands in the requests, as the version of a program would show in its bytes.
  volatile String version = "1";

  /// Runs while a call is under way.
  volatile Runnable during = () -> {};

  /// The streams that it carries; empty for any.
  volatile Set<String> streams = Set.of();

  private final String name;

  ScriptedProvider(String name) {
    this.name = name;
  }

  static Outcome<Sent> accepted() {
    return new Outcome.Accepted<>(new Sent("provider-id"), Outcome.Detail.none(""));
  }

  static Outcome<Sent> passing() {
    return new Outcome.Passing<>(Duration.ZERO, new Outcome.Detail(503, "", "down", ""));
  }

  static Outcome<Sent> unknown() {
    return new Outcome.Unknown<>(Outcome.Detail.none("no answer"));
  }

  static Outcome<Sent> broken() {
    return new Outcome.ConnectionBroken<>(new Outcome.Detail(401, "10", "bad token", ""));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean carries(String stream) {
    return streams.isEmpty() || streams.contains(stream);
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    given.add(message);
    during.run();
    return answer();
  }

  private Outcome<Sent> answer() {
    Outcome<Sent> next = script.poll();
    return next == null ? answer : next;
  }

  @Override
  public Optional<byte[]> request(EmailMessage message) {
    return settling instanceof Settling.RepeatWithSameKey
        ? Optional.of((version + " " + message.subject()).getBytes(StandardCharsets.UTF_8))
        : Optional.empty();
  }

  @Override
  public Outcome<Sent> sendRequest(byte[] request, String idempotencyKey) {
    requests.add(new String(request, StandardCharsets.UTF_8));
    during.run();
    return answer();
  }

  @Override
  public LookedUp lookUp(EmailMessage message) {
    return lookedUp;
  }

  @Override
  public Settling settling() {
    return settling;
  }
}
