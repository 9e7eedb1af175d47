package dev.tenon.registration;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Digest;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Registers this server's webhook endpoints at providers, with exactly the kinds of events that
/// are handled and a pinned version, and replaces them.
///
/// What is about to be made is written down first ([Registration.State#CREATING]), under an id that
/// goes along as idempotency key and in the metadata. So a call that is repeated after a crash or a
/// lost answer makes the same endpoint, and where the provider may have forgotten the key, or would
/// be asked for something else, what the call left there is found by its metadata and removed.
public final class Registrations {
  private static final Logger LOG = LoggerFactory.getLogger(Registrations.class);

  /// Providers keep an idempotency key for 24 hours at least; an hour less for clocks that differ.
  private static final Duration REPEATABLE = Duration.ofHours(23);

  /// Longer than the calls of one request take.
  private static final Duration BUSY = Duration.ofMinutes(2);

  private static final Duration KEPT = Duration.ofDays(90);

  /// Answers that a repetition of the same call gets again, since the provider stores them.
  private static final Set<ProblemCode> FINAL =
      Set.of(
          ProblemCode.PROVIDER_REFUSED,
          ProblemCode.CONNECTION_BROKEN,
          ProblemCode.IDEMPOTENCY_OUTCOME_UNKNOWN);

  private final Database database;
  private final Connections connections;
  private final Map<String, EndpointRegistrar> registrars;
  private final PublicUrl publicUrl;
  private final Jobs jobs;
  private final Ids ids;
  private final InstantSource clock;
  private final RegistrationStore store = new RegistrationStore();

  public Registrations(
      Database database,
      Connections connections,
      List<EndpointRegistrar> registrars,
      PublicUrl publicUrl,
      Jobs jobs,
      Ids ids,
      InstantSource clock) {
    this.database = database;
    this.connections = connections;
    this.registrars =
        registrars.stream().collect(Collectors.toMap(EndpointRegistrar::provider, one -> one));
    this.publicUrl = publicUrl;
    this.jobs = jobs;
    this.ids = ids;
    this.clock = clock;
  }

  /// A connection with what can be done about its endpoint.
  private record Target(
      TenantId tenant,
      Connection connection,
      EndpointRegistrar registrar,
      EndpointRegistrar.Account account,
      URI url) {
    UUID id() {
      return connection.id().uuid();
    }
  }

  /// What a registration did.
  enum Did {
    /// There was none of ours.
    CREATED,
    /// It was there and something about it was wrong.
    UPDATED,
    /// It followed another version, which can't be changed, so another one took its place.
    REPLACED,
    /// It is as it should be.
    NOTHING
  }

  /// Has an endpoint of ours at the provider that is as it should be. May be repeated.
  ///
  /// @param overlap how long one that is replaced stays beside the new one
  Did register(TenantId tenant, ConnectionId connection, Duration overlap) {
    Target target = target(tenant, connection);
    // Read before the list, so that what another request registers meanwhile doesn't count as
    // removed for not being in it.
    Optional<Registration> ours =
        database.asTenant(
            tenant,
            tx -> store.in(tx, target.id(), Registration.State.REGISTERED).stream().findFirst());
    List<EndpointRegistrar.Registered> there = target.account().list();
    if (ours.isPresent()) {
      Optional<EndpointRegistrar.Registered> found =
          there.stream().filter(one -> one.id().equals(ours.get().endpoint())).findFirst();
      if (found.isPresent()) {
        return mend(target, there, found.get(), ours.get().id(), overlap);
      }
      forgetRemoved(target, ours.get());
    }
    create(target, there, Optional.empty(), overlap);
    return Did.CREATED;
  }

  /// Nothing is signed any more with the secret of an endpoint that somebody removed, so it ends
  /// with it, whatever becomes of the next one.
  private void forgetRemoved(Target target, Registration removed) {
    database.useTenant(
        target.tenant(),
        tx -> {
          if (store.move(
              tx,
              removed.id(),
              Registration.State.REGISTERED,
              Registration.State.GONE,
              null,
              now())) {
            boolean _ =
                connections.removeSecret(
                    tx,
                    target.connection().id(),
                    target.registrar().secretField(),
                    removed.secretOrdinal());
          }
        });
    connections.changed(target.connection().id());
  }

