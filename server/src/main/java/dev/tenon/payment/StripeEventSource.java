package dev.tenon.payment;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.EventPage;
import dev.tenon.connector.stripe.EventQuery;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.connector.stripe.StripeEvent;
import dev.tenon.reconciliation.EventSource;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.NewJob;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Stripe's own list of events (docs.stripe.com/api/events/list): of the last 30 days, 20 types a
/// call at most.
///
/// Stripe allows 25 calls a second with test keys and 100 with live ones, for all that an account
/// does (docs.stripe.com/rate-limits). A fifth of that is taken here.
public final class StripeEventSource implements EventSource {
  private static final int TYPES_A_CALL_MAX = 20;
  private static final int EVENTS_A_CALL_MAX = 50;
  private static final int CALLS_A_SECOND_TEST = 5;
  private static final int CALLS_A_SECOND_LIVE = 20;

  private static final List<List<String>> PARTS = parts(StripeKinds.handled());

  private final StripeConnections connections;

  public StripeEventSource(StripeConnections connections) {
    this.connections = connections;
  }

  private static List<List<String>> parts(List<String> kinds) {
    List<List<String>> parts = new ArrayList<>();
    for (int from = 0; from < kinds.size(); from += TYPES_A_CALL_MAX) {
      parts.add(kinds.subList(from, Math.min(kinds.size(), from + TYPES_A_CALL_MAX)));
    }
    return List.copyOf(parts);
  }

  @Override
  public String provider() {
    return "stripe";
  }

  @Override
  public Duration kept() {
    return Duration.ofDays(30);
  }

  @Override
  public String keyField() {
    return "secret_key";
  }

  @Override
  public int parts() {
    return PARTS.size();
  }

  @Override
  public List<NewJob> afterGap(ConnectionId connection) {
    return List.of(StripeKnownWork.from(connection));
  }

  @Override
  public Opened open(TenantId owner, ConnectionId connection) {
    return connections
        .of(owner, connection)
        .<Opened>map(
            account ->
                new Opened.Ready(
                    new AsMuchAsFits(account),
                    account.live() ? CALLS_A_SECOND_LIVE : CALLS_A_SECOND_TEST))
        .orElseGet(
            () ->
                new Opened.Unusable(
                    "The connection has no `secret_key`, or is disabled. Give it a key that may"
                        + " read events."));
  }

  /// Asks for half as many at once where an answer is longer than is read, from the same place on:
  /// an invoice with many lines takes 30 KB. It stays with what fitted, so that this costs a few
  /// calls a run.
  private final class AsMuchAsFits implements Pages {
    private final StripeConnections.Account account;
    private int events = EVENTS_A_CALL_MAX;

    AsMuchAsFits(StripeConnections.Account account) {
      this.account = account;
    }

    @Override
    public Answer page(int part, Instant since, Instant until, String after) {
      while (true) {
        Outcome<EventPage> outcome =
            account
                .stripe()
                .listEvents(new EventQuery(since, until, PARTS.get(part), after, false, events));
        if (!outcome.detail().code().equals(StripeConnector.ANSWER_TOO_LONG)) {
          return answer(account, outcome, after);
        }
        if (events == 1) {
          return new Answer.Refused(
              "Stripe lists an event %s that is longer than is read: %s"
                  .formatted(
                      after.isEmpty() ? "first" : "after " + after, outcome.detail().message()));
        }
        events /= 2;
      }
    }
  }

  private Answer answer(
      StripeConnections.Account account, Outcome<EventPage> outcome, String after) {
    Outcome.Detail said = outcome.detail();
    return switch (outcome) {
      case Outcome.Accepted<EventPage> accepted -> {
        if (account.broken()) {
          connections.works(account);
        }
        yield read(account, accepted.value());
      }
      case Outcome.RefusedRequest<EventPage> _, Outcome.RefusedRecipient<EventPage> _ ->
          said.code().equals("resource_missing") && !after.isEmpty()
              ? new Answer.CursorGone()
              : new Answer.Refused("Stripe refused to list its events: " + said.message());
      case Outcome.ConnectionBroken<EventPage> _ ->
          new Answer.Refused(connections.refusal(account, said));
      case Outcome.Passing<EventPage> passing ->
          new Answer.NotNow(
              passing.retryAfter(),
              said.status() == 429 || said.status() == 409,
              said.status() == 429
                  ? "Stripe's limit of calls is reached: " + said.message()
                  : "Stripe can't answer now: " + said.message());
      case Outcome.Unknown<EventPage> _ ->
          new Answer.NotNow(
              Duration.ZERO, false, "Stripe did not answer in order: " + said.message());
    };
  }

  private static Answer read(StripeConnections.Account account, EventPage page) {
    List<Listed> events = new ArrayList<>(page.events().size());
    for (String body : page.events()) {
      switch (StripeEvent.read(body.getBytes(StandardCharsets.UTF_8))) {
        case StripeEvent.Reading.Refused refused -> {
          return new Answer.Refused("Stripe lists something that is no event: " + refused.reason());
        }
        case StripeEvent.Reading.Read(StripeEvent event) -> {
          if (event.livemode() != account.live()) {
            return new Answer.Refused(
                "The key is for %s mode, and what is listed is of the other one. Check `base_url` and the key."
                    .formatted(account.live() ? "live" : "test"));
          }
          events.add(new Listed(event.id(), event.created(), body));
        }
      }
    }
    return new Answer.Page(events, page.hasMore());
  }
}
