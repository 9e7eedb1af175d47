package dev.tenon.registration;

import dev.tenon.access.Scope;
import dev.tenon.connection.ConnectionId;
import dev.tenon.http.About;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/connections/{connection}/webhook`: the endpoint at the provider.
public final class RegistrationRoutes {
  private static final int OVERLAP_HOURS = 24;
  private static final int OVERLAP_HOURS_MAX = 720;

  private final Registrations registrations;

  private RegistrationRoutes(Registrations registrations) {
    this.registrations = registrations;
  }

  public static void declare(Routes routes, Registrations registrations) {
    var here = new RegistrationRoutes(registrations);
    String path = "/v1/tenants/{tenant}/connections/{connection}/webhook";
    routes.get(
        path,
        Scope.CONNECTIONS_READ,
        WebhookView.class,
        "Ask the provider how the webhook endpoint of a connection is",
        here::get);
    routes
        .act(
            path,
            Scope.CONNECTIONS_WRITE,
            WebhookView.class,
            "Register the webhook endpoint of a connection at its provider",
            here::register)
        .answers(200);
    routes
        .post(
            path + "/rotate",
            Scope.CONNECTIONS_WRITE,
            RotateWebhook.class,
            WebhookView.class,
            "Replace the webhook endpoint of a connection and its secret",
            here::rotate)
        .answers(200);
  }

  /// How to replace an endpoint.
  public record RotateWebhook(
      @About(
              "How long the old endpoint stays beside the new one, and its secret good: 0 to 720; 24"
                  + " where it is not given. Each event comes twice meanwhile, and counts once.")
          @Nullable Integer overlapHours) {}

  /// How the endpoint of a connection is.
  public record WebhookView(
      @About(
              "What the call did: `created`, `updated`, `replaced` or `nothing`; null where it only"
                  + " looked.")
          Registrations.@Nullable Did did,
      @About("Whether all is as it should be.") boolean ok,
      @About("What is wrong, each with what to do.") List<String> findings,
      @About("Where events have to be sent.") String url,
      @About("The version of the provider's API that they have to follow; empty where it has none.")
          String apiVersion,
      @About("All kinds from which something follows.") List<String> kinds,
      @About("The provider's id of the endpoint that this server registered; null for none.")
          @Nullable String endpoint,
      @About("Replaced ones that are still there.") List<ReplacedView> replaced) {}

  /// An endpoint whose successor is there.
  public record ReplacedView(String endpoint, @Nullable Instant removedAt) {}

  private WebhookView get(Request request) {
    return view(registrations.look(request.tenant(), connection(request)), null);
  }

  private WebhookView register(Request request) {
    Registrations.Did did =
        registrations.register(
            request.tenant(), connection(request), Duration.ofHours(OVERLAP_HOURS));
    return view(registrations.look(request.tenant(), connection(request)), did);
  }

  private WebhookView rotate(Request request, RotateWebhook body) {
    @Nullable Integer given = body.overlapHours();
    int hours = given == null ? OVERLAP_HOURS : given;
    if (hours < 0 || hours > OVERLAP_HOURS_MAX) {
      throw ProblemException.invalidField("overlap_hours", "`overlap_hours` is 0 to 720.");
    }
    registrations.rotate(request.tenant(), connection(request), Duration.ofHours(hours));
    return view(
        registrations.look(request.tenant(), connection(request)), Registrations.Did.REPLACED);
  }

  private static ConnectionId connection(Request request) {
    return ConnectionId.parse(request.path("connection")).orElseThrow(ProblemException::notFound);
  }

  private static WebhookView view(Registrations.Look look, Registrations.@Nullable Did did) {
    EndpointRegistrar.@Nullable Registered ours = look.ours();
    return new WebhookView(
        did,
        look.findings().isEmpty(),
        look.findings(),
        look.url(),
        look.needed().version(),
        look.needed().kinds(),
        ours == null ? null : ours.id(),
        look.retiring().stream()
            .map(one -> new ReplacedView(one.endpoint(), one.retireAt()))
            .toList());
  }
}
