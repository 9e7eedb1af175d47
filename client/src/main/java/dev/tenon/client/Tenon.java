package dev.tenon.client;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A Tenon server, as one API key reaches it. One object serves all threads and all tenants; close
/// it when the program ends.
///
/// ```java
/// Tenon tenon = Tenon.builder().baseUrl("https://tenon.example.com").apiKey(key).build();
/// tenon.tenant("ten_…").messages().sendWelcomeEmail("ada@example.org", Map.of("customer_name", "Ada"));
/// ```
///
/// Calls block, on virtual threads as cheaply as on others. Those that fail throw a
/// [TenonException]. A call is made again by itself where that can't do a thing twice: when nothing
/// was sent, when Tenon asked for patience (429), and, for reads and for calls that carry an
/// `Idempotency-Key`, when no answer came or the server failed. The client sets that key itself.
public final class Tenon implements AutoCloseable {
  private final Transport transport;

  private Tenon(Transport transport) {
    this.transport = transport;
  }

  public static Builder builder() {
    return new Builder();
  }

  /// The calls that are about one tenant.
  ///
  /// @param tenant `ten_…`; a key of the platform reaches all, a tenant's key its own
  public TenantClient tenant(String tenant) {
    return new TenantClient(new Caller(transport, tenant, null));
  }

  /// Ends the calls that are under way.
  @Override
  public void close() {
    transport.close();
  }

  /// Where it is; never the key.
  @Override
  public String toString() {
    return "Tenon[%s]".formatted(transport);
  }

  /// Settings of a client. Only the address and the key are needed.
  public static final class Builder {
    private static final int TRIES_MAX = 10;

    private @Nullable URI baseUrl;
    private @Nullable String apiKey;
    private boolean plainHttp;
    private Duration connectTimeout = Duration.ofSeconds(5);
    private Duration timeout = Duration.ofSeconds(30);
    private int tries = 4;
    private Duration waitMax = Duration.ofSeconds(30);
    private Transport.Pause pause = Thread::sleep;

    private Builder() {}

    /// Where Tenon is, such as `https://tenon.example.com`. Plain HTTP is refused beyond this
    /// machine, since the key could be read on its way.
    public Builder baseUrl(String url) {
      URI parsed = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
      String scheme = parsed.getScheme() == null ? "" : parsed.getScheme().toLowerCase(Locale.ROOT);
      if (parsed.getHost() == null
          || !(scheme.equals("https") || scheme.equals("http"))
          || parsed.getRawQuery() != null
          || parsed.getRawFragment() != null
          || parsed.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            "the base URL has to be like https://tenon.example.com, without query and user");
      }
      baseUrl = parsed;
      return this;
    }

    /// `tn_…`. It goes into the header of each call, and nowhere else.
    public Builder apiKey(String key) {
      if (key.isBlank() || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException(
            "the API key is empty or holds a character that none has");
      }
      apiKey = key;
      return this;
    }

    /// Allows plain HTTP to another machine, for a network that nobody else can read.
    public Builder allowPlainHttp() {
      plainHttp = true;
      return this;
    }

    /// How long making a connection may take; 5 s where it is not given.
    public Builder connectTimeout(Duration time) {
      connectTimeout = positive(time);
      return this;
    }

    /// How long one try may take, answer included; 30 s where it is not given. Tenon may call a
    /// provider before it answers, so less than that leaves more outcomes unknown.
    public Builder timeout(Duration time) {
      timeout = positive(time);
      return this;
    }

    /// How often a call is made at most, the first time included: 1 to 10, 4 where it is not given.
    public Builder tries(int number) {
      if (number < 1 || number > TRIES_MAX) {
        throw new IllegalArgumentException("tries are 1 to %d".formatted(TRIES_MAX));
      }
      tries = number;
      return this;
    }

    /// The longest wait between two tries; 30 s where it is not given.
    public Builder waitMax(Duration time) {
      waitMax = positive(time);
      return this;
    }

    /// For tests: how time passes between two tries.
    Builder pause(Transport.Pause pause) {
      this.pause = pause;
      return this;
    }

    public Tenon build() {
      URI url = baseUrl;
      String key = apiKey;
      if (url == null || key == null) {
        throw new IllegalStateException("a client needs a base URL and an API key");
      }
      if (!plainHttp && !"https".equalsIgnoreCase(url.getScheme()) && !isThisMachine(url)) {
        throw new IllegalStateException(
            "plain HTTP would show the API key on its way: use https, or allowPlainHttp() in a"
                + " network that nobody else can read");
      }
      return new Tenon(
          new Transport(url, key, connectTimeout, timeout, new RetryRules(tries, waitMax), pause));
    }

    private static boolean isThisMachine(URI url) {
      return switch (url.getHost().toLowerCase(Locale.ROOT)) {
        case "localhost", "127.0.0.1", "[::1]" -> true;
        default -> false;
      };
    }

    private static Duration positive(Duration time) {
      if (time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException("a time has to be positive");
      }
      return time;
    }

    /// Never the key.
    @Override
    public String toString() {
      return "Tenon.Builder[%s]".formatted(baseUrl);
    }
  }
}
