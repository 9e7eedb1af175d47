package dev.tenon.config;

import dev.tenon.config.Layer.Setting;
import java.lang.reflect.RecordComponent;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Turns a value of a layer into the type of its record component, or notes what is wrong and goes
/// on with a stand-in, so that all problems come out at once.
final class SettingReader {
  private final List<String> problems;

  SettingReader(List<String> problems) {
    this.problems = problems;
  }

  Object read(String key, Setting setting, RecordComponent component) {
    Class<?> type = component.getType();
    if (type == int.class) {
      return number(key, setting, component.getAnnotation(Bounds.class));
    } else if (type == boolean.class) {
      return flag(key, setting);
    } else if (type == String.class) {
      return text(key, setting);
    } else if (type == Path.class) {
      return path(key, setting);
    } else if (type == List.class) {
      return list(key, setting);
    } else if (type == SecretReference.class) {
      return secret(key, setting);
    } else if (type.isEnum()) {
      return choice(key, setting, type.getEnumConstants());
    }
    throw new IllegalStateException("no way to read " + key + " as " + type);
  }

  private int number(String key, Setting setting, @Nullable Bounds bounds) {
    long min = bounds == null ? Integer.MIN_VALUE : bounds.min();
    long max = bounds == null ? Integer.MAX_VALUE : bounds.max();
    JsonNode value = setting.value();
    String text = value.isString() && setting.text() ? value.asString().strip() : value.toString();
    if (text.matches("-?\\d{1,18}") && (value.isIntegralNumber() || setting.text())) {
      long number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return (int) number;
      }
    }
    wrong(key, setting, "must be a whole number from %d to %d".formatted(min, max), value);
    return (int) min;
  }

  private boolean flag(String key, Setting setting) {
    JsonNode value = setting.value();
    if (value.isBoolean()) {
      return value.asBoolean();
    }
    if (setting.text() && value.asString().matches("(?i)true|false")) {
      return Boolean.parseBoolean(value.asString());
    }
    wrong(key, setting, "must be true or false", value);
    return false;
  }

  private String text(String key, Setting setting) {
    if (!setting.value().isString()) {
      wrong(key, setting, "must be text in quotes", setting.value());
      return "";
    }
    return setting.value().asString().strip();
  }

  private Path path(String key, Setting setting) {
    String text = text(key, setting);
    try {
      if (!text.isEmpty()) {
        return Path.of(text);
      }
      problem(key, setting, "must name a folder");
    } catch (InvalidPathException e) {
      wrong(key, setting, "is no path", setting.value());
    }
    return Path.of("");
  }

  private List<String> list(String key, Setting setting) {
    JsonNode value = setting.value();
    if (value.isArray() && value.values().stream().allMatch(JsonNode::isString)) {
      List<String> items = new ArrayList<>();
      value.values().forEach(item -> items.add(item.asString().strip()));
      return List.copyOf(items);
    }
    if (setting.text()) {
      return Arrays.stream(value.asString().split(",", -1))
          .map(String::strip)
          .filter(item -> !item.isEmpty())
          .toList();
    }
    wrong(key, setting, "must be a list of texts, like [\"a\", \"b\"]", value);
    return List.of();
  }

  /// Never repeats the value: it may be the secret itself.
  private SecretReference secret(String key, Setting setting) {
    if (!setting.value().isString()) {
      problem(key, setting, "must be \"env:NAME\", \"file:PATH\" or \"command:LINE\"");
      return new SecretReference.Absent();
    }
    try {
      return SecretReference.parse(setting.value().asString());
    } catch (IllegalArgumentException e) {
      problem(key, setting, String.valueOf(e.getMessage()));
      return new SecretReference.Absent();
    }
  }

  private Object choice(String key, Setting setting, Object[] constants) {
    String text = setting.value().isString() ? setting.value().asString().strip() : "";
    for (Object constant : constants) {
      if (name(constant).equals(text)) {
        return constant;
      }
    }
    List<String> names = Arrays.stream(constants).map(SettingReader::name).toList();
    wrong(key, setting, "must be one of " + String.join(", ", names), setting.value());
    return constants[0];
  }

  private static String name(Object constant) {
    return constant.toString().toLowerCase(Locale.ROOT);
  }

  private void wrong(String key, Setting setting, String rule, JsonNode value) {
    String shown = value.toString();
    problem(
        key,
        setting,
        "%s, not %s".formatted(rule, shown.length() > 60 ? shown.substring(0, 60) + "…" : shown));
  }

  private void problem(String key, Setting setting, String rule) {
    problems.add("%s: %s %s".formatted(setting.place(), key, rule));
  }
}
