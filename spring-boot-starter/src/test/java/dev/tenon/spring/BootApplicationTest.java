package dev.tenon.spring;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.standardwebhooks.Webhook;
import dev.tenon.client.TenantClient;
import dev.tenon.client.Tenon;
import dev.tenon.client.webhook.TenonEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// A real Spring Boot application with the starter, to which deliveries come that the library of
/// Standard Webhooks signed.
class BootApplicationTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OLDER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
  private static final List<TenonEvent> HANDLED = new CopyOnWriteArrayList<>();
  private static final List<Boolean> ON_VIRTUAL_THREAD = new CopyOnWriteArrayList<>();

  private static ConfigurableApplicationContext application;
  private static HttpClient http;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class App {
    /// Its type shows in the bean's declaration alone: a lambda has forgotten it.
    @Bean
    TenonEventHandler<TenonEvent.EndpointTest> tests() {
      return event -> {
        ON_VIRTUAL_THREAD.add(Thread.currentThread().isVirtual());
        HANDLED.add(event);
      };
    }

    @Bean
    TenonEventHandler<?> subscriptions() {
      return new Subscriptions();
    }

    @Bean
    OncePerEvent once() {
      Set<String> seen = ConcurrentHashMap.newKeySet();
      return (event, handlers) -> {
        if (!seen.contains(event.id())) {
          handlers.run();
          seen.add(event.id());
        }
      };
    }
  }

  /// Fails for a subscription that is not there yet.
  static final class Subscriptions implements TenonEventHandler<TenonEvent.SubscriptionEvent> {
    @Override
    public void handle(TenonEvent.SubscriptionEvent event) {
      if (event.data().state().equals("pending")) {
        throw new IllegalStateException("not known yet");
      }
      HANDLED.add(event);
    }
  }

  @BeforeAll
  static void start() {
    application =
        SpringApplication.run(
            App.class,
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off",
            "--spring.threads.virtual.enabled=true",
            "--tenon.base-url=https://tenon.example.com",
            "--tenon.api-key=tn_secret",
            "--tenon.tenant=ten_1",
            "--tenon.webhook.path=/hooks",
            "--tenon.webhook.keys=" + SECRET + "," + OLDER,
            "--tenon.webhook.body-max=4KB");
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    application.close();
  }

  @BeforeEach
  void forget() {
    HANDLED.clear();
  }

  private static URI endpoint() {
    int port = requireNonNull(((WebServerApplicationContext) application).getWebServer()).getPort();
    return URI.create("http://127.0.0.1:%d/hooks".formatted(port));
  }

  private static String test(String id) {
    return """
    {"id": "%s", "type": "endpoint.test", "tenant": "ten_1", "created_at": "2026-11-24T10:00:00Z",
     "data": {"id": "ep_1", "object": "endpoint", "message": "It works."}}
    """
        .formatted(id);
  }

  private static String subscription(String id, String state) {
    return """
    {"id": "%s", "type": "subscription.activated", "tenant": "ten_1",
     "created_at": "2026-11-24T10:00:00Z", "data": {"id": "sub_1", "object": "subscription",
     "provider_id": "sub_x", "state": "%s", "provider_status": "x", "customer_provider_id": null,
     "price": null, "quantity": null, "items": [], "period_end": null, "trial_end": null,
     "cancel_at_period_end": false, "cancel_at": null, "ended_at": null,
     "collection_paused": false, "revision": 1}}
    """
        .formatted(id, state);
  }

  private static int deliver(String body) throws Exception {
    return deliver(body, SECRET, body);
  }

  private static int deliver(String body, String secret, String signed) throws Exception {
    long now = Instant.now().getEpochSecond();
    return send(
        HttpRequest.newBuilder(endpoint())
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", Long.toString(now))
            .header("webhook-signature", new Webhook(secret).sign("msg_1", now, signed))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static int send(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.body()).isEmpty();
    return answer.statusCode();
  }

  @Test
  void handsTypedEventsToTheirBeans() throws Exception {
    assertThat(deliver(test("evt_1"))).isEqualTo(204);
    assertThat(deliver(subscription("evt_2", "active"), OLDER, subscription("evt_2", "active")))
        .isEqualTo(204);

    assertThat(HANDLED)
        .hasExactlyElementsOfTypes(
            TenonEvent.EndpointTest.class, TenonEvent.SubscriptionActivated.class);
    assertThat(ON_VIRTUAL_THREAD).containsOnly(true);
  }

  @Test
  void handlesAnEventOnceAndAgainOnlyAfterAFailure() throws Exception {
    assertThat(deliver(test("evt_10"))).isEqualTo(204);
    assertThat(deliver(test("evt_10"))).isEqualTo(204);
    assertThat(deliver(subscription("evt_11", "pending"))).isEqualTo(500);
    assertThat(deliver(subscription("evt_11", "active"))).isEqualTo(204);

    assertThat(HANDLED).extracting(TenonEvent::id).containsExactly("evt_10", "evt_11");
  }

  @Test
  void refusesWhatIsNotTenons() throws Exception {
    assertThat(deliver(test("evt_20"), SECRET, test("evt_21"))).isEqualTo(401);
    assertThat(deliver("[]")).isEqualTo(400);
    assertThat(deliver(test("evt_22") + " ".repeat(4096))).isEqualTo(413);
    assertThat(send(HttpRequest.newBuilder(endpoint()).GET())).isEqualTo(405);
    assertThat(
            send(
                HttpRequest.newBuilder(endpoint())
                    .POST(HttpRequest.BodyPublishers.ofString(test("evt_23")))))
        .isEqualTo(400);

    assertThat(HANDLED).isEmpty();
  }

  @Test
  void answersWellForWhatNoBeanHandles() throws Exception {
    assertThat(deliver(test("evt_30").replace("endpoint.test", "lead.qualified"))).isEqualTo(204);

    assertThat(HANDLED).isEmpty();
  }

  @Test
  void makesTheClientOfItsProperties() {
    assertThat(application.getBean(Tenon.class)).hasToString("Tenon[https://tenon.example.com]");
    assertThat(application.getBean(TenantClient.class).id()).isEqualTo("ten_1");
    assertThat(application.getBean(TenonProperties.class).toString()).doesNotContain("tn_secret");
    assertThat(application.getBean(TenonWebhookProperties.class).toString()).doesNotContain("MfKQ");
  }
}
