package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenon.client.Customer;
import dev.tenon.client.CustomerChange;
import dev.tenon.client.EventFilter;
import dev.tenon.client.Message;
import dev.tenon.client.Messages;
import dev.tenon.client.NewCheckoutSession;
import dev.tenon.client.NewMessage;
import dev.tenon.client.Payment;
import dev.tenon.client.ReceivedEvent;
import dev.tenon.client.ReceivedEventFilter;
import dev.tenon.client.StoredEvent;
import dev.tenon.client.Subscription;
import dev.tenon.client.TenantClient;
import dev.tenon.client.Tenon;
import dev.tenon.client.TenonProblem;
import dev.tenon.client.webhook.TenonEvent;
import dev.tenon.connector.template.EmailTemplates;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Java client beside the whole program: what an application does all day.
class ClientTest {
  @TempDir private static Path folder;
  private static WholeProgram program;
  private static Tenon tenon;
  private static TenantClient tenant;

  @BeforeAll
  static void start() {
    program = new WholeProgram(folder);
    assertThat(program.run("trigger", "checkout").code()).isZero();
    tenon = Tenon.builder().baseUrl(program.api()).apiKey(program.seeded.apiKey().reveal()).build();
    tenant = tenon.tenant(program.tenant());
  }

  @AfterAll
  static void stop() {
    tenon.close();
    program.close();
  }

  @Test
  void knowsWhatWasBoughtAndEndsIt() {
    Subscription subscription = tenant.subscriptions().list().findFirst().orElseThrow();
    String customer = String.valueOf(subscription.customerProviderId());
    String price = String.valueOf(subscription.price());

    assertThat(subscription.state()).isEqualTo("active");
    assertThat(tenant.subscriptions().get(subscription.id()).items()).hasSize(1);
    assertThat(tenant.subscriptions().listOf(customer)).extracting(Subscription::id).hasSize(1);
    assertThat(tenant.entitlement(customer, price).entitled()).isTrue();
    assertThat(tenant.entitlement(customer, "price_other").entitled()).isFalse();
    assertThat(tenant.payments().listOf(customer)).extracting(Payment::state).contains("succeeded");
    assertThat(tenant.createPortalSession(customer, "https://app.example.com/").url())
        .startsWith("http");

    assertThat(tenant.subscriptions().cancelAtPeriodEnd(subscription.id()).cancelAtPeriodEnd())
        .isTrue();
    assertThat(tenant.subscriptions().resume(subscription.id()).subscription().id())
        .isEqualTo(subscription.id());
  }

  @Test
  void makesCustomersAndPages() {
    Customer made = tenant.customers().create("grace@example.org", "Grace");
    Customer renamed = tenant.customers().update(made.id(), new CustomerChange(null, "Hopper"));
    String price = String.valueOf(tenant.subscriptions().list().findFirst().orElseThrow().price());

    assertThat(renamed.name()).isEqualTo("Hopper");
    assertThat(
            tenant
                .createCheckoutSession(
                    NewCheckoutSession.subscription(price)
                        .hosted("https://app.example.com/done", "https://app.example.com/left")
                        .customer(made.id()))
                .url())
        .startsWith("http");
    TenonProblem missing =
        catchThrowableOfType(
            TenonProblem.class, () -> tenant.createPortalSession("cus_none", "not a URL"));
    assertThat(missing.code()).startsWith("request.");
    assertThat(missing.requestId()).startsWith("req_");
    assertThat(missing.docUrl()).startsWith(program.api());
  }

  @Test
  void sendsAMessageOnceForEachKey() {
    Messages messages = tenant.withIdempotencyKey("welcome-4711").messages();

    Message first = messages.sendWelcomeEmail("ada@example.org", Map.of("customer_name", "Ada"));
    Message again = messages.sendWelcomeEmail("ada@example.org", Map.of("customer_name", "Ada"));
    TenonProblem other =
        catchThrowableOfType(
            TenonProblem.class,
            () -> messages.sendWelcomeEmail("eve@example.org", Map.of("customer_name", "Eve")));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(other.code()).isEqualTo("idempotency.key_reused");
    assertThat(tenant.messages().get(first.id()).template()).isEqualTo("welcome");
  }

  @Test
  void sendsOwnWordsAndSaysWhatIsWrong() {
    Message sent =
        tenant
            .messages()
            .send(
                NewMessage.words("ada@example.org", "Hello", "Hello Ada")
                    .html("<p>Hello Ada</p>")
                    .replyTo("help@example.org")
                    .metadata(Map.of("order", "17")));
    TenonProblem missing =
        catchThrowableOfType(
            TenonProblem.class,
            () -> tenant.messages().sendWelcomeEmail("ada@example.org", Map.of()));

    assertThat(sent.subject()).isEqualTo("Hello");
    assertThat(tenant.messages().list()).extracting(Message::id).contains(sent.id());
    assertThat(missing.status()).isEqualTo(400);
    assertThat(missing.getMessage()).contains("customer_name");
  }

  /// Whoever adds a built-in template gives it a method in `Messages`.
  @Test
  void hasAMethodForEachBuiltInTemplate() {
    List<String> methods = Arrays.stream(Messages.class.getMethods()).map(Method::getName).toList();

    for (String template : EmailTemplates.BUILT_IN) {
      String words =
          Arrays.stream(template.split("-", -1))
              .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
              .collect(Collectors.joining());
      assertThat(methods).contains("send" + words + "Email");
    }
  }

  @Test
  void readsWhatCameInAndWhatWasTold() {
    ReceivedEvent received =
        tenant
            .receivedEvents()
            .list(ReceivedEventFilter.all().kind("checkout.*"))
            .findFirst()
            .orElseThrow();
    StoredEvent told =
        tenant
            .events()
            .list(EventFilter.all().type("subscription.activated"))
            .findFirst()
            .orElseThrow();

    assertThat(tenant.receivedEvents().get(received.id()).facts()).hasSize(1);
    assertThat(tenant.receivedEvents().page(ReceivedEventFilter.all(), null, 1).nextCursor())
        .isNotNull();
    assertThat(tenant.events().get(told.id()).event())
        .isInstanceOfSatisfying(
            TenonEvent.SubscriptionActivated.class,
            event -> {
              assertThat(event.tenant()).isEqualTo(program.tenant());
              assertThat(event.data().state()).isEqualTo("active");
            });
  }

  @Test
  void doesNotSeeAnotherTenant() {
    var other = program.otherTenant();
    try (Tenon stranger = Tenon.builder().baseUrl(program.api()).apiKey(other.key()).build()) {
      TenonProblem refused =
          catchThrowableOfType(
              TenonProblem.class,
              () -> stranger.tenant(program.tenant()).customers().list().toList());

      assertThat(refused.code()).isEqualTo("request.not_found");
      assertThat(refused.getMessage()).doesNotContain(other.key());
    }
  }
}
