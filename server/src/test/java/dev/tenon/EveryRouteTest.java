package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.ApiDocument.Operation;
import dev.tenon.RouteWalk.Owner;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
  void nobodyOverwritesWhatHeHasNotSeen() throws Exception {
    Owner owner = walk.owner("Birch", 12);
    Set<String> tagged = new TreeSet<>();
    for (Operation read : walk.operations()) {
      if (!read.method().equals("GET") || !takes(read, "If-None-Match")) {
        continue;
      }
      HttpResponse<String> first = tagged(read, owner, "If-None-Match", "\"another\"");
      assertThat(first.statusCode()).as("%s %s", read, first.body()).isEqualTo(200);
      String tag = first.headers().firstValue("ETag").orElseThrow();
      HttpResponse<String> known = tagged(read, owner, "If-None-Match", "\"x\", W/" + tag);
      assertThat(known.statusCode()).as(read.toString()).isEqualTo(304);
      assertThat(known.body()).isEmpty();
      assertThat(known.headers().firstValue("ETag")).hasValue(tag);
      for (Operation change : walk.operations()) {
        if (change.path().equals(read.path()) && !change.method().equals("GET")) {
          tagged.add(change.id());
          assertThat(takes(change, "If-Match")).as(change.toString()).isTrue();
          walk.isProblem(
              change,
              tagged(change, owner, "If-Match", "\"another\""),
              412,
              "request.precondition_failed");
          if (!change.method().equals("DELETE") && !AT_THE_PROVIDER.contains(change.id())) {
            HttpResponse<String> done = tagged(change, owner, "If-Match", tag);
            assertThat(done.statusCode()).as("%s %s", change, done.body()).isEqualTo(200);
            tagged(read, owner, "If-None-Match", "\"another\"")
                .headers()
                .firstValue("ETag")
                .ifPresent(after -> assertThat(done.headers().firstValue("ETag")).hasValue(after));
            // What was seen before it is old now.
            assertThat(done.headers().firstValue("ETag").orElseThrow())
                .as(change.toString())
                .isNotEqualTo(tag);
            walk.isProblem(
                change, tagged(change, owner, "If-Match", tag), 412, "request.precondition_failed");
          }
        }
      }
    }
    assertThat(tagged)
        .contains(
            "updateAnEndpoint",
            "deleteAnEndpoint",
            "updateAConnection",
            "deleteASender",
            "replaceTheEmailRouting",
            "replaceThePricesThatTheTenantMaySell",
            "chooseWhichMailsAboutPaymentsAreSent",
            "updateACustomer");
  }

  private static boolean takes(Operation operation, String header) {
    for (JsonNode parameter : operation.parameters()) {
      if (parameter.get("in").asString().equals("header")
          && parameter.get("name").asString().equals(header)) {
        return true;
      }
    }
    return false;
  }

  private HttpResponse<String> tagged(Operation operation, Owner owner, String name, String value) {
    String body = walk.body(operation, owner);
    HttpRequest.Builder request =
        walk.program
            .request(
                RouteWalk.path(
                    operation,
                    owner.id(),
                    parameter -> RouteWalk.idOf(owner, operation, parameter)))
            .header(
                "Authorization",
                "Bearer "
                    + (PLATFORMS_ABOUT_A_TENANT.contains(operation.id())
                        ? walk.platformKey
                        : owner.key()))
            .header(name, value)
            .method(
                operation.method(),
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return walk.program.send(request);
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
      String idempotencyKey = "walk-" + operation.id();
      HttpResponse<String> response = keyed(operation, owner, key, idempotencyKey, "");
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
      if (operation.method().equals("POST")) {
        assertThat(takes(operation, "Idempotency-Key")).as(operation.toString()).isTrue();
      }
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
      if (operation.method().equals("POST")) {
        repeated(operation, owner, key, idempotencyKey, response);
      }
    }
  }

  /// A repeat is answered the same, another request with the key is refused, and a run that was cut
  /// off before its answer was written makes the same thing.
  private void repeated(
      Operation operation,
      Owner owner,
      String key,
      String idempotencyKey,
      HttpResponse<String> first)
      throws SQLException {
    HttpResponse<String> again = keyed(operation, owner, key, idempotencyKey, "");
    assertThat(again.headers().firstValue("Idempotency-Replayed"))
        .as(operation.toString())
        .hasValue("true");
    assertThat(again.statusCode()).isEqualTo(first.statusCode());
    assertThat(again.body()).isEqualTo(first.body());
    if (operation.hasBody()) {
      walk.isProblem(
          operation,
          keyed(operation, owner, key, idempotencyKey, " "),
          422,
          "idempotency.key_reused");
    }
    try (var sql = walk.program.database.connectAsAdministrator();
        var statement = sql.createStatement()) {
      assertThat(
              statement.executeUpdate(
                  """
                  update tenon.idempotency_key set state = 'running', status = null, sealed = null,
                    running_until = '2026-01-01' where key = '%s'
                  """
                      .formatted(idempotencyKey)))
          .isEqualTo(1);
    }
    HttpResponse<String> resumed = keyed(operation, owner, key, idempotencyKey, "");
    assertThat(resumed.statusCode())
        .as("%s taken up: %s", operation, resumed.body())
        .isEqualTo(first.statusCode());
    for (String id : List.of("/id", "/api_key/id", "/event", "/messages/0/id")) {
      assertThat(StartedTenon.json(resumed).at(id).asString())
          .as("%s taken up: %s", operation, resumed.body())
          .isEqualTo(StartedTenon.json(first).at(id).asString());
    }
  }

  /// @param more stands behind the body: the same request, written otherwise
  private HttpResponse<String> keyed(
      Operation operation, Owner owner, String key, String idempotencyKey, String more) {
    String body = walk.body(operation, owner);
    HttpRequest.Builder request =
        walk.program
            .request(
                RouteWalk.path(
                    operation, owner.id(), name -> RouteWalk.idOf(owner, operation, name)))
            .header("Authorization", "Bearer " + key)
            .method(
                operation.method(),
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body + more));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (operation.method().equals("POST")) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return walk.program.send(request);
  }
}
