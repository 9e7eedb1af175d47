package dev.tenon.email;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A provider that answers as it is told, and remembers what it was given.
final class ScriptedProvider implements EmailProvider {
  final List<EmailMessage> given = new CopyOnWriteArrayList<>();
  volatile Outcome<Sent> answer = accepted();
  volatile Settling settling = new Settling.None();

  /// Runs while a call is under way.
  volatile Runnable during = () -> {};

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

  @Override
  public String name() {
    return name;
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    given.add(message);
    during.run();
    return answer;
  }

  @Override
  public Settling settling() {
    return settling;
  }
}
