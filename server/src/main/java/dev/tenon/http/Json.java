package dev.tenon.http;

import dev.tenon.connector.Secret;
import dev.tenon.db.Storable;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/// JSON of the API: records in `snake_case`, times in RFC 3339 UTC. Reading is strict, because a
/// field that is silently ignored is a mistake that nobody sees.
public final class Json {
  private static final int DEPTH_MAX = 64;
  private static final int STRING_CHARS_MAX = 20_000_000;

  /// The one mapper. Immutable.
  public static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxStringLength(STRING_CHARS_MAX)
                          .build())
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS)
          .addModule(secrets())
          .addModule(times())
          .withCoercionConfig(
              LogicalType.Textual,
              text ->
                  text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private Json() {}

  /// A secret may come in; going out it is refused, unless a field says `using = Reveal.class`.
  private static SimpleModule secrets() {
    var module = new SimpleModule("secrets");
    module.addDeserializer(
        Secret.class,
        new ValueDeserializer<Secret>() {
          @Override
          public Secret deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.currentToken() != JsonToken.VALUE_STRING || parser.getString().isBlank()) {
              return (Secret) context.handleUnexpectedToken(Secret.class, parser);
            }
            return Secret.of(parser.getString());
          }
        });
    module.addSerializer(
        Secret.class,
        new ValueSerializer<Secret>() {
          @Override
          public void serialize(
              Secret value, JsonGenerator generator, SerializationContext context) {
            throw new IllegalStateException("a secret must not be written to JSON");
          }
        });
    return module;
  }

  /// A time is an RFC 3339 text of the years 1970 to 9999. `Instant` reads years of ten digits,
  /// which no column holds.
  private static SimpleModule times() {
    var module = new SimpleModule("times");
    module.addDeserializer(
        Instant.class,
        new ValueDeserializer<Instant>() {
          @Override
          public Instant deserialize(JsonParser parser, DeserializationContext context) {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
              try {
                Instant time = Instant.parse(parser.getString());
                if (Storable.isTime(time)) {
                  return time;
                }
              } catch (DateTimeException e) {
                // No time: the same answer as for one that nobody can mean.
              }
            }
            return (Instant) context.handleUnexpectedToken(Instant.class, parser);
          }
        });
    return module;
  }

  /// Writes a secret as it is, for the one answer that shows it.
  public static final class Reveal extends ValueSerializer<Secret> {
    @Override
    public void serialize(Secret value, JsonGenerator generator, SerializationContext context) {
      generator.writeString(value.reveal());
    }
  }

  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /// Reads a request body. Throws [ProblemException] that names the field when one is unknown,
  /// missing (all are needed that are not `@Nullable`) or has a wrong value.
  public static <T> T read(byte[] body, Class<T> type) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw new ProblemException(
          ProblemCode.REQUEST_MALFORMED_JSON,
          "The body is not valid JSON at line %d, column %d."
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr()));
    }
    requireText(tree, "");
    if (type == JsonNode.class) {
      return type.cast(tree);
    }
    if (!tree.isObject()) {
      throw new ProblemException(
          ProblemCode.REQUEST_MALFORMED_JSON, "The body must be one JSON object.");
    }
    requireFields(tree, type, "");
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (UnrecognizedPropertyException e) {
      String path = path(e);
      throw new ProblemException(
          ProblemCode.REQUEST_UNKNOWN_FIELD, "There is no field `%s`.".formatted(path), path);
    } catch (DatabindException e) {
      if (e.getCause() instanceof ProblemException problem) {
        throw problem;
      }
      String path = path(e);
      throw ProblemException.invalidField(
          path,
          e instanceof MismatchedInputException wrong && wrong.getTargetType() == Instant.class
              ? "`%s` is a time of the years 1970 to 9999, such as 2026-11-24T10:00:00Z."
                  .formatted(path)
              : "`%s` has a wrong type or form.".formatted(path));
    }
  }

  /// What is wrong with a text that isn't one.
  static String noText(String what) {
    return what + " must not hold U+0000 or half of a surrogate pair.";
  }

  /// Wherever a text goes from here, it ends in the database: better refused here, once, with the
  /// name of its field.
  private static void requireText(JsonNode node, String path) {
    if (node.isString()) {
      if (!Storable.isText(node.stringValue())) {
        throw ProblemException.invalidField(
            path, noText(path.isEmpty() ? "The text" : "`" + path + "`"));
      }
    } else if (node.isObject()) {
      for (var property : node.properties()) {
        if (!Storable.isText(property.getKey())) {
          throw ProblemException.invalidField(path, noText("The name of a field"));
        }
        requireText(
            property.getValue(),
            path.isEmpty() ? property.getKey() : path + "." + property.getKey());
      }
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        requireText(node.get(i), "%s[%d]".formatted(path, i));
      }
    }
  }

  private static void requireFields(JsonNode node, Class<?> type, String prefix) {
    if (!type.isRecord() || !node.isObject()) {
      return;
    }
    for (RecordComponent component : type.getRecordComponents()) {
      String name = fieldName(component);
      JsonNode value = node.get(name);
      if (value == null || value.isNull()) {
        if (!nullable(component)) {
          throw new ProblemException(
              ProblemCode.REQUEST_MISSING_FIELD,
              "The field `%s` is needed.".formatted(prefix + name),
              prefix + name);
        }
      } else if (component.getType().isRecord()) {
        requireFields(value, component.getType(), prefix + name + ".");
      } else if (value.isArray()) {
        requireElements(value, component.getAnnotatedType(), prefix + name);
      }
    }
  }

  private static void requireElements(JsonNode array, AnnotatedType type, String path) {
    if (type instanceof AnnotatedParameterizedType list
        && list.getAnnotatedActualTypeArguments().length == 1) {
      Class<?> element =
          list.getAnnotatedActualTypeArguments()[0].getType() instanceof Class<?> raw
              ? raw
              : Object.class;
      for (int i = 0; i < array.size(); i++) {
        if (array.get(i).isNull()) {
          throw ProblemException.invalidField(
              "%s[%d]".formatted(path, i), "A list holds no nulls.");
        }
        requireFields(array.get(i), element, "%s[%d].".formatted(path, i));
      }
    }
  }

  /// The name of a record's component in JSON.
  static String fieldName(RecordComponent component) {
    var out = new StringBuilder();
    for (char c : component.getName().toCharArray()) {
      if (Character.isUpperCase(c)) {
        out.append('_');
      }
      out.append(Character.toLowerCase(c));
    }
    return out.toString();
  }

  /// Whether a field may be left out.
  static boolean nullable(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static String path(DatabindException e) {
    var out = new StringBuilder();
    for (var step : e.getPath()) {
      if (step.getPropertyName() == null) {
        out.append('[').append(step.getIndex()).append(']');
      } else {
        out.append(out.isEmpty() ? "" : ".").append(step.getPropertyName());
      }
    }
    return out.toString();
  }
}
