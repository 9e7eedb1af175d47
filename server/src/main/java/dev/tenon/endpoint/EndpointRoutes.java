package dev.tenon.endpoint;

import dev.tenon.access.Scope;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/endpoints`.
public final class EndpointRoutes {
  private static final Duration OVERLAP_MAX = Duration.ofDays(30);
  private static final int REASON_CHARS_MAX = 500;

  private final Database database;
  private final Endpoints endpoints;
  private final EgressPolicy egress;
  private final InstantSource clock;

  private EndpointRoutes(
      Database database, Endpoints endpoints, EgressPolicy egress, InstantSource clock) {
    this.database = database;
    this.endpoints = endpoints;
    this.egress = egress;
    this.clock = clock;
  }

  /// Declares the routes.
  ///
  /// @param egress where endpoints may be
  public static void declare(
      Routes routes,
      Database database,
      Endpoints endpoints,
      EgressPolicy egress,
      InstantSource clock) {
    var here = new EndpointRoutes(database, endpoints, egress, clock);
    String path = "/v1/tenants/{tenant}/endpoints";
    String one = path + "/{endpoint}";
    Class<EndpointViews.EndpointView> view = EndpointViews.EndpointView.class;
    routes
        .post(
            path,
            Scope.WEBHOOKS_WRITE,
            EndpointViews.CreateEndpoint.class,
            view,
            "Create an endpoint",
            here::create)
        .repeatable();
    routes.list(path, Scope.WEBHOOKS_READ, view, "List the endpoints", here::list);
    routes.get(one, Scope.WEBHOOKS_READ, view, "Get an endpoint", here::get);
    routes.patch(
        one,
        Scope.WEBHOOKS_WRITE,
        EndpointViews.UpdateEndpoint.class,
        view,
        "Update an endpoint",
        here::update);
    routes.delete(one, Scope.WEBHOOKS_WRITE, "Delete an endpoint", here::delete);
    routes.act(one + "/enable", Scope.WEBHOOKS_WRITE, view, "Enable an endpoint", here::enable);
    routes
        .post(
            one + "/disable",
            Scope.WEBHOOKS_WRITE,
            EndpointViews.DisableEndpoint.class,
            view,
            "Disable an endpoint",
            here::disable)
        .answers(200);
    routes
        .post(
            one + "/rotate-secret",
            Scope.WEBHOOKS_WRITE,
            EndpointViews.RotateSecret.class,
            view,
            "Rotate the signing key of an endpoint",
            here::rotate)
        .answers(200);
    routes
        .act(
            one + "/test",
            Scope.WEBHOOKS_WRITE,
            EndpointViews.TestSent.class,
            "Send a test event to an endpoint",
            here::test)
        .answers(202);
  }

  private EndpointViews.EndpointView create(Request request, EndpointViews.CreateEndpoint body) {
    Map<String, Secret> headers = EndpointChecks.headers(body.headers());
    var settings =
        new EndpointSettings(
            EndpointChecks.url(body.url(), egress),
            EndpointChecks.description(body.description()),
            EndpointChecks.eventTypes(body.eventTypes()),
            headers.keySet().stream().sorted().toList(),
            EndpointChecks.rate(body.rate()),
            Boolean.TRUE.equals(body.ordered()),
            body.payload() == null ? EndpointSettings.Payload.FULL : body.payload());
    Endpoint.Signing signing = body.signing() == null ? Endpoint.Signing.V1 : body.signing();
    Endpoints.Made made =
        database
            .asTenant(
                request.tenant(),
                tx ->
                    endpoints.create(tx, request.effect().orElse(null), settings, signing, headers))
            .orElseThrow(() -> new ProblemException(ProblemCode.ENDPOINT_TOO_MANY));
    return EndpointViews.view(made.endpoint(), EndpointHealth.WELL, made.secret(), clock.instant());
  }

  private Page<EndpointViews.EndpointView> list(Request request) {
    Page.Ask ask = request.page();
    Instant now = clock.instant();
    return database.asTenant(
        request.tenant(),
        tx -> {
          List<Endpoint> rows = endpoints.list(tx, ask.before().orElse(null), ask.rows());
          return Page.of(ask, rows, Endpoint::id, endpoint -> view(tx, endpoint, now));
        });
  }

  private EndpointViews.EndpointView view(TenantTx tx, Endpoint endpoint, Instant now) {
    return EndpointViews.view(endpoint, endpoints.health(tx, endpoint.id()), null, now);
  }

  private EndpointViews.EndpointView get(Request request) {
    return withExisting(request, (tx, old) -> view(tx, old, clock.instant()));
  }

  private EndpointViews.EndpointView update(Request request, EndpointViews.UpdateEndpoint body) {
    Endpoint _ = withExisting(request, (_, old) -> old);
    @Nullable Map<String, Secret> headers =
        body.headers() == null ? null : EndpointChecks.headers(body.headers());
    // Looked up outside of the transaction: a name server may take its time.
    @Nullable String url = body.url() == null ? null : EndpointChecks.url(body.url(), egress);
    return withExisting(
        request,
        endpoints::lock,
        (tx, old) ->
            view(
                tx,
                endpoints
                    .change(tx, old, changed(old.settings(), body, url, headers), headers)
                    .orElseThrow(EndpointRoutes::headersNeeded),
                clock.instant()));
  }

  private static ProblemException headersNeeded() {
    return new ProblemException(
        ProblemCode.ENDPOINT_HEADERS_NEEDED,
        ProblemCode.ENDPOINT_HEADERS_NEEDED.whatToDo(),
        "headers");
  }

  private static EndpointSettings changed(
      EndpointSettings old,
      EndpointViews.UpdateEndpoint body,
      @Nullable String url,
      @Nullable Map<String, Secret> headers) {
    return new EndpointSettings(
        url == null ? old.url() : url,
        body.description() == null
            ? old.description()
            : EndpointChecks.description(body.description()),
        body.eventTypes() == null ? old.eventTypes() : EndpointChecks.eventTypes(body.eventTypes()),
        headers == null ? old.headerNames() : headers.keySet().stream().sorted().toList(),
        body.rate() == null ? old.rate() : EndpointChecks.rate(body.rate()),
        body.ordered() == null ? old.ordered() : body.ordered(),
        body.payload() == null ? old.payload() : body.payload());
  }

  private void delete(Request request) {
    boolean gone = withExisting(request, (tx, old) -> endpoints.delete(tx, old.id()));
    if (!gone) {
      throw ProblemException.notFound();
    }
  }

  private EndpointViews.EndpointView enable(Request request) {
    return withExisting(
        request, (tx, old) -> view(tx, endpoints.enable(tx, old.id()), clock.instant()));
  }

  private EndpointViews.EndpointView disable(Request request, EndpointViews.DisableEndpoint body) {
    String reason = body.reason() == null ? "" : body.reason().strip();
    if (reason.length() > REASON_CHARS_MAX || reason.indexOf('\0') >= 0) {
      throw ProblemException.invalidField(
          "reason", "`reason` has %d characters at most.".formatted(REASON_CHARS_MAX));
    }
    String said = reason.isEmpty() ? "by request" : reason;
    return withExisting(
        request, (tx, old) -> view(tx, endpoints.disable(tx, old.id(), said), clock.instant()));
  }

  private EndpointViews.EndpointView rotate(Request request, EndpointViews.RotateSecret body) {
    Instant now = clock.instant();
    Instant until =
        body.previousExpiresAt() == null
            ? now.plus(Endpoints.OVERLAP)
            : body.previousExpiresAt().truncatedTo(ChronoUnit.MICROS);
    if (until.isBefore(Instant.EPOCH) || until.isAfter(now.plus(OVERLAP_MAX))) {
      throw ProblemException.invalidField(
          "previous_expires_at", "`previous_expires_at` is within 30 days.");
    }
    return withExisting(
        request,
        (tx, old) -> {
          Endpoint.Signing signing = body.signing() == null ? old.signing() : body.signing();
          Endpoints.Made made =
              endpoints
                  .rotate(tx, old.id(), signing, until)
                  .orElseThrow(() -> new ProblemException(ProblemCode.ENDPOINT_TOO_MANY_SECRETS));
          return EndpointViews.view(
              made.endpoint(), endpoints.health(tx, old.id()), made.secret(), now);
        });
  }

  private EndpointViews.TestSent test(Request request) {
    return withExisting(
        request,
        (tx, old) -> {
          if (old.state() == Endpoint.State.DISABLED) {
            throw new ProblemException(ProblemCode.ENDPOINT_DISABLED);
          }
          return new EndpointViews.TestSent(Ids.write(Prefix.EVENT, endpoints.test(tx, old.id())));
        });
  }

  private <T> T withExisting(Request request, BiFunction<TenantTx, Endpoint, T> work) {
    return withExisting(request, endpoints::find, work);
  }

  private <T> T withExisting(
      Request request,
      BiFunction<TenantTx, UUID, Optional<Endpoint>> find,
      BiFunction<TenantTx, Endpoint, T> work) {
    UUID id =
        Ids.read(Prefix.ENDPOINT, request.path("endpoint")).orElseThrow(ProblemException::notFound);
    return database.asTenant(
        request.tenant(),
        tx -> {
          Optional<Endpoint> found = find.apply(tx, id);
          return work.apply(tx, found.orElseThrow(ProblemException::notFound));
        });
  }
}
