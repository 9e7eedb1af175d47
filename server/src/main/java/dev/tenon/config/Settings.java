package dev.tenon.config;

import dev.tenon.config.Layer.Setting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The layers laid over each other, by full key, with the place that each value comes from.
public final class Settings {
  private static final String NO_EFFECT = "It never had an effect; remove the line.";

  /// Names that were settings once, and what to do instead. They refuse to start, so that an
  /// upgrade never ignores what an operator asked for.
  static final Map<String, String> RETIRED =
      Map.of(
          "delivery.timeout-seconds", NO_EFFECT,
          "delivery.concurrency-max", NO_EFFECT,
          "delivery.disable-hours", NO_EFFECT,
          "retention.audit-days", NO_EFFECT,
          "retention.delivery-days",
              NO_EFFECT
                  + " retention.event-days says how long events for your application are kept.");

  private final Map<String, Setting> merged = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  /// The defaults with `layers` above them.
  public Settings(List<Layer> layers) {
    this(layers, RETIRED);
  }

  Settings(List<Layer> layers, Map<String, String> retired) {
    Set<String> known = keys();
    merged.putAll(Layer.defaults().settings());
    for (Layer layer : layers) {
      new TreeMap<>(layer.settings())
          .forEach(
              (key, setting) -> {
                @Nullable String instead = retired.get(key);
                if (instead != null) {
                  problems.add(
                      "%s: the setting %s is gone. %s".formatted(setting.place(), key, instead));
                } else if (known.contains(key)) {
                  merged.put(key, setting);
                } else {
                  problems.add(unknown(key, setting, known));
                }
              });
    }
  }

  private static String unknown(String key, Setting setting, Set<String> known) {
    String nearest = NearestName.of(key, known);
    return "%s: unknown setting %s%s"
        .formatted(
            setting.place(),
            key,
            nearest.isEmpty()
                ? "; tenon.default.toml lists all of them"
                : "; did you mean " + nearest + "?");
  }

  /// Each setting in force and where it comes from. A secret's setting shows its reference.
  public Map<String, Setting> inForce() {
    return Map.copyOf(merged);
  }

  /// The checked records. Throws [ConfigException] with all problems of all layers.
  public Config config() {
    List<String> found = new ArrayList<>(problems);
    SettingReader reader = new SettingReader(found);
    List<Object> sections = new ArrayList<>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      List<Object> values = new ArrayList<>();
      for (RecordComponent component : section.getType().getRecordComponents()) {
        String key = key(section, component);
        @Nullable Setting setting = merged.get(key);
        if (setting == null) {
          throw new IllegalStateException(key + " is missing in tenon.default.toml");
        }
        values.add(reader.read(key, setting, component));
      }
      sections.add(make(section.getType(), values));
    }
    Config config = (Config) make(Config.class, sections);
    if (found.isEmpty()) {
      found.addAll(config.contradictions());
    }
    if (!found.isEmpty()) {
      throw new ConfigException(found);
    }
    return config;
  }

  /// Every key that exists.
  static Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      for (RecordComponent component : section.getType().getRecordComponents()) {
        keys.add(key(section, component));
      }
    }
    return keys;
  }

  private static String key(RecordComponent section, RecordComponent component) {
    return kebab(section.getName()) + "." + kebab(component.getName());
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static Object make(Class<?> type, List<Object> values) {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      return type.getDeclaredConstructor(types).newInstance(values.toArray());
    } catch (NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("the canonical constructor of " + type, e);
    }
  }
}
