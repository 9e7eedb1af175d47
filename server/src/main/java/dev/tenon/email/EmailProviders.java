package dev.tenon.email;

import dev.tenon.connection.Credentials;
import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Tracking;
import dev.tenon.connector.email.mailgun.MailgunEmail;
import dev.tenon.connector.email.postmark.PostmarkEmail;
import dev.tenon.connector.email.resend.ResendEmail;
import dev.tenon.connector.email.sendgrid.SendGridEmail;
import dev.tenon.connector.email.ses.SesEmail;
import dev.tenon.connector.email.smtp.SmtpEmail;
import dev.tenon.connector.email.smtp.SmtpSettings;
import dev.tenon.connector.email.smtp.SmtpTimer;
import dev.tenon.connector.http.ProviderHttp;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the provider that a connection's settings and credentials describe.
final class EmailProviders implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmailProviders.class);

  /// The providers whose connections can send mail.
  static final Set<String> NAMES =
      Set.of("mailgun", "postmark", "resend", "sendgrid", "ses", "smtp");

  private final ProviderHttp http;
  private final Predicate<InetAddress> allowed;
  private final Duration callMax;
  private final InstantSource clock;
  private final SmtpTimer timer = new SmtpTimer();

  EmailProviders(
      ProviderHttp http, Predicate<InetAddress> allowed, Duration callMax, InstantSource clock) {
    this.http = http;
    this.allowed = allowed;
    this.callMax = callMax;
    this.clock = clock;
  }

  /// Empty, with a line in the log, when the connection can't send.
  Optional<EmailProvider> make(Credentials read) {
    try {
      Optional<Secret> key = read.secret("api_key");
      return switch (read.connection().provider()) {
        case "mailgun" -> key.map(secret -> mailgun(read, secret));
        case "postmark" -> key.map(secret -> postmark(read, secret));
        case "resend" -> key.map(secret -> resend(read, secret));
        case "sendgrid" -> key.map(secret -> sendgrid(read, secret));
        case "ses" -> read.secret("secret_access_key").map(secret -> ses(read, secret));
        case "smtp" -> Optional.of(smtp(read));
        default -> {
          LOG.warn(
              "connection {} to {} can't send mail",
              read.connection().id(),
              read.connection().provider());
          yield Optional.empty();
        }
      };
    } catch (IllegalArgumentException e) {
      LOG.error(
          "the email connection {} can't be used: {}", read.connection().id(), e.getMessage());
      return Optional.empty();
    }
  }

  private EmailProvider mailgun(Credentials read, Secret key) {
    var options =
        new MailgunEmail.Options(
            mailgunDomains(read),
            read.setting("test_mode").orElse("").equals("true"),
            tracking(read));
    return new MailgunEmail(
        http,
        base(read, isEuropean(read) ? MailgunEmail.BASE_EU : MailgunEmail.BASE),
        key,
        options);
  }

  /// Of the streams that are named; of none otherwise.
  private static Tracking tracking(Credentials read) {
    return new Tracking(streams(read, "track_opens"), streams(read, "track_links"));
  }

  private static Set<String> streams(Credentials read, String setting) {
    return read.setting(setting)
        .map(text -> Set.copyOf(new LinkedHashSet<>(List.of(text.split("\\s*,\\s*", -1)))))
        .orElse(Set.of());
  }

  /// By stream.
  static Map<String, String> mailgunDomains(Credentials read) {
    return StreamNames.over(
        MailgunEmail.Options.of(read.setting("domain").orElse("")).domains(),
        read.setting("stream_domains").orElse(""));
  }

  /// By stream.
  static Map<String, String> postmarkStreams(Credentials read) {
    return StreamNames.over(
        Map.of("outbound", "outbound", "broadcast", "broadcast"),
        read.setting("message_streams").orElse(""));
  }

  private EmailProvider postmark(Credentials read, Secret key) {
    Map<String, String> streams = postmarkStreams(read);
    Set<String> broadcast =
        read.setting("broadcast_streams")
            .map(text -> Set.copyOf(List.of(text.split("\\s*,\\s*", -1))))
            .orElse(PostmarkEmail.BROADCAST_STREAMS);
    return new PostmarkEmail(
        http, base(read, PostmarkEmail.BASE), key, streams, broadcast, tracking(read));
  }

  private EmailProvider resend(Credentials read, Secret key) {
    Set<String> streams = new HashSet<>(ResendEmail.STREAMS);
    read.setting("streams").ifPresent(text -> streams.addAll(List.of(text.split("\\s*,\\s*", -1))));
    return new ResendEmail(http, base(read, ResendEmail.BASE), key, streams);
  }

  private EmailProvider sendgrid(Credentials read, Secret key) {
    var options =
        new SendGridEmail.Options(
            StreamNames.over(
                SendGridEmail.Options.DEFAULTS.ipPools(), read.setting("ip_pools").orElse("")),
            read.setting("sandbox_mode").orElse("").equals("true"),
            tracking(read));
    return new SendGridEmail(
        http,
        base(read, isEuropean(read) ? SendGridEmail.BASE_EU : SendGridEmail.BASE),
        key,
        options);
  }

  private EmailProvider ses(Credentials read, Secret secret) {
    var key =
        new SesEmail.Key(
            read.setting("region").orElse("us-east-1"),
            read.setting("access_key_id").orElse(""),
            secret);
    var options =
        new SesEmail.Options(
            StreamNames.over(
                SesEmail.Options.DEFAULTS.configurationSets(),
                read.setting("configuration_sets").orElse("")),
            read.setting("tenant_name").orElse(""));
    return new SesEmail(http, base(read, SesEmail.base(key.region())), key, options, clock);
  }

  private EmailProvider smtp(Credentials read) {
    Optional<String> user = read.setting("username");
    Optional<Secret> password = read.secret("password");
    SmtpSettings.Login login =
        user.isPresent() && password.isPresent()
            ? new SmtpSettings.Login.Password(user.get(), password.get())
            : new SmtpSettings.Login.None();
    return new SmtpEmail(
        SmtpSettings.of(
                read.setting("host").orElse(""),
                Integer.parseInt(read.setting("port").orElse("587")),
                SmtpSettings.Security.valueOf(
                    read.setting("security").orElse("starttls").toUpperCase(Locale.ROOT)),
                login)
            .within(callMax),
        allowed,
        clock,
        timer);
  }

  static boolean isEuropean(Credentials read) {
    return read.setting("region").orElse("").equals("eu");
  }

  static URI base(Credentials read, URI usual) {
    return read.setting("base_url").map(URI::create).orElse(usual);
  }

  /// Call it when nothing sends any more.
  @Override
  public void close() {
    timer.close();
  }
}
