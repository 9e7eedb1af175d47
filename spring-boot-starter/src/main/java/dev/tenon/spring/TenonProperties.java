package dev.tenon.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// What an application says about its Tenon. `META-INF/spring-configuration-metadata.json` explains
/// each to editors; a test keeps the two equal.
///
/// @param baseUrl where Tenon is; without it there is no client
/// @param apiKey `tn_…`
/// @param tenant makes a bean of this tenant's calls
/// @param allowPlainHttp for a network that nobody else can read
@ConfigurationProperties("tenon")
public record TenonProperties(
    @Nullable String baseUrl,
    @Nullable String apiKey,
    @Nullable String tenant,
    @DefaultValue("false") boolean allowPlainHttp,
    @DefaultValue("5s") Duration connectTimeout,
    @DefaultValue("30s") Duration timeout,
    @DefaultValue("4") int tries) {

  /// Without the key.
  @Override
  public String toString() {
    return "TenonProperties[baseUrl=%s, tenant=%s]".formatted(baseUrl, tenant);
  }
}
