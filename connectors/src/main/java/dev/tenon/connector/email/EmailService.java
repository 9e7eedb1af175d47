package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends mail from inside any Java program: a default provider, fallbacks in order of priority, or
/// one provider by name. No server, no database.
///
/// What it can't give is durability: when the process ends, a message that waits is gone. Callers
/// that need more keep the [Delivery] and go on with its attempts ([#resume]).
public final class EmailService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmailService.class);

  private final Map<String, EmailProvider> providers;
  private final EmailRouter router = new EmailRouter();
  private final EmailBreakers breakers;
  private final EmailRoute.WhenUnknown unknown;
  private final Duration ageMax;
  private final Duration patience;
  private final InstantSource clock;
  private final Pause pause;

  private EmailService(Builder builder) {
    providers = builder.ordered();
    unknown = builder.unknown;
    ageMax = builder.ageMax;
    patience = builder.patience;
    clock = builder.clock;
    pause = builder.pause;
    breakers = new EmailBreakers(builder.clock);
  }

  /// How to wait. Tests move their clock instead.
  public interface Pause {
    void await(Duration duration) throws InterruptedException;
  }

  /// How far a message got.
  ///
  /// @param decision final, or the step that is due later than the service's patience
  /// @param attempts all that was tried, oldest first; names the provider that really sent it
  /// @param acceptedAt when it was first sent, from which its age counts
  /// @param named the provider it was asked to go through alone, or the empty string
  public record Delivery(
      Decision decision, List<Attempt> attempts, Instant acceptedAt, String named) {
    public Delivery {
      attempts = List.copyOf(attempts);
    }

    public boolean isSent() {
      return decision instanceof Decision.Done;
    }
  }

  /// Starts with the provider that is tried first, under its own name. `clock` is
  /// `InstantSource.system()` outside tests.
  public static Builder withDefault(EmailProvider provider, InstantSource clock) {
    return new Builder(provider, clock);
  }

  /// Sends through the default provider and, where the rules allow, its fallbacks.
  public Delivery send(EmailMessage message) {
    return run(message, "", List.of(), clock.instant());
  }

  /// Sends through the named provider alone. Throws [NoSuchEmailProviderException] when it isn't
  /// configured.
  public Delivery send(EmailMessage message, String provider) {
    if (!providers.containsKey(provider)) {
      throw new NoSuchEmailProviderException(provider, List.copyOf(providers.keySet()));
    }
    return run(message, provider, List.of(), clock.instant());
  }

  /// Goes on with a message that was not final, after the wait that its decision names.
  public Delivery resume(EmailMessage message, Delivery earlier) {
    return run(message, earlier.named(), earlier.attempts(), earlier.acceptedAt());
  }

  /// Closes the providers.
  @Override
  public void close() {
    providers.values().forEach(EmailProvider::close);
  }

  private Delivery run(
      EmailMessage message, String named, List<Attempt> earlier, Instant acceptedAt) {
    List<Attempt> attempts = new ArrayList<>(earlier);
    Instant giveBackAt = clock.instant().plus(patience);
    while (true) {
      Instant now = clock.instant();
      List<Candidate> candidates = candidates(message.stream(), attempts, named);
      if (candidates.isEmpty()) {
        return new Delivery(
            new Decision.Fail(
                "no provider that it may go through carries the stream '%s'"
                    .formatted(message.stream())),
            attempts,
            acceptedAt,
            named);
      }
      EmailRoute all = new EmailRoute(candidates, unknown, acceptedAt, ageMax);
      EmailRoute route = named.isEmpty() ? all : all.named(named);
      Decision decision = router.next(route, attempts, now);
      Duration wait = wait(decision);
      if (decision.isFinal() || now.plus(wait).isAfter(giveBackAt)) {
        return new Delivery(decision, attempts, acceptedAt, named);
      }
      if (wait.isPositive()) {
        try {
          pause.await(wait);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return new Delivery(decision, attempts, acceptedAt, named);
        }
      } else {
        act(decision, message, attempts);
      }
    }
  }

  private void act(Decision decision, EmailMessage message, List<Attempt> attempts) {
    switch (decision) {
      case Decision.Send(String connection, String _) -> give(connection, message, attempts);
      case Decision.RepeatSame(String connection, Duration _, String _) ->
          give(connection, message, attempts);
      case Decision.LookUp(String connection, Duration _, String _) ->
          attempts.add(
              new Attempt.Looking(
                  connection, provider(connection).lookUp(message), clock.instant()));
      case Decision.RetryLater _,
          Decision.Done _,
          Decision.Suppress _,
          Decision.Fail _,
          Decision.HoldUncertain _ -> {}
    }
  }

  /// Makes one attempt, unless another message makes the one that is allowed after a rest.
  private void give(String connection, EmailMessage message, List<Attempt> attempts) {
    if (!breakers.enter(connection)) {
      return;
    }
    Instant start = clock.instant();
    Outcome<Sent> outcome = RefusedRecipients.send(provider(connection), message, message.id());
    Instant end = clock.instant();
    breakers.record(connection, outcome);
    Attempt attempt = new Attempt.Sending(connection, outcome, end);
    // Recipients and subject stay out of the log: they are personal.
    LOG.info(
        "email provider={} message={} outcome={} status={} code={} request_id={} duration_ms={}",
        connection,
        message.id(),
        outcome.getClass().getSimpleName(),
        outcome.detail().status(),
        outcome.detail().code(),
        outcome.detail().requestId(),
        Duration.between(start, end).toMillis());
    router.alert(attempt).ifPresent(LOG::error);
    attempts.add(attempt);
  }

  private EmailProvider provider(String connection) {
    EmailProvider provider = providers.get(connection);
    if (provider == null) {
      throw new NoSuchEmailProviderException(connection, List.copyOf(providers.keySet()));
    }
    return provider;
  }

  /// Those that carry the stream. One that was tried already stays, since what became of that is
  /// still to be asked there.
  private List<Candidate> candidates(String stream, List<Attempt> attempts, String named) {
    return providers.entrySet().stream()
        .filter(entry -> named.isEmpty() || entry.getKey().equals(named))
        .filter(
            entry ->
                entry.getValue().carries(stream)
                    || attempts.stream().anyMatch(one -> one.connection().equals(entry.getKey())))
        .map(
            entry ->
                new Candidate(
                    entry.getKey(), entry.getValue().settling(), breakers.state(entry.getKey())))
        .toList();
  }

  private static Duration wait(Decision decision) {
    return switch (decision) {
      case Decision.RepeatSame(String _, Duration after, String _) -> after;
      case Decision.LookUp(String _, Duration after, String _) -> after;
      case Decision.RetryLater(Duration after, String _) -> after;
      case Decision.Send _,
          Decision.Done _,
          Decision.Suppress _,
          Decision.Fail _,
          Decision.HoldUncertain _ ->
          Duration.ZERO;
    };
  }

  /// Collects providers and policy.
  public static final class Builder {
    private final EmailProvider first;
    private final InstantSource clock;
    private final TreeMap<Integer, List<EmailProvider>> fallbacks =
        new TreeMap<>(Comparator.naturalOrder());
    private EmailRoute.WhenUnknown unknown = EmailRoute.WhenUnknown.AT_MOST_ONCE;
    private Duration ageMax = Duration.ofHours(24);
    private Duration patience = Duration.ofSeconds(30);
    private Pause pause = Thread::sleep;

    private Builder(EmailProvider first, InstantSource clock) {
      this.first = first;
      this.clock = clock;
    }

    /// Adds a fallback; the lowest `priority` comes first, equals in the order of adding.
    public Builder fallback(int priority, EmailProvider provider) {
      fallbacks.computeIfAbsent(priority, _ -> new ArrayList<>()).add(provider);
      return this;
    }

    /// Rather none than two (the default), or rather two than none.
    public Builder whenUnknown(EmailRoute.WhenUnknown policy) {
      unknown = policy;
      return this;
    }

    /// How long a message is worth sending; 24 hours unless given.
    public Builder ageMax(Duration age) {
      ageMax = age;
      return this;
    }

    /// How long [EmailService#send] may wait between attempts before it hands the message back; 30
    /// seconds unless given. Zero never waits.
    public Builder patience(Duration wait) {
      patience = wait;
      return this;
    }

    /// Another way to wait between attempts than sleeping: for tests that move their clock.
    public Builder pause(Pause value) {
      pause = value;
      return this;
    }

    /// Throws [IllegalArgumentException] when two providers have one name.
    public EmailService build() {
      return new EmailService(this);
    }

    private Map<String, EmailProvider> ordered() {
      Map<String, EmailProvider> ordered = new LinkedHashMap<>();
      ordered.put(first.name(), first);
      for (List<EmailProvider> same : fallbacks.values()) {
        for (EmailProvider provider : same) {
          if (ordered.putIfAbsent(provider.name(), provider) != null) {
            throw new IllegalArgumentException(
                "the email provider '%s' is given twice".formatted(provider.name()));
          }
        }
      }
      return ordered;
    }
  }
}
