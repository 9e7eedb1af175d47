package dev.tenon.spring;

import dev.tenon.client.webhook.WebhookVerifier;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/// The endpoint at `tenon.webhook.path`, as soon as a bean handles events. Without one there is
/// none, so that deliveries fail visibly at Tenon instead of being taken and lost.
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(SimpleUrlHandlerMapping.class)
@ConditionalOnBean(TenonEventHandler.class)
@EnableConfigurationProperties(TenonWebhookProperties.class)
public class TenonWebhookAutoConfiguration {
  /// Before the mapping of static resources, which takes every path.
  private static final int ORDER = 0;

  @Bean
  @ConditionalOnMissingBean
  public WebhookVerifier tenonWebhookVerifier(TenonWebhookProperties properties) {
    if (properties.keys().isEmpty()) {
      throw new IllegalStateException(
          "a bean handles Tenon's events and tenon.webhook.keys is empty: set it to the endpoint's"
              + " secret (whsec_…) or public key (whpk_…)");
    }
    return WebhookVerifier.of(properties.keys()).tolerance(properties.tolerance());
  }

  @Bean
  public SimpleUrlHandlerMapping tenonWebhookMapping(
      TenonWebhookProperties properties,
      WebhookVerifier verifier,
      ObjectProvider<OncePerEvent> once,
      ConfigurableListableBeanFactory beans) {
    var endpoint =
        new TenonWebhookEndpoint(
            verifier,
            EventHandlers.of(beans),
            once.getIfAvailable(() -> (event, handlers) -> handlers.run()),
            Math.toIntExact(properties.bodyMax().toBytes()));
    return new SimpleUrlHandlerMapping(Map.of(properties.path(), endpoint), ORDER);
  }
}
