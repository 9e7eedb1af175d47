package dev.tenon.email;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connection.Credentials;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.MailEndpoints;
import dev.tenon.connector.email.mailgun.MailgunEmail;
import dev.tenon.connector.email.mailgun.MailgunEndpoints;
import dev.tenon.connector.email.postmark.PostmarkEmail;
import dev.tenon.connector.email.postmark.PostmarkEndpoints;
import dev.tenon.connector.email.resend.ResendEmail;
import dev.tenon.connector.email.resend.ResendEndpoints;
import dev.tenon.connector.email.sendgrid.SendGridEmail;
import dev.tenon.connector.email.sendgrid.SendGridEndpoints;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.registration.EndpointRegistrar;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Webhooks about mail, registered by the provider's own API. Amazon SES is not among them: there
/// it takes a topic, rights and a destination in two services, set up by hand.
public final class EmailRegistrar implements EndpointRegistrar {
  /// By provider, the field that holds what its webhooks are verified by.
  private static final Map<String, String> FIELDS =
      Map.of(
          "mailgun", "webhook_signing_key",
          "postmark", "webhook_password",
          "resend", "webhook_secret",
          "sendgrid", "webhook_public_key");

  private final String provider;
  private final Connections connections;
  private final ProviderHttp http;

  private EmailRegistrar(String provider, Connections connections, ProviderHttp http) {
    this.provider = provider;
    this.connections = connections;
    this.http = http;
  }

  /// One for each provider.
  public static List<EndpointRegistrar> all(Connections connections, ProviderHttp http) {
    return FIELDS.keySet().stream()
        .sorted()
        .<EndpointRegistrar>map(provider -> new EmailRegistrar(provider, connections, http))
        .toList();
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public String secretField() {
    return FIELDS.getOrDefault(provider, "");
  }

  /// Nothing that is made there has a place for it: the address tells what is ours.
  @Override
  public String source() {
    return "";
  }

  @Override
  public Optional<Account> open(TenantId owner, ConnectionId connection) {
    return connections
        .credentials(owner, connection)
        .filter(read -> read.connection().provider().equals(provider))
        .filter(read -> read.connection().state() != Connection.State.DISABLED)
        .flatMap(read -> read.secret("api_key").map(key -> new AtProvider(endpoints(read, key))));
  }

  private MailEndpoints endpoints(Credentials read, Secret key) {
    boolean european = EmailProviders.isEuropean(read);
    return switch (provider) {
      case "mailgun" ->
          new MailgunEndpoints(
              http,
              EmailProviders.base(read, european ? MailgunEmail.BASE_EU : MailgunEmail.BASE),
              key,
              EmailProviders.mailgunDomains(read).values());
      case "postmark" ->
          new PostmarkEndpoints(
              http,
              EmailProviders.base(read, PostmarkEmail.BASE),
              key,
              EmailProviders.postmarkStreams(read).values(),
              read.setting("webhook_username").orElse(""),
              read.setting("webhook_header").orElse(""));
      case "resend" -> new ResendEndpoints(http, EmailProviders.base(read, ResendEmail.BASE), key);
      case "sendgrid" ->
          new SendGridEndpoints(
              http,
              EmailProviders.base(read, european ? SendGridEmail.BASE_EU : SendGridEmail.BASE),
              key);
      default -> throw new IllegalStateException(provider);
    };
  }

  private final class AtProvider implements Account {
    private final MailEndpoints endpoints;

    AtProvider(MailEndpoints endpoints) {
      this.endpoints = endpoints;
    }

    @Override
    public Needed needed() {
      return new Needed("", endpoints.kinds());
    }

    @Override
    public Optional<Boolean> live() {
      return Optional.empty();
    }

    @Override
    public boolean rotates() {
      return endpoints.hasOwnSecret();
    }

    @Override
    public List<Registered> list() {
      return accepted(endpoints.list()).stream()
          .map(
              one ->
                  new Registered(
                      one.id(), one.url(), one.enabled(), "", one.kinds(), one.reference()))
          .toList();
    }

    @Override
    public Made create(String reference, URI url, String description) {
      MailEndpoints.Made made = accepted(endpoints.create(reference, url));
      return new Made(made.id(), made.secret());
    }

    @Override
    public void update(String id, URI url) {
      String _ = accepted(endpoints.update(id, url));
    }

    @Override
    public void delete(String id) {
      String _ = accepted(endpoints.delete(id));
    }

    /// A key that may send and not this is no broken one, so nothing is noted of it.
    private <T> T accepted(Outcome<T> outcome) {
      String said = outcome.detail().message();
      return switch (outcome) {
        case Outcome.Accepted<T> accepted -> accepted.value();
        case Outcome.RefusedRequest<T> _, Outcome.RefusedRecipient<T> _ ->
            throw new ProblemException(
                ProblemCode.PROVIDER_REFUSED, "%s refused it: %s".formatted(provider, said));
        case Outcome.ConnectionBroken<T> _ ->
            throw new ProblemException(
                ProblemCode.CONNECTION_BROKEN,
                "%s lets this key not manage webhooks. Give the connection one that may, or set the"
                        .formatted(provider)
                    + " webhook by hand. It says: "
                    + said);
        case Outcome.Passing<T> _, Outcome.Unknown<T> _ ->
            throw new ProblemException(
                ProblemCode.SERVER_BUSY,
                "%s did not answer in order; try again. %s".formatted(provider, said).strip());
      };
    }
  }
}
