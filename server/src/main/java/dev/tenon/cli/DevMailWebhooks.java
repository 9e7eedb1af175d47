package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.Credentials;
import dev.tenon.connector.Secret;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.tenant.TenantId;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Has the sandbox's email providers report to their connections what became of each mail, as
/// somebody sets it up at the real ones. Done at each start, since addresses may have changed.
final class DevMailWebhooks {
  private DevMailWebhooks() {}

  /// What a provider's webhooks need.
  ///
  /// @param field the credential that they are verified by; empty when there is none
  /// @param answer where the provider tells it
  private record Kind(Carrier carrier, String field, String answer) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(Carrier.POSTMARK, "webhook_password", "password"),
          new Kind(Carrier.RESEND, "webhook_secret", "signing_secret"),
          new Kind(Carrier.SENDGRID, "webhook_public_key", "public_key"),
          new Kind(Carrier.MAILGUN, "webhook_signing_key", "signing_key"),
          new Kind(Carrier.SES, "", ""));

  /// Registers them, and answers by provider what the connection is verified by.
  static Map<String, Map<String, String>> register(
      Tenon tenon, EmailSandbox email, TenantId tenant, Map<String, ConnectionId> connections) {
    Map<String, Map<String, String>> registered = new LinkedHashMap<>();
    for (Kind kind : KINDS) {
      @Nullable ConnectionId id = connections.get(kind.carrier().id());
      if (id != null) {
        registered.put(kind.carrier().id(), register(tenon, email, tenant, id, kind));
      }
    }
    return registered;
  }

  private static Map<String, String> register(
      Tenon tenon, EmailSandbox email, TenantId tenant, ConnectionId id, Kind kind) {
    Credentials stored = tenon.connections().credentials(tenant, id).orElseThrow();
    Optional<Secret> known =
        kind.field().isEmpty() ? Optional.empty() : stored.secret(kind.field());
    String url = tenon.publicUrl().at("/in/" + id);
    Map<String, String> answer =
        email.registerWebhook(
            kind.carrier(), url, known.map(Secret::reveal).orElseGet(() -> fresh(kind)));
    if (kind.field().isEmpty()) {
      return Map.of("webhook_url", url);
    }
    String told = answer.getOrDefault(kind.answer(), "");
    if (known.filter(Secret.of(told)::equals).isEmpty()) {
      var _ =
          tenon
              .connections()
              .change(
                  tenant,
                  id,
                  new Connections.Change(
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty(),
                      Map.of(kind.field(), Secret.of(told)),
                      Optional.empty()));
    }
    return Map.of("webhook_url", url, "webhook_secret", told);
  }

  /// What the sandbox is asked to sign with, where it takes something.
  private static String fresh(Kind kind) {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    return switch (kind.carrier()) {
      case RESEND -> "whsec_" + Base64.getEncoder().encodeToString(random);
      case POSTMARK -> Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      case SENDGRID, SES, MAILGUN, SMTP -> "";
    };
  }
}
