package dev.tenon.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;
import tools.jackson.dataformat.toml.TomlMapper;

/// One source of settings: a file, the environment, or the command line.
///
/// @param settings by full key, e.g. `inbox.body-bytes-max`
public record Layer(Map<String, Setting> settings) {
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final String PREFIX = "TENON_";
  private static final String DEFAULTS = "tenon.default.toml";

  /// A value and where it was written.
  ///
  /// @param place for people: `tenon.toml:12`, `TENON_SERVER__PORT`, `--port`
  /// @param text whether the value comes as text whatever its type is, as in the environment
  public record Setting(JsonNode value, String place, boolean text) {}

  public Layer {
    settings = Map.copyOf(settings);
  }

  /// A TOML file. Throws [ConfigException] when it is missing, too large or no TOML.
  public static Layer file(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      if (bytes.length > FILE_BYTES_MAX) {
        throw new ConfigException(
            List.of("%s is larger than %d bytes".formatted(file, FILE_BYTES_MAX)));
      }
      return toml(file.toString(), new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new ConfigException(
          List.of(
              Files.exists(file)
                  ? "the configuration file %s can't be read".formatted(file)
                  : "there is no configuration file %s".formatted(file.toAbsolutePath())));
    }
  }

  /// The environment: every `TENON_SECTION__KEY`. A variable without the double underscore is not a
  /// setting and is left alone.
  public static Layer environment(Map<String, String> variables) {
    Map<String, Setting> found = new TreeMap<>();
    variables.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX) && name.contains("__")) {
            String key =
                name.substring(PREFIX.length())
                    .toLowerCase(Locale.ROOT)
                    .replace("__", ".")
                    .replace('_', '-');
            found.put(key, new Setting(StringNode.valueOf(value), name, true));
          }
        });
    return new Layer(found);
  }

  /// Options of the command line, by full key.
  public static Layer commandLine(Map<String, String> options) {
    Map<String, Setting> found = new LinkedHashMap<>();
    options.forEach(
        (key, value) ->
            found.put(key, new Setting(StringNode.valueOf(value), "the command line", true)));
    return new Layer(found);
  }

  /// The file that ships with Tenon.
  static Layer defaults() {
    try (@Nullable InputStream in = Layer.class.getClassLoader().getResourceAsStream(DEFAULTS)) {
      if (in == null) {
        throw new IllegalStateException(DEFAULTS + " is not on the class path");
      }
      return toml(DEFAULTS, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(DEFAULTS + " can't be read", e);
    }
  }

  static Layer toml(String name, String text) {
    JsonNode tree;
    try {
      tree = new TomlMapper().readTree(text);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new ConfigException(
          List.of("%s:%d is no TOML: %s".formatted(name, line, e.getOriginalMessage())));
    }
    Map<String, Setting> found = new LinkedHashMap<>();
    flatten("", tree, name, lines(text), found);
    return new Layer(found);
  }

  private static void flatten(
      String prefix,
      JsonNode node,
      String name,
      Map<String, Integer> lines,
      Map<String, Setting> found) {
    node.properties()
        .forEach(
            entry -> {
              String key = prefix + entry.getKey();
              if (entry.getValue().isObject() && !entry.getValue().isEmpty()) {
                flatten(key + ".", entry.getValue(), name, lines, found);
              } else if (!entry.getValue().isObject()) {
                @Nullable Integer line = lines.get(key);
                found.put(
                    key,
                    new Setting(entry.getValue(), line == null ? name : name + ":" + line, false));
              }
            });
  }

  /// Where each key stands. The parser doesn't tell, so this reads headers and the begin of lines;
  /// a key that is written in a rarer way (inline tables) has no line and is named by file only.
  private static Map<String, Integer> lines(String text) {
    Map<String, Integer> lines = new TreeMap<>();
    String section = "";
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.strip();
      int equals = line.indexOf('=');
      if (line.startsWith("[") && line.indexOf(']') > 0 && equals < 0) {
        section = line.substring(1, line.indexOf(']')).strip() + ".";
      } else if (equals > 0 && !line.startsWith("#")) {
        lines.putIfAbsent(section + line.substring(0, equals).strip().replace("\"", ""), number);
      }
    }
    return lines;
  }
}
