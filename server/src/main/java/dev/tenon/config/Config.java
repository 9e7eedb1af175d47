package dev.tenon.config;

import dev.tenon.connector.http.Networks;
import dev.tenon.connector.http.PrivatePlaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/// All settings of a running Tenon, checked. What each one means stands in `tenon.default.toml`; a
/// component's name in kebab-case is its key there.
public record Config(
    Server server,
    Data data,
    Database database,
    Vault vault,
    Inbox inbox,
    Lanes lanes,
    Jobs jobs,
    Deliveries deliveries,
    Email email,
    Payments payments,
    Reconciliation reconciliation,
    Egress egress,
    Limits limits,
    Retention retention,
    Console console,
    Log log) {

  /// Where the server listens and how the outside sees it.
  public record Server(
      String host,
      @Bounds(min = 0, max = 65_535) int port,
      String publicUrl,
      List<String> trustedProxies,
      String certificate,
      SecretReference certificateKey,
      @Bounds(min = 1_024, max = 64 << 20) int bodyBytesMax,
      @Bounds(min = 16 << 20, max = 2_000_000_000) int bodiesBytesMax,
      @Bounds(min = 1, max = 600) int stopSecondsMax) {

    /// Whether only this machine can reach the server.
    public boolean isLoopback() {
      return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }
  }

  /// Where the files of this node are.
  public record Data(Path folder) {}

  /// Which PostgreSQL holds the rows.
  public record Database(
      String url,
      String user,
      SecretReference password,
      @Bounds(min = 2, max = 200) int enginePoolSize,
      @Bounds(min = 2, max = 200) int tenantPoolSize,
      @Bounds(min = 0, max = 65_535) int embeddedPort) {

    /// Whether Tenon brings its own PostgreSQL.
    public boolean isEmbedded() {
      return url.isEmpty();
    }
  }

  /// The key of keys.
  public record Vault(SecretReference key) {}

  /// Bounds of the intake.
  public record Inbox(
      @Bounds(min = 1_024, max = 16 << 20) int bodyBytesMax,
      @Bounds(min = 1, max = 16) int writers,
      @Bounds(min = 1, max = 2_000) int batchSizeMax,
      @Bounds(min = 16, max = 100_000) int waitingMax,
      @Bounds(min = 1 << 20, max = 2_000_000_000) int waitingBytesMax) {}

  /// Bounds of the workers that apply facts.
  public record Lanes(
      @Bounds(min = 1, max = 64) int workers,
      @Bounds(min = 5, max = 3_600) int leaseSeconds,
      @Bounds(min = 1, max = 500) int batchSizeMax,
      @Bounds(min = 10, max = 60_000) int pollMilliseconds) {}

  /// Bounds of the workers that run jobs.
  public record Jobs(
      @Bounds(min = 1, max = 500) int workers,
      @Bounds(min = 5, max = 3_600) int leaseSeconds,
      @Bounds(min = 1, max = 500) int batchSizeMax,
      @Bounds(min = 10, max = 60_000) int pollMilliseconds) {}

  /// Bounds of the workers that deliver events.
  public record Deliveries(
      @Bounds(min = 1, max = 20_000) int calls,
      @Bounds(min = 1, max = 1_000) int callsPerEndpoint,
      @Bounds(min = 1, max = 1_000) int batchSizeMax,
      @Bounds(min = 30, max = 3_600) int leaseSeconds,
      @Bounds(min = 10, max = 60_000) int pollMilliseconds) {}

  /// What the built-in mails say, and bounds of a message.
  public record Email(
      String sender,
      String product,
      String help,
      String templatesFolder,
      @Bounds(min = 1, max = 50) int recipientsMax,
      @Bounds(min = 1_024, max = 10_000_000) int messageBytesMax,
      List<String> broadcastStreams,
      String unsubscribeMailto) {}

  /// What Tenon says of itself at payment providers.
  public record Payments(String source) {}

  /// When providers are asked for what they never sent.
  public record Reconciliation(
      @Bounds(min = 0, max = 1_440) int everyMinutes,
      @Bounds(min = 1, max = 1_440) int graceMinutes) {}

  /// Where we may call, and for how long.
  public record Egress(
      List<String> allowPrivate,
      @Bounds(min = 1, max = 60) int connectSecondsMax,
      @Bounds(min = 1, max = 300) int callSecondsMax) {}

  /// How much one API key may ask.
  public record Limits(
      @Bounds(min = 1, max = 100_000) int keyRequestsPerSecond,
      @Bounds(min = 1, max = 100_000) int keyBurst) {}

  /// How long rows are kept.
  public record Retention(
      @Bounds(min = 1, max = 3_650) int receivedDays,
      @Bounds(min = 35, max = 400) int dedupeDays,
      @Bounds(min = 1, max = 3_650) int messageDays,
      @Bounds(min = 1, max = 3_650) int eventDays,
      @Bounds(min = 1, max = 365) int jobDays,
      @Bounds(min = 1, max = 3_650) int stoppedDays) {}

  /// The console.
  public record Console(boolean enabled, @Bounds(min = 1, max = 720) int sessionHours) {}

  /// What is logged and how.
  public record Log(Format format, Level level) {
    /// How a line of the log looks.
    public enum Format {
      TEXT,
      JSON
    }

    /// The least severe line that is written.
    public enum Level {
      ERROR,
      WARN,
      INFO,
      DEBUG,
      TRACE
    }
  }

  /// The defaults alone.
  public static Config defaults() {
    return load(List.of());
  }

  /// The defaults with `layers` above them, a later one above an earlier. Throws [ConfigException]
  /// with everything that is wrong.
  public static Config load(List<Layer> layers) {
    return new Settings(layers, Settings.RETIRED).config();
  }

  /// Checks that concern more than one setting. The key comes first in each sentence.
  List<String> contradictions() {
    List<String> found = new ArrayList<>();
    boolean https = server.publicUrl().toLowerCase(Locale.ROOT).startsWith("https://");
    boolean http = server.publicUrl().toLowerCase(Locale.ROOT).startsWith("http://");
    if (!server.publicUrl().isEmpty() && !https && !http) {
      found.add(
          "server.public-url must begin with https:// (or http:// on loopback), not \"%s\""
              .formatted(server.publicUrl()));
    }
    if (server.certificate().isEmpty() == server.certificateKey().isPresent()) {
      found.add("server.certificate and server.certificate-key go together: set both or neither");
    }
    if (server.bodiesBytesMax() < Math.max(server.bodyBytesMax(), inbox.bodyBytesMax())) {
      found.add(
          "server.bodies-bytes-max must be as large as server.body-bytes-max and inbox.body-bytes-max at least, or the largest bodies never pass");
    }
    if (!server.isLoopback()
        && server.certificate().isEmpty()
        && server.trustedProxies().isEmpty()) {
      found.add(
          "server.host \"%s\" is reachable from outside, and plain HTTP is refused there: set server.certificate, or name your proxy in server.trusted-proxies"
              .formatted(server.host()));
    }
    unreadable("server.trusted-proxies", () -> Networks.parse(server.trustedProxies()), found);
    unreadable("egress.allow-private", () -> PrivatePlaces.parse(egress.allowPrivate()), found);
    if (payments.source().isBlank() || payments.source().length() > 100) {
      found.add("payments.source must have 1 to 100 characters");
    }
    if (!email.sender().isEmpty()) {
      unreadable("email.sender", () -> SenderText.parse(email.sender()), found);
    }
    if (email.broadcastStreams().size() > 20
        || email.broadcastStreams().stream()
            .anyMatch(stream -> !stream.matches("[a-z0-9][a-z0-9_-]{0,39}"))) {
      found.add(
          "email.broadcast-streams must be at most 20 names of lower-case letters, digits, '_' and '-'");
    }
    if (!email.unsubscribeMailto().isEmpty()
        && !email.unsubscribeMailto().matches("[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,180}")) {
      found.add(
          "email.unsubscribe-mailto must be an address of letters, digits, '.', '_', '+' and '-'");
    }
    if (database.isEmbedded()) {
      if (!database.user().isEmpty() || database.password().isPresent()) {
        found.add("database.user and database.password are for a database.url, which is not set");
      }
    } else {
      if (!database.url().startsWith("jdbc:postgresql://")) {
        found.add("database.url must begin with jdbc:postgresql://");
      }
      if (database.url().contains("password=") || database.url().contains("@")) {
        found.add(
            "database.url must not hold a user or password: use database.user and database.password");
      }
      if (database.user().isEmpty() || !database.password().isPresent()) {
        found.add("database.url needs database.user and database.password beside it");
      }
    }
    return found;
  }

  private static void unreadable(String key, Supplier<?> read, List<String> found) {
    try {
      var _ = read.get();
    } catch (IllegalArgumentException e) {
      found.add(key + ": " + e.getMessage());
    }
  }
}
