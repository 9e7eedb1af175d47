package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.connector.Secret;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.EndpointSettings;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.application.ApplicationSimulator;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The endpoint that `dev` makes for its tenant: it points at the sandbox's application.
final class DevEndpoint {
  private static final String DESCRIPTION = "Sandbox application";

  private DevEndpoint() {}

  /// Makes it once; later starts point it at where the sandbox is now. Its secret is new at each
  /// start, since nobody can read the one that it has, and told to the application.
  static void plant(
      Tenon tenon, TenantId tenant, Sandbox sandbox, ApplicationSimulator application) {
    var settings =
        new EndpointSettings(
            ApplicationSimulator.hooks(sandbox.url(application.name())).toString(),
            DESCRIPTION,
            List.of(),
            List.of(),
            null,
            true,
            EndpointSettings.Payload.FULL);
    Endpoints endpoints = tenon.endpoints();
    Endpoints.Made made =
        tenon
            .database()
            .asTenant(
                tenant,
                tx -> {
                  Optional<Endpoint> known =
                      endpoints.list(tx, null, Endpoints.ENDPOINTS_MAX).stream()
                          .filter(one -> one.settings().description().equals(DESCRIPTION))
                          .findFirst();
                  if (known.isEmpty()) {
                    return endpoints
                        .create(tx, null, settings, Endpoint.Signing.V1, Map.of())
                        .orElseThrow();
                  }
                  UUID id = known.get().id();
                  var _ = endpoints.change(tx, known.get(), settings, Map.of());
                  var _ = endpoints.enable(tx, id);
                  return endpoints.rotate(tx, id, Endpoint.Signing.V1, Instant.EPOCH).orElseThrow();
                });
    @Nullable Secret secret = made.secret();
    if (secret != null) {
      application.expect(secret.reveal());
    }
  }
}
