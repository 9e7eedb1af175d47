package dev.tenon.cli;

import dev.tenon.config.Config;
import dev.tenon.connector.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/// The options by which a command finds the server it speaks to: without any, the `dev` that runs
/// with the data folder of the settings.
public final class HubOptions {
  static final String KEY_VARIABLE = "TENON_API_KEY";
  static final String API_VARIABLE = "TENON_API_URL";
  static final String TENANT_VARIABLE = "TENON_TENANT";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data folder of the dev to use (data.folder).")
  private @Nullable Path data;

  @Option(
      names = "--api",
      paramLabel = "URL",
      description = "Address of the server, if it is not a dev on this machine ($TENON_API_URL).")
  private @Nullable String api;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "API key. Better in $TENON_API_KEY: other users of the machine can see command lines.")
  private @Nullable String key;

  @Option(
      names = "--tenant",
      paramLabel = "ID",
      description =
          "The tenant ($TENON_TENANT); else that of dev, or the only one the key reaches.")
  private @Nullable String tenant;

  /// Finds the server. Reads files only: whether it answers shows at the first call.
  Hub find(Map<String, String> environment) {
    @Nullable String address = api != null || data != null ? api : environment.get(API_VARIABLE);
    if (address != null && !address.isBlank()) {
      return named(address, environment);
    }
    Path folder = folder(environment);
    Optional<JsonNode> running = RunningDev.find(folder);
    if (running.isEmpty()) {
      throw new CommandFailed(
          Failure.UNREACHABLE,
          "no dev is running with the data folder %s. Start one: ./tenon dev. Or name its folder with --data, or another server with --api"
              .formatted(folder));
    }
    JsonNode dev = running.get();
    // Key and tenant in the environment are those of another server, which it names as well.
    return new Hub(
        uri(dev.path("api").asString()),
        Secret.of(key == null ? dev.path("api_key").asString() : key),
        tenant == null ? dev.path("tenant").asString("") : tenant);
  }

  private Hub named(String address, Map<String, String> environment) {
    String secret = key != null ? key : environment.getOrDefault(KEY_VARIABLE, "");
    if (secret.isBlank()) {
      throw new CommandFailed(
          Failure.USAGE, "set %s to an API key, or give one with --key".formatted(KEY_VARIABLE));
    }
    return new Hub(
        uri(address),
        Secret.of(secret),
        tenant != null ? tenant : environment.getOrDefault(TENANT_VARIABLE, ""));
  }

  private Path folder(Map<String, String> environment) {
    @Nullable Path named = data;
    if (named != null) {
      return named;
    }
    Config config = new SettingsOptions().config(environment);
    return config.data().folder();
  }

  private static URI uri(String text) {
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getQuery() == null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Not a URI at all: the same answer as for one that is no web address.
    }
    throw new CommandFailed(
        Failure.USAGE,
        "%s is no address of a server, such as https://hub.example.com".formatted(text));
  }
}
