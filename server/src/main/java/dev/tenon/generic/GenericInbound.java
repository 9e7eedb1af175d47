package dev.tenon.generic;

import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.connector.signature.HmacScheme;
import dev.tenon.connector.signature.StandardWebhookSignature;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Webhooks of any service, one fact each: signed by Standard Webhooks, or by a scheme of HMAC that
/// the connection's settings describe. What its id, its kind and its object are, settings say too.
public final class GenericInbound implements InboundProvider {
  /// Signed by Standard Webhooks, with `v1` or, where the setting `public_key` is given, `v1a`.
  public static final String STANDARD = "standard-webhooks";

  /// Signed as [HmacScheme] reads the settings.
  public static final String HMAC = "hmac";

  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final int KIND_CHARS_MAX = 255;
  private static final String NO_KIND = "webhook";

  private final String provider;
  private final InstantSource clock;

  private GenericInbound(String provider, InstantSource clock) {
    this.provider = provider;
    this.clock = clock;
  }

  /// One for each kind.
  public static List<InboundProvider> all(InstantSource clock) {
    return List.of(new GenericInbound(STANDARD, clock), new GenericInbound(HMAC, clock));
  }

  @Override
  public String provider() {
    return provider;
  }

  @Override
  public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant now) {
    if (provider.equals(HMAC)) {
      return HmacScheme.of(source.settings()).verify(body, lookUp(headers), source.secrets(), now);
    }
    String publicKey = source.setting("public_key");
    return publicKey.isEmpty()
        ? StandardWebhookSignature.verify(body, lookUp(headers), source.secrets(), now)
        : asymmetric(body, headers, publicKey, now);
  }

  private static Verdict asymmetric(
      byte[] body, InboundHeaders headers, String publicKey, Instant now) {
    String id = headers.first("webhook-id").orElse("");
    Optional<Instant> at = seconds(headers.first("webhook-timestamp").orElse(""));
    if (id.isEmpty() || at.isEmpty()) {
      return new Verdict.Malformed("an id or a timestamp header is missing");
    }
    String signatures = headers.first("webhook-signature").orElse("");
    if (!Ed25519WebhookSignature.verify(body, id, at.get(), signatures, publicKey)) {
      return new Verdict.Mismatch();
    }
    Duration age = Duration.between(at.get(), now);
    if (age.compareTo(TOLERANCE) > 0) {
      return new Verdict.TooOld(age);
    }
    return age.negated().compareTo(TOLERANCE) > 0
        ? new Verdict.TooNew(age.negated())
        : new Verdict.Valid(0);
  }

  @Override
  public Reading read(byte[] body, InboundHeaders headers) {
    return read(body, headers, Map.of());
  }

  @Override
  public Reading read(byte[] body, InboundHeaders headers, Inbox.Source source) {
    return read(body, headers, source.settings());
  }

  private Reading read(byte[] body, InboundHeaders headers, Map<String, String> settings) {
    boolean standard = provider.equals(STANDARD);
    JsonNode json = json(body);
    String id =
        (standard
                ? Optional.ofNullable(StandardWebhookSignature.id(lookUp(headers)))
                : named(headers, settings, "id_header"))
            .or(() -> pointed(json, settings.getOrDefault("id_pointer", "")))
            .orElseGet(() -> "sha256:" + digest(body));
    String kind =
        named(headers, settings, "type_header")
            .or(() -> pointed(json, settings.getOrDefault("type_pointer", "/type")))
            .filter(text -> text.length() <= KIND_CHARS_MAX)
            .orElse(NO_KIND);
    String object =
        pointed(json, settings.getOrDefault("object_pointer", ""))
            .filter(text -> text.length() <= KIND_CHARS_MAX)
            .orElse("");
    Instant at =
        (standard
                ? headers.first("webhook-timestamp").or(() -> headers.first("svix-timestamp"))
                : named(headers, settings, "timestamp_header"))
            .flatMap(GenericInbound::seconds)
            .orElseGet(clock::instant);
    // What is about one object keeps its order; what says nothing of that stands for itself.
    return new Reading.Facts(
        List.of(new ReadFact(id, object.isEmpty() ? id : object, kind, object, at)));
  }

  /// A header that a setting names, where it says something.
  private static Optional<String> named(
      InboundHeaders headers, Map<String, String> settings, String setting) {
    @Nullable String name = settings.get(setting);
    return name == null ? Optional.empty() : headers.first(name).filter(text -> !text.isBlank());
  }

  private static Optional<String> pointed(JsonNode json, String pointer) {
    if (pointer.isEmpty()) {
      return Optional.empty();
    }
    JsonNode found = json.at(JsonPointer.compile(pointer));
    return found.isString() || found.isNumber()
        ? Optional.of(found.asString()).filter(text -> !text.isBlank())
        : Optional.empty();
  }

  /// Missing where it is no JSON, which it need not be.
  private static JsonNode json(byte[] body) {
    try {
      JsonNode read = JsonMapper.shared().readTree(body);
      return read == null ? JsonMapper.shared().missingNode() : read;
    } catch (JacksonException _) {
      return JsonMapper.shared().missingNode();
    }
  }

  private static Optional<Instant> seconds(String text) {
    try {
      long seconds = Long.parseLong(text);
      return seconds >= 0 && seconds < 253_402_300_800L
          ? Optional.of(Instant.ofEpochSecond(seconds))
          : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static String digest(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static UnaryOperator<@Nullable String> lookUp(InboundHeaders headers) {
    return name -> name == null ? null : headers.first(name).orElse(null);
  }
}
