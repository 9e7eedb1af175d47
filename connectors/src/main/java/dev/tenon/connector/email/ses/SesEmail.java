package dev.tenon.connector.email.ses;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.ConnectionBroken.Reach;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Exchanges;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import dev.tenon.connector.email.StreamReach;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Sends through Amazon SES, version 2 of its API, `SendEmail`.
///
/// A repeat is a second mail: SES has no idempotency token. Nor can it be asked: it knows messages
/// by its own id only, which a lost answer took along. So nothing settles a lost answer but an
/// event, in which our message id comes back as the email tag [#MESSAGE_ID_FIELD].
public final class SesEmail implements EmailProvider {
  private static final Pattern REGION = Pattern.compile("[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}");

  private final ProviderHttp http;
  private final URI address;
  private final AwsSignature signature;
  private final Options options;
  private final InstantSource clock;

  /// `base` is [#base] of the region, or a sandbox. `http` stays the caller's to close. `clock`
  /// dates the signatures: AWS refuses one that is more than five minutes off. Throws
  /// [IllegalArgumentException] when requests to `base` can't be signed.
  public SesEmail(ProviderHttp http, URI base, Key key, Options options, InstantSource clock) {
    this.http = http;
    this.address = URI.create(base.toString().replaceAll("/+$", "") + "/v2/email/outbound-emails");
    AwsSignature.checkAddress(address);
    this.signature =
        new AwsSignature(key.accessKeyId(), key.secretAccessKey(), key.region(), "ses");
    this.options = options;
    this.clock = clock;
  }

  /// An access key of an IAM user, and the region that it is used in.
  ///
  /// @param region such as `eu-central-1`; identities are verified in each region by itself
  /// @param accessKeyId names the key; AWS shows it in the clear
  public record Key(String region, String accessKeyId, Secret secretAccessKey) {
    public Key {
      if (!REGION.matcher(region).matches()) {
        throw new IllegalArgumentException(
            "a region of AWS is like eu-central-1, not like '%s'".formatted(region));
      }
      if (!accessKeyId.matches("[A-Za-z0-9_]{16,128}")) {
        throw new IllegalArgumentException("an access key id has 16 to 128 letters and digits");
      }
    }
  }

  /// How this connection sends.
  ///
  /// @param configurationSets by Tenon's name of a stream, the configuration set that its mail is
  ///   sent by: what SES has instead of streams. An empty text is the identity's default. A stream
  ///   that isn't there is refused
  /// @param tenantName the SES tenant whose reputation the mail counts for, or empty
  public record Options(Map<String, String> configurationSets, String tenantName) {
    /// `outbound` and `broadcast` by the identity's default, for no SES tenant.
    public static final Options DEFAULTS = new Options(Map.of("outbound", "", "broadcast", ""), "");

    public Options {
      configurationSets = Map.copyOf(configurationSets);
    }
  }

  /// Where SES answers in a region.
  public static URI base(String region) {
    return URI.create("https://email." + region + ".amazonaws.com");
  }

  @Override
  public String name() {
    return "ses";
  }

  @Override
  public Settling settling() {
    return new Settling.None();
  }

  @Override
  public boolean carries(String stream) {
    return options.configurationSets().containsKey(stream);
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    EmailProvider.checkedIdempotencyKey(idempotencyKey);
    Optional<String> set = Optional.ofNullable(options.configurationSets().get(message.stream()));
    if (set.isEmpty()) {
      return EmailProvider.notCarried(message.stream(), "SES");
    }
    Reach ofSet = StreamReach.of(options.configurationSets(), set.get());
    return Exchanges.sending(
        http, () -> call(message, set.get()), answer -> SesAnswers.read(answer, ofSet));
  }

  private HttpCall call(EmailMessage message, String configurationSet) {
    byte[] body = SesBody.of(message, configurationSet, options.tenantName());
    Map<String, String> headers =
        signature.sign(
            "POST", address, Map.of("Content-Type", "application/json"), body, clock.instant());
    return HttpCall.post(address, headers, body);
  }
}
