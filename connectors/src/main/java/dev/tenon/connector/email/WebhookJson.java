package dev.tenon.connector.email;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What reading providers' webhooks has in common. Lenient about what stands in a body, since a
/// field that changed its type must not stop the rest; strict about its form.
public final class WebhookJson {
  private static final int DEPTH_MAX = 64;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private WebhookJson() {}

  /// The whole body as one JSON value, at most 64 levels deep; empty when it is anything else. Of a
  /// name that stands twice in an object the last counts: SendGrid mixes the fields of others into
  /// its own.
  public static Optional<JsonNode> read(byte[] body) {
    return tree(() -> JSON.readTree(body));
  }

  /// The same for JSON that travels as a text.
  public static Optional<JsonNode> read(String text) {
    return tree(() -> JSON.readTree(text));
  }

  private interface Source {
    JsonNode read();
  }

  private static Optional<JsonNode> tree(Source source) {
    try {
      JsonNode tree = source.read();
      return tree == null || tree.isMissingNode() ? Optional.empty() : Optional.of(tree);
    } catch (JacksonException _) {
      return Optional.empty();
    }
  }

  /// A text or a number as text; empty for anything else.
  public static String text(JsonNode node) {
    return node.isString() ? node.stringValue() : node.isNumber() ? node.asString() : "";
  }

  /// The texts of an array, at most `max`; a single text is an array of one.
  public static List<String> texts(JsonNode node, int max) {
    List<String> texts = new ArrayList<>();
    if (node.isString()) {
      texts.add(node.stringValue());
    }
    for (JsonNode one : node) {
      if (one.isString() && texts.size() < max) {
        texts.add(one.stringValue());
      }
    }
    return texts;
  }

  /// RFC 3339 with any offset and up to nine digits of a fraction; else [Instant#EPOCH].
  public static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text.replace(' ', 'T'), DateTimeFormatter.ISO_OFFSET_DATE_TIME)
          .toInstant();
    } catch (DateTimeException _) {
      return Instant.EPOCH;
    }
  }

  /// Unix seconds, with or without a fraction, as a number or a text; else [Instant#EPOCH].
  public static Instant seconds(JsonNode node) {
    try {
      double seconds = Double.parseDouble(text(node));
      return seconds >= 0 && seconds < 253_370_764_800d
          ? Instant.ofEpochMilli(Math.round(seconds * 1_000))
          : Instant.EPOCH;
    } catch (NumberFormatException _) {
      return Instant.EPOCH;
    }
  }

  /// One key of many parts, none of which can pass for a piece of its neighbour.
  public static String key(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("this Java platform lacks SHA-256", impossible);
    }
  }
}
