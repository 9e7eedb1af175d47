package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.ApiDocument.Operation;
import dev.tenon.RouteWalk.Owner;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Calls every operation there is as it is meant, and with what it doesn't know. What comes back is
/// what the document says.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EveryRouteTest {
  /// Operations whose good call needs an object that exists at the provider; the tests of payments
  /// make one. Here their answer may be a problem, which must be a true one.
  private static final Set<String> AT_THE_PROVIDER =
      Set.of(
          "updateACustomer",
          "getASubscription",
          "createASessionOfTheCustomerPortal",
          "createASubscription",
          "refundAPayment",
          "askWhatTheCustomerOfASubscriptionHasToConfirmNow",
          "pauseTheCollectionOfTheInvoicesOfASubscription",
          "collectTheInvoicesOfASubscriptionAgain",
          "changeThePriceOrQuantityOfASubscription",
          "previewTheInvoiceThatAChangeOfASubscriptionLeadsTo",
          "cancelASubscriptionAtTheEndOfThePaidPeriodOrNow",
          "takeBackACancellationOrGoOnAfterAPausedTrial");

  /// Operations of a tenant that the platform alone may do.
  private static final Set<String> PLATFORMS_ABOUT_A_TENANT =
      Set.of("replaceThePricesThatTheTenantMaySell");

  private RouteWalk walk;
  private Owner own;

  @BeforeAll
  void start() throws Exception {
    walk = new RouteWalk();
    own = walk.owner("Acme", 11);
  }

  @AfterAll
  void stop() {
    walk.close();
  }

  @Test
  void anUnknownFieldOrParameterIsRefused() {
    for (Operation operation : walk.operations()) {
      String path =
          RouteWalk.path(operation, own.id(), name -> RouteWalk.idOf(own, operation, name));
      if (operation.hasBody()) {
        String body = walk.body(operation, own).strip();
        String more = body.substring(0, body.length() - 1) + ", \"no_such_field\": 1}";
        String key = operation.ofTenant() ? own.key() : walk.platformKey;
        HttpResponse<String> response = walk.call(operation, path, key, more);
        walk.isProblem(operation, response, 400, "request.unknown_field");
        assertThat(StartedTenon.json(response).get("param").asString()).isEqualTo("no_such_field");
      }
      walk.isProblem(
          operation,
          walk.call(operation, path + "?no_such_parameter=1", own.key(), walk.body(operation, own)),
          400,
          "request.invalid_query");
    }
  }

  @Test
  void goodCallsAnswerWhatTheDocumentSays() throws Exception {
    // Of its own, since some calls remove things.
    Owner owner = walk.owner("Cedar", 13);
    List<Operation> ordered = new ArrayList<>(walk.operations());
    // What removes things comes last.
    ordered.sort(
        Comparator.comparing((Operation one) -> one.method().equals("DELETE"))
            .thenComparing(one -> one.method().equals("POST"))
            // What is inside goes before what it is in.
            .thenComparingInt(one -> one.method().equals("DELETE") ? -one.path().length() : 0)
            .thenComparing(Operation::path));
    for (Operation operation : ordered) {
      String key =
          operation.ofTenant() && !PLATFORMS_ABOUT_A_TENANT.contains(operation.id())
              ? owner.key()
              : walk.platformKey;
      HttpResponse<String> response =
          walk.call(
              operation,
              RouteWalk.path(operation, owner.id(), name -> RouteWalk.idOf(owner, operation, name)),
              key,
              walk.body(operation, owner));
      if (AT_THE_PROVIDER.contains(operation.id()) && response.statusCode() >= 400) {
        walk.isProblem(
            operation,
            response,
            response.statusCode(),
            StartedTenon.json(response).get("code").asString());
        continue;
      }
      String status = Integer.toString(response.statusCode());
      assertThat(response.statusCode()).as("%s %s", operation, response.body()).isBetween(200, 299);
      JsonNode declared = operation.declared().get("responses").path(status);
      assertThat(declared.isMissingNode()).as("%s answers %s", operation, status).isFalse();
      if (declared.has("content")) {
        String type = response.headers().firstValue("Content-Type").orElse("");
        assertThat(type).isEqualTo("application/json");
        walk.document.isTrue(
            operation,
            declared.get("content").get(type).get("schema"),
            StartedTenon.json(response));
      } else {
        assertThat(response.body()).as(operation.toString()).isEmpty();
      }
    }
  }
}
