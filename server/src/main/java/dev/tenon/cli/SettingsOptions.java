package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options by which every command finds its settings.
public final class SettingsOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file; without it, tenon.toml in the working folder if there.")
  private @Nullable Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder for the embedded database and its files (data.folder).")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the server; 0 picks a free one (server.port).")
  private @Nullable Integer port;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any other setting, e.g. --set log.level=debug. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /// All layers above the defaults: file, environment, command line.
  public Settings settings(Map<String, String> environment) {
    List<Layer> layers = new ArrayList<>();
    @Nullable Path named = file;
    Path usual = Path.of("tenon.toml");
    if (named != null) {
      layers.add(Layer.file(named));
    } else if (Files.exists(usual)) {
      layers.add(Layer.file(usual));
    }
    layers.add(Layer.environment(environment));
    Map<String, String> options = new LinkedHashMap<>(settings);
    @Nullable Path folder = data;
    if (folder != null) {
      options.put("data.folder", folder.toString());
    }
    @Nullable Integer number = port;
    if (number != null) {
      options.put("server.port", number.toString());
    }
    layers.add(Layer.commandLine(options));
    return new Settings(layers);
  }

  /// The checked settings.
  public Config config(Map<String, String> environment) {
    return settings(environment).config();
  }
}
