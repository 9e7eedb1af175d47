package dev.tenon.spring;

import dev.tenon.client.TenantClient;
import dev.tenon.client.Tenon;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/// The client, as soon as `tenon.base-url` is set; and one tenant's calls where `tenon.tenant`
/// names it. A bean of the application's own comes first.
@AutoConfiguration
@EnableConfigurationProperties(TenonProperties.class)
public class TenonAutoConfiguration {

  /// The client. Spring closes it when the application ends.
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty("tenon.base-url")
  public Tenon tenon(TenonProperties properties) {
    String baseUrl = properties.baseUrl();
    String apiKey = properties.apiKey();
    if (baseUrl == null || apiKey == null || apiKey.isBlank()) {
      throw new IllegalStateException(
          "tenon.base-url is set and tenon.api-key is not: set it, best by TENON_API_KEY in the"
              + " environment");
    }
    Tenon.Builder builder =
        Tenon.builder()
            .baseUrl(baseUrl)
            .apiKey(apiKey)
            .connectTimeout(properties.connectTimeout())
            .timeout(properties.timeout())
            .tries(properties.tries());
    return (properties.allowPlainHttp() ? builder.allowPlainHttp() : builder).build();
  }

  /// The calls of the one tenant that the application is for.
  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnBean(Tenon.class)
  @ConditionalOnProperty("tenon.tenant")
  public TenantClient tenonTenant(Tenon tenon, TenonProperties properties) {
    return tenon.tenant(String.valueOf(properties.tenant()));
  }
}
