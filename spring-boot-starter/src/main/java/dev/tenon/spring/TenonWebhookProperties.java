package dev.tenon.spring;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// How webhooks are taken in.
///
/// @param path where Tenon's endpoint points to
/// @param keys secrets (`whsec_…`) and public keys (`whpk_…`); several while they are changed
/// @param tolerance how far the time of signing may be off, either way
/// @param bodyMax longer bodies are refused unread
@ConfigurationProperties("tenon.webhook")
public record TenonWebhookProperties(
    @DefaultValue("/webhooks/tenon") String path,
    @DefaultValue({}) List<String> keys,
    @DefaultValue("5m") Duration tolerance,
    @DefaultValue("1MB") DataSize bodyMax) {

  public TenonWebhookProperties {
    keys = List.copyOf(keys);
  }

  /// Without the keys.
  @Override
  public String toString() {
    return "TenonWebhookProperties[path=%s, %d keys]".formatted(path, keys.size());
  }
}
