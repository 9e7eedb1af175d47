package dev.tenon.connector.email.sendgrid;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Exchanges;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.email.StreamReach;
import dev.tenon.connector.email.Tracking;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/// Sends through SendGrid's `POST /v3/mail/send`.
///
/// A repeat is a second mail: SendGrid has no idempotency key, and its `batch_id` only pauses or
/// cancels. Nor can it be asked by anything of ours: Email Logs search by SendGrid's own id,
/// recipient, subject and category, which name no single message. So nothing settles a lost answer
/// here but a webhook, in which our message id comes back as the custom argument
/// [#MESSAGE_ID_FIELD].
///
/// SendGrid takes suppressed recipients with 202 and drops them afterwards; that too is told by
/// webhook only.
public final class SendGridEmail implements EmailProvider {
  /// Where SendGrid answers for most accounts.
  public static final URI BASE = URI.create("https://api.sendgrid.com");

  /// Where it answers for subusers whose data stays in the European Union.
  public static final URI BASE_EU = URI.create("https://api.eu.sendgrid.com");

  private final ProviderHttp http;
  private final URI base;
  private final Secret apiKey;
  private final Options options;

  /// `base` is [#BASE], [#BASE_EU] or a sandbox. `http` stays the caller's to close.
  public SendGridEmail(ProviderHttp http, URI base, Secret apiKey, Options options) {
    this.http = http;
    this.base = base;
    this.apiKey = apiKey;
    this.options = options;
  }

  /// How this connection sends.
  ///
  /// @param ipPools by Tenon's name of a stream, the IP pool that its mail leaves from: what
  ///   SendGrid has instead of streams. An empty text is the account's default. A stream that isn't
  ///   there is refused
  /// @param sandboxMode SendGrid checks each message and sends none
  /// @param tracking of which streams opens and links are tracked
  public record Options(Map<String, String> ipPools, boolean sandboxMode, Tracking tracking) {
    /// Without tracking.
    public Options(Map<String, String> ipPools, boolean sandboxMode) {
      this(ipPools, sandboxMode, Tracking.NONE);
    }

    /// `outbound` and `broadcast` from the account's default pool, really sent.
    public static final Options DEFAULTS =
        new Options(Map.of("outbound", "", "broadcast", ""), false);

    public Options {
      ipPools = Map.copyOf(ipPools);
      ipPools.forEach(
          (stream, pool) -> {
            if (pool.length() > 64 || pool.length() == 1) {
              throw new IllegalArgumentException(
                  "the IP pool of the stream '%s' has 2 to 64 characters".formatted(stream));
            }
          });
    }
  }

  @Override
  public String name() {
    return "sendgrid";
  }

  @Override
  public Settling settling() {
    return new Settling.None();
  }

  @Override
  public boolean carries(String stream) {
    return options.ipPools().containsKey(stream);
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    EmailProvider.checkedIdempotencyKey(idempotencyKey);
    Optional<String> pool = Optional.ofNullable(options.ipPools().get(message.stream()));
    if (pool.isEmpty()) {
      return EmailProvider.notCarried(message.stream(), "SendGrid");
    }
    Reach ofPool = StreamReach.of(options.ipPools(), pool.get());
    return Exchanges.sending(
        http,
        () -> call(message, pool.get()),
        answer -> SendGridAnswers.read(answer, options.sandboxMode(), ofPool));
  }

  private HttpCall call(EmailMessage message, String pool) {
    Map<String, String> headers =
        Map.of(
            "Accept", "application/json",
            "Authorization", "Bearer " + apiKey.reveal(),
            "Content-Type", "application/json",
            "User-Agent", "tenon");
    byte[] body = SendGridBody.of(message, pool, options.sandboxMode(), options.tracking());
    URI uri = URI.create(base.toString().replaceAll("/+$", "") + "/v3/mail/send");
    return HttpCall.post(uri, headers, body);
  }
}
