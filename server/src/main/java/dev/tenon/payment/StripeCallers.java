package dev.tenon.payment;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.stripe.Origin;
import dev.tenon.db.Database;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/// What routes that call Stripe share: which account, whose objects, and how its answers become
/// problems.
final class StripeCallers {
  /// Stripe forgets an idempotency key after 24 hours at the earliest; an hour less leaves room for
  /// the call itself and for clocks that differ.
  private static final Duration REPEATABLE = Duration.ofHours(23);

  private final Database database;
  private final StripeConnections connections;
  private final PaymentViews views;
  private final String source;
  private final Ids ids;
  private final InstantSource clock;

  /// @param source what this installation calls itself in the metadata of what it makes
  StripeCallers(
      Database database,
      StripeConnections connections,
      PaymentViews views,
      String source,
      Ids ids,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.views = views;
    this.source = source;
    this.ids = ids;
    this.clock = clock;
  }

  /// The account for the request's tenant.
  StripeConnections.Account account(Request request) {
    return connections
        .of(request.tenant())
        .orElseThrow(
            () ->
                connections
                    .lacks(request.tenant())
                    .map(what -> new ProblemException(ProblemCode.REQUEST_CONFLICT, what))
                    .orElseGet(
                        () ->
                            new ProblemException(
                                ProblemCode.REQUEST_NOT_FOUND,
                                "Neither this tenant nor the platform has an active connection to"
                                    + " Stripe; create one first.")));
  }

  /// The account that an object of the request's tenant was seen on. Stripe goes on charging there
  /// also when the tenant has a newer connection.
  StripeConnections.Account account(Request request, UUID connection) {
    return connections
        .of(request.tenant(), new ConnectionId(connection))
        .orElseThrow(
            () ->
                new ProblemException(
                    ProblemCode.REQUEST_CONFLICT,
                    "Its connection to Stripe is disabled; enable that first."));
  }

  /// The id under which this request makes its one thing at Stripe, which gets it as idempotency
  /// key: the same when the request is repeated under its own `Idempotency-Key`. One that is so old
  /// that Stripe may have forgotten it is refused: Stripe would do it again.
  UUID effect(Request request) {
    UUID effect = request.effect().orElseGet(ids::next);
    if (Ids.madeAt(effect).plus(REPEATABLE).isBefore(clock.instant())) {
      throw new ProblemException(ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN);
    }
    return effect;
  }

  /// What new objects carry. On a shared account the reference is committed before it is answered,
  /// so that a webhook can't be faster.
  Origin origin(Request request, StripeConnections.Account account, UUID effect) {
    String reference =
        account.shared()
            ? database.asTenant(
                request.tenant(),
                tx -> PlatformObjects.announce(tx, account.connection().uuid(), effect))
            : "";
    return new Origin(request.tenant().toString(), source, reference);
  }

  /// Notes an object that was just made on a shared account.
  void made(Request request, StripeConnections.Account account, String providerId) {
    if (account.shared() && !providerId.isEmpty()) {
      database.useTenant(
          request.tenant(),
          tx -> PlatformObjects.remember(tx, account.connection().uuid(), providerId));
    }
  }

  /// The provider's id of a customer named by our id or by the provider's. On a shared account it
  /// must be known to be this tenant's.
  String customer(Request request, StripeConnections.Account account, String given) {
    UUID connection = account.connection().uuid();
    Optional<UUID> ours = Ids.read(Prefix.CUSTOMER, given);
    Optional<String> found =
        database.asTenant(
            request.tenant(),
            tx ->
                ours.isPresent()
                    ? views.customerProviderId(tx, connection, ours.get())
                    : Optional.of(given)
                        .filter(_ -> PlainText.ID_CHARS_MAX >= given.length() && isId(given))
                        .filter(
                            id -> !account.shared() || PlatformObjects.owns(tx, connection, id)));
    return found.orElseThrow(
        () -> ProblemException.invalidField("customer", "This tenant has no such customer."));
  }

  private static boolean isId(String text) {
    return text.matches("[A-Za-z0-9_]+");
  }

  /// What was accepted; everything else becomes a problem in the provider's words. Notes whether
  /// the account's key works.
  <T> T accepted(StripeConnections.Account account, Outcome<T> outcome) {
    Outcome.Detail said = outcome.detail();
    return switch (outcome) {
      case Outcome.Accepted<T> accepted -> {
        noteWorks(account);
        yield accepted.value();
      }
      case Outcome.RefusedRequest<T> _, Outcome.RefusedRecipient<T> _ -> {
        noteWorks(account);
        throw StripeProblems.refused(said);
      }
      case Outcome.ConnectionBroken<T> _ -> throw broken(account, said);
      case Outcome.Passing<T> passing -> throw StripeProblems.unclear(said, passing.retryAfter());
      case Outcome.Unknown<T> _ -> throw StripeProblems.unclear(said, Duration.ZERO);
    };
  }

  /// The same for a call that changes something. What may have been done can be repeated only under
  /// the request's own `Idempotency-Key`.
  <T> T changed(Request request, StripeConnections.Account account, Outcome<T> outcome) {
    if (outcome instanceof Outcome.Unknown<T>(Outcome.Detail said) && request.effect().isEmpty()) {
      throw StripeProblems.unrepeatable(said);
    }
    return accepted(account, outcome);
  }

  private void noteWorks(StripeConnections.Account account) {
    if (account.broken()) {
      connections.works(account);
    }
  }

  /// A refused key breaks the connection; a key that only lacks a right (403) does what else it
  /// may.
  private ProblemException broken(StripeConnections.Account account, Outcome.Detail said) {
    String whose =
        account.shared() ? "The platform's connection" : "The connection " + account.connection();
    if (StripeProblems.isLostAccount(said)) {
      connections.refused(account, StripeProblems.LOST_ACCOUNT + said.message());
      return StripeProblems.lostAccount(said);
    }
    if (said.status() == 403) {
      return StripeProblems.lacksARight(whose, said);
    }
    connections.refused(account, "Stripe refused the key: " + said.message());
    return StripeProblems.badKey(whose, said);
  }

  static String webAddress(String text, String param) {
    try {
      java.net.URI uri = java.net.URI.create(text.replaceAll("[{}]", ""));
      if (text.length() <= 2048
          && uri.getHost() != null
          && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
        return text;
      }
    } catch (IllegalArgumentException e) {
      // The same answer as for a wrong scheme.
    }
    throw ProblemException.invalidField(
        param, "`%s` is an absolute http or https address.".formatted(param));
  }
}
