package dev.tenon.connector.email.mailgun;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Exchanges;
import dev.tenon.connector.email.LookedUp;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.email.StreamReach;
import dev.tenon.connector.email.Tracking;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Sends through Mailgun's `POST /v3/{domain}/messages`.
///
/// A repeat is a second mail: Mailgun has no idempotency key. But each message is given a
/// Message-Id of its own making, by which Mailgun's events are searched after a lost answer
/// ([#lookUp]). Our message id also travels as the user variable [#MESSAGE_ID_FIELD], which events
/// and webhooks bring back.
public final class MailgunEmail implements EmailProvider {
  /// Where Mailgun answers for domains in the United States.
  public static final URI BASE = URI.create("https://api.mailgun.net");

  /// Where it answers for domains in the European Union. Each knows its own domains only.
  public static final URI BASE_EU = URI.create("https://api.eu.mailgun.net");

  private static final Pattern DOMAIN =
      Pattern.compile("(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}");

  private final ProviderHttp http;
  private final URI base;
  private final Secret apiKey;
  private final Options options;

  /// `base` is [#BASE], [#BASE_EU] or a sandbox. `http` stays the caller's to close. A key that may
  /// only send suffices, but can't look up.
  public MailgunEmail(ProviderHttp http, URI base, Secret apiKey, Options options) {
    this.http = http;
    this.base = base;
    this.apiKey = apiKey;
    this.options = options;
  }

  /// How this connection sends.
  ///
  /// @param domains by Tenon's name of a stream, the domain at Mailgun that its mail is sent by:
  ///   what Mailgun has instead of streams. A stream that isn't there is refused
  /// @param testMode Mailgun takes each message and delivers none
  /// @param tracking of which streams opens and links are tracked
  public record Options(Map<String, String> domains, boolean testMode, Tracking tracking) {
    /// Without tracking.
    public Options(Map<String, String> domains, boolean testMode) {
      this(domains, testMode, Tracking.NONE);
    }

    public Options {
      domains = Map.copyOf(domains);
      domains.forEach(
          (stream, domain) -> {
            if (!DOMAIN.matcher(domain).matches()) {
              throw new IllegalArgumentException(
                  "the stream '%s' needs a sending domain like mg.example.org".formatted(stream));
            }
          });
    }

    /// `outbound` and `broadcast` by one domain, really sent.
    public static Options of(String domain) {
      return new Options(Map.of("outbound", domain, "broadcast", domain), false);
    }
  }

  @Override
  public String name() {
    return "mailgun";
  }

  @Override
  public Settling settling() {
    return new Settling.LookUp();
  }

  @Override
  public boolean carries(String stream) {
    return options.domains().containsKey(stream);
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    EmailProvider.checkedIdempotencyKey(idempotencyKey);
    Optional<String> domain = domain(message);
    if (domain.isEmpty()) {
      return EmailProvider.notCarried(message.stream(), "Mailgun");
    }
    Reach ofDomain = StreamReach.of(options.domains(), domain.get());
    return Exchanges.sending(
        http, () -> call(message, domain.get()), answer -> MailgunAnswers.read(answer, ofDomain));
  }

  private HttpCall call(EmailMessage message, String domain) {
    FormData form =
        MailgunForm.of(message, messageId(message, domain), options.testMode(), options.tracking());
    Map<String, String> headers =
        Map.of(
            "Accept", "application/json",
            "Authorization", authorization(),
            "Content-Type", form.contentType());
    return HttpCall.post(uri("/v3/" + domain + "/messages"), headers, form.bytes());
  }

  /// Searches the domain's events by the Message-Id. They come late, by a while that Mailgun
  /// doesn't state, so a message that is missing once may still be found.
  @Override
  public LookedUp lookUp(EmailMessage message) {
    Optional<String> domain = domain(message);
    if (domain.isEmpty()) {
      return new LookedUp.Unanswered(
          Outcome.Detail.none("the stream '%s' is not mapped".formatted(message.stream())));
    }
    String id = messageId(message, domain.get());
    URI uri =
        uri(
            "/v3/%s/events?limit=1&message-id=%s"
                .formatted(domain.get(), URLEncoder.encode(id, StandardCharsets.UTF_8)));
    Map<String, String> headers =
        Map.of("Accept", "application/json", "Authorization", authorization());
    return Exchanges.lookingUp(
        http.call(HttpCall.get(uri, headers)), answer -> MailgunAnswers.readEvents(answer, id));
  }

  private Optional<String> domain(EmailMessage message) {
    return Optional.ofNullable(options.domains().get(message.stream()));
  }

  /// The same for every attempt at a message through this connection; without angle brackets.
  private static String messageId(EmailMessage message, String domain) {
    return message.id() + "@" + domain;
  }

  private String authorization() {
    byte[] login = ("api:" + apiKey.reveal()).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(login);
  }

  private URI uri(String pathAndQuery) {
    return URI.create(base.toString().replaceAll("/+$", "") + pathAndQuery);
  }
}
