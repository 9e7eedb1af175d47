package dev.tenon.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Function;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The `ETag` of what a route answers: `"edited.whole"`, two digests of its JSON.
///
/// The first is of what people can change, the second of all that is shown. `If-None-Match` asks
/// about the whole; `If-Match` about the first alone, since nobody's change should be refused
/// because a figure beside it (failed calls, connections that rest) has moved meanwhile.
final class EntityTag {
  private static final int PART_BYTES = 9;

  /// Maps have no order of their own, and each process gives them another.
  private static final JsonMapper SORTED =
      Json.MAPPER.rebuild().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private EntityTag() {}

  /// The tag, in quotes.
  ///
  /// @param edited what of a view people can change
  static String of(Object view, Function<Object, Object> edited) {
    return "\"%s.%s\"".formatted(digest(edited.apply(view)), digest(view));
  }

  /// Whether `If-None-Match` names this very state.
  static boolean isKnown(String header, String tag) {
    return header.strip().equals("*") || named(header).anyMatch(tag::equals);
  }

  /// Whether `If-Match` names a state that people have not changed since.
  static boolean isUnchanged(String header, String tag) {
    String edited = edited(tag);
    return header.strip().equals("*")
        || named(header).map(EntityTag::edited).anyMatch(edited::equals);
  }

  /// A proxy that packs an answer marks its tag as weak; it is the same state.
  private static java.util.stream.Stream<String> named(String header) {
    return Arrays.stream(header.split(",", 100))
        .map(String::strip)
        .map(tag -> tag.startsWith("W/") ? tag.substring(2) : tag);
  }

  private static String edited(String tag) {
    int dot = tag.indexOf('.');
    return dot < 0 ? tag : tag.substring(0, dot);
  }

  private static String digest(Object value) {
    try {
      byte[] json = SORTED.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(digest, PART_BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
