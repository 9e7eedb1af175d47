package dev.tenon.spring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.client.Tenon;
import dev.tenon.client.json.JsonReader;
import dev.tenon.client.webhook.TenonEvent;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// What an application has to set, and what editors are told about it.
class SettingsTest {
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Bare {}

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Listening {
    @Bean
    TenonEventHandler<TenonEvent> all() {
      return event -> {};
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Vague {
    @Bean
    TenonEventHandler<?> unsaid() {
      TenonEventHandler<TenonEvent> handler = event -> {};
      return handler;
    }
  }

  private static ConfigurableApplicationContext run(Class<?> application, String... settings) {
    var spring = new SpringApplication(application);
    spring.setDefaultProperties(
        Map.of("server.port", "0", "spring.main.banner-mode", "off", "logging.level.root", "off"));
    return spring.run(settings);
  }

  @Test
  void doesNothingUntilItIsAsked() {
    try (var application = run(Bare.class)) {
      assertThat(application.getBeansOfType(Tenon.class)).isEmpty();
      assertThat(application.containsBean("tenonWebhookMapping")).isFalse();
    }
  }

  @Test
  void saysWhatIsMissingInsteadOfStarting() {
    assertThatThrownBy(() -> run(Bare.class, "--tenon.base-url=https://tenon.example.com"))
        .rootCause()
        .hasMessageContaining("TENON_API_KEY");
    assertThatThrownBy(() -> run(Listening.class))
        .rootCause()
        .hasMessageContaining("tenon.webhook.keys is empty");
    assertThatThrownBy(
            () -> run(Vague.class, "--tenon.webhook.keys=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        .rootCause()
        .hasMessageContaining("'unsaid' does not say which events it handles");
  }

  @Test
  void explainsEachPropertyToEditors() throws IOException {
    Map<String, String> written = new LinkedHashMap<>();
    try (InputStream file =
        SettingsTest.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      assertThat(file).isNotNull();
      List<?> properties =
          (List<?>) requireNonNull(JsonReader.readObject(file.readAllBytes()).get("properties"));
      for (Object property : properties) {
        Map<?, ?> one = (Map<?, ?>) property;
        assertThat(String.valueOf(one.get("description"))).endsWith(".");
        Object value = one.get("defaultValue");
        written.put(
            String.valueOf(one.get("name")),
            value == null || value instanceof List ? "" : value.toString());
      }
    }

    Map<String, String> bound = new LinkedHashMap<>();
    bind(bound, "tenon.", TenonProperties.class);
    bind(bound, "tenon.webhook.", TenonWebhookProperties.class);
    assertThat(written).containsExactlyEntriesOf(bound);
  }

  private static void bind(Map<String, String> out, String prefix, Class<?> type) {
    for (Parameter parameter : type.getDeclaredConstructors()[0].getParameters()) {
      DefaultValue value = parameter.getAnnotation(DefaultValue.class);
      out.put(
          prefix + parameter.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT),
          value == null ? "" : String.join(",", value.value()));
    }
  }
}