  private Did mend(
      Target target,
      List<EndpointRegistrar.Registered> there,
      EndpointRegistrar.Registered found,
      UUID ours,
      Duration overlap) {
    removeLeftOver(target, there);
    EndpointRegistrar.Needed needed = target.account().needed();
    if (!found.version().equals(needed.version())) {
      create(target, there, Optional.of(ours), overlap);
      return Did.REPLACED;
    }
    if (EndpointFindings.of(found, needed, target.url().toString()).isEmpty()) {
      return Did.NOTHING;
    }
    target.account().update(found.id(), target.url());
    return Did.UPDATED;
  }

  /// Replaces the endpoint by a new one with a new secret. Both are there and both secrets are good
  /// for `overlap`; then the old one is removed at the provider.
  void rotate(TenantId tenant, ConnectionId connection, Duration overlap) {
    Target target = target(tenant, connection);
    if (!target.account().rotates()) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT,
          "%s signs everything with the account's one key. Replace that there, then give the"
                  .formatted(target.connection().provider())
              + " connection the new one.");
    }
    Optional<UUID> seen = database.asTenant(tenant, tx -> registered(tx, target));
    create(target, target.account().list(), seen, overlap);
  }

  private void create(
      Target target,
      List<EndpointRegistrar.Registered> there,
      Optional<UUID> seen,
      Duration overlap) {
    Making making = begin(target, there, seen);
    EndpointRegistrar.Made made;
    try {
      made = call(target, making.row());
    } catch (RuntimeException e) {
      if (!settled(target, making.row(), e) || !making.again()) {
        throw e;
      }
      // What was answered may be what the provider had stored for the earlier call, and will say
      // to each repetition of it.
      making = begin(target, target.account().list(), seen);
      made = callOnce(target, making.row());
    }
    finish(target, making.row(), made, overlap);
  }

  /// What is being made.
  ///
  /// @param again whether a call for it may have been made before
  private record Making(Registration row, boolean again) {}

  private static EndpointRegistrar.Made call(Target target, Registration making) {
    return target
        .account()
        .create(making.id().toString(), target.url(), "Tenon " + target.connection().id());
  }

  private EndpointRegistrar.Made callOnce(Target target, Registration making) {
    try {
      return call(target, making);
    } catch (RuntimeException e) {
      boolean _ = settled(target, making, e);
      throw e;
    }
  }

  /// After a call that failed: where a repetition would be told the same, removes whatever carries
  /// its reference and forgets it. Otherwise, and where that fails too, lets whoever repeats it go
  /// on at once. Answers whether it is forgotten.
  private boolean settled(Target target, Registration making, RuntimeException failure) {
    if (failure instanceof ProblemException problem && FINAL.contains(problem.code())) {
      try {
        remove(target, target.account().list(), making);
        return true;
      } catch (ProblemException e) {
        LOG.warn(
            "{}: what a failed registration left can't be removed now: {}",
            target.connection().id(),
            e.detail());
      }
    }
    database.useTenant(target.tenant(), tx -> store.release(tx, making.id(), now()));
    return false;
  }

  /// Removes what a call left at the provider, and forgets the call.
  private void remove(
      Target target, List<EndpointRegistrar.Registered> there, Registration making) {
    there.stream()
        .filter(endpoint -> endpoint.reference().equals(making.id().toString()))
        .forEach(endpoint -> target.account().delete(endpoint.id()));
    database.useTenant(target.tenant(), tx -> store.drop(tx, making.id()));
  }

  /// Removes what a replacement left that died on its way and that nobody took up again: each event
  /// would come twice, signed with a secret that nobody knows.
  private void removeLeftOver(Target target, List<EndpointRegistrar.Registered> there) {
    Instant now = now();
    List<Registration> left =
        database.asTenant(
            target.tenant(),
            tx ->
                store.in(tx, target.id(), Registration.State.CREATING).stream()
                    .filter(one -> store.take(tx, one.id(), now, now.plus(BUSY)))
                    .toList());
    left.forEach(one -> remove(target, there, one));
  }

  /// Writes down what is about to be made, or goes on with what was. Throws where another request
  /// is at it.
  ///
  /// @param seen the endpoint that is to be replaced, empty for none
  private Making begin(
      Target target, List<EndpointRegistrar.Registered> there, Optional<UUID> seen) {
    Instant now = now();
    String asked = asked(target);
    List<Registration> before =
        database.asTenant(
            target.tenant(),
            tx -> {
              store.forget(tx, target.id(), now.minus(KEPT));
              if (secretsLeft(tx, target) == 0) {
                throw new ProblemException(ProblemCode.CONNECTION_TOO_MANY_SECRETS);
              }
              List<Registration> found = store.in(tx, target.id(), Registration.State.CREATING);
              for (Registration one : found) {
                if (!store.take(tx, one.id(), now, now.plus(BUSY))) {
                  throw busy();
                }
              }
              if (!seen.equals(registered(tx, target))) {
                throw busy();
              }
              return found;
            });
    for (Registration one : before) {
      if (one.asked().equals(asked) && one.createdAt().plus(REPEATABLE).isAfter(now)) {
        return new Making(one, true);
      }
      // Its secret is lost, or it is not what is wanted now.
      remove(target, there, one);
    }
    var making =
        new Registration(
            ids.next(),
            target.id(),
            Registration.State.CREATING,
            asked,
            now.plus(BUSY),
            "",
            0,
            null,
            now);
    database.useTenant(
        target.tenant(),
        tx -> {
          // What another request has just finished shows only once this one has the place.
          if (!store.insert(tx, making) || !seen.equals(registered(tx, target))) {
            throw busy();
          }
        });
    return new Making(making, false);
  }

  private Optional<UUID> registered(TenantTx tx, Target target) {
    return store.in(tx, target.id(), Registration.State.REGISTERED).stream()
        .findFirst()
        .map(Registration::id);
  }

  private static ProblemException busy() {
    return new ProblemException(
        ProblemCode.REQUEST_CONFLICT,
        "Another request registers this webhook just now; look again, and repeat this one if it"
            + " is still needed.");
  }

  /// Of what the call is made with, so that it is known whether a repetition would be the same.
  private static String asked(Target target) {
    EndpointRegistrar.Needed needed = target.account().needed();
    return Digest.of(
            target.id(),
            target.url()
                + " "
                + target.registrar().source()
                + " "
                + needed.version()
                + " "
                + String.join(",", needed.kinds()))
        .toString();
  }

  private int secretsLeft(TenantTx tx, Target target) {
    Connection connection =
        connections.find(tx, target.connection().id()).orElseThrow(ProblemException::notFound);
    Instant now = now();
    long live =
        connection.secrets().stream()
            .filter(secret -> secret.field().equals(target.registrar().secretField()))
            .filter(secret -> secret.expiresAt().isEmpty() || secret.expiresAt().get().isAfter(now))
            .count();
    return (int) Math.max(0, Connections.ROLLING_MAX - live);
  }

  private void finish(
      Target target, Registration making, EndpointRegistrar.Made made, Duration overlap) {
    Instant now = now();
    Instant retireAt = now.plus(overlap);
    boolean ours =
        database.asTenant(
            target.tenant(),
            tx -> {
              List<Registration> older = store.in(tx, target.id(), Registration.State.REGISTERED);
              older.forEach(one -> retire(tx, one, retireAt, now));
              int ordinal = addSecret(tx, target, made.secret(), older, retireAt);
              if (!store.registered(tx, making.id(), made.id(), ordinal, now)) {
                throw busy();
              }
              return true;
            });
    connections.changed(target.connection().id());
    if (ours) {
      LOG.info(
          "{} of {} has its endpoint {}", target.connection().id(), target.tenant(), made.id());
    }
    jobs.announce();
  }

  private int addSecret(
      TenantTx tx, Target target, Secret secret, List<Registration> older, Instant retireAt) {
    String field = target.registrar().secretField();
    Connections.Changed changed =
        connections.change(
            tx,
            target.connection().id(),
            new Connections.Change(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(field, secret),
                Optional.empty()));
    // Only of those that are replaced: a secret of an endpoint that somebody made by hand, as one
    // for connected accounts, stays until it is removed.
    older.forEach(
        one ->
            connections.expireSecret(
                tx, target.connection().id(), field, one.secretOrdinal(), retireAt));
    return switch (changed) {
      case Connections.Changed.Done(Connection connection) ->
          connection.secrets().stream()
              .filter(one -> one.field().equals(field))
              .mapToInt(Connection.SecretField::ordinal)
              .max()
              .orElseThrow();
      case Connections.Changed.NotFound _ -> throw ProblemException.notFound();
      case Connections.Changed.TooManySecrets _ ->
          throw new ProblemException(ProblemCode.CONNECTION_TOO_MANY_SECRETS);
      case Connections.Changed.CredentialNeeded needed ->
          throw new IllegalStateException("no settings were changed: " + needed);
    };
  }

  private void retire(TenantTx tx, Registration one, Instant retireAt, Instant now) {
    boolean _ =
        store.move(
            tx,
            one.id(),
            Registration.State.REGISTERED,
            Registration.State.RETIRING,
            retireAt,
            now);
    jobs.make(
        tx,
        List.of(
            new NewJob(RetireWork.KIND, 1, one.id().toString(), null, NewJob.ORDINARY, retireAt)));
  }

  /// How the endpoint of a connection is.
  ///
  /// @param ours null where there is none
  /// @param findings what is wrong, each with what to do; empty when all is well
  /// @param retiring replaced ones that are still there
  record Look(
      EndpointRegistrar.Needed needed,
      String url,
      EndpointRegistrar.@Nullable Registered ours,
      List<String> findings,
      List<Registration> retiring) {}

  /// Asks the provider how the endpoint of a connection is.
  Look look(TenantId tenant, ConnectionId connection) {
    Target target = target(tenant, connection);
    List<EndpointRegistrar.Registered> there = target.account().list();
    EndpointRegistrar.Needed needed = target.account().needed();
    String url = target.url().toString();
    return database.asTenant(
        tenant,
        tx -> {
          List<Registration> registered = store.in(tx, target.id(), Registration.State.REGISTERED);
          List<Registration> retiring = store.in(tx, target.id(), Registration.State.RETIRING);
          EndpointRegistrar.@Nullable Registered ours =
              registered.isEmpty() ? null : find(there, registered.getFirst().endpoint());
          List<String> known = retiring.stream().map(Registration::endpoint).toList();
          List<EndpointRegistrar.Registered> others =
              there.stream()
                  .filter(one -> one.url().equals(url) && !known.contains(one.id()))
                  .filter(one -> ours == null || !one.id().equals(ours.id()))
                  .toList();
          List<String> findings =
              new ArrayList<>(
                  target
                      .account()
                      .live()
                      .map(live -> EndpointFindings.mode(target.connection().environment(), live))
                      .orElse(List.of()));
          findings.addAll(EndpointFindings.all(!registered.isEmpty(), ours, others, needed, url));
          return new Look(needed, url, ours, List.copyOf(findings), retiring);
        });
  }

  private static EndpointRegistrar.@Nullable Registered find(
      List<EndpointRegistrar.Registered> there, String id) {
    return there.stream().filter(one -> one.id().equals(id)).findFirst().orElse(null);
  }

  private Target target(TenantId tenant, ConnectionId id) {
    Connection connection =
        database
            .asTenant(tenant, tx -> connections.find(tx, id))
            .orElseThrow(ProblemException::notFound);
    EndpointRegistrar registrar = registrars.get(connection.provider());
    if (registrar == null) {
      throw new ProblemException(
          ProblemCode.REQUEST_CONFLICT,
          "Endpoints at %s are not registered by this server; make one there."
              .formatted(connection.provider()));
    }
    Supplier<ProblemException> noKey =
        () ->
            new ProblemException(
                ProblemCode.REQUEST_CONFLICT,
                "The connection is disabled, or has no key to call its provider with.");
    return new Target(
        tenant,
        connection,
        registrar,
        registrar.open(tenant, id).orElseThrow(noKey),
        URI.create(publicUrl.at("/in/" + id)));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
