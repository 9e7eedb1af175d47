package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// One tenant's application, calling the API with a key of its own.
record Caller(PaymentProgram program, TenantId tenant, String key) {

  static Caller of(PaymentProgram program, String name) {
    TenantId tenant = program.tenant(name);
    return new Caller(program, tenant, program.key(tenant));
  }

  JsonNode get(String path) {
    return answered(program.call("GET", tenant, path, key, ""), 200);
  }

  JsonNode made(String path, String body) {
    return answered(post(path, body), 201);
  }

  JsonNode done(String path, String body) {
    return answered(post(path, body), 200);
  }

  JsonNode changed(String path, String body) {
    return answered(program.call("PATCH", tenant, path, key, body), 200);
  }

  HttpResponse<String> post(String path, String body) {
    return program.call("POST", tenant, path, key, body);
  }

  HttpResponse<String> patch(String path, String body) {
    return program.call("PATCH", tenant, path, key, body);
  }

  /// With an `Idempotency-Key`.
  HttpResponse<String> post(String path, String body, String idempotencyKey) {
    return program.post(tenant, path, key, body, idempotencyKey);
  }

  HttpResponse<String> patch(String path, String body, String idempotencyKey) {
    return program.call("PATCH", tenant, path, key, body, idempotencyKey);
  }

  JsonNode await(String path, Predicate<JsonNode> expected) {
    return program.awaitAnswer(tenant, path, key, expected);
  }

  /// A new customer's id at Stripe.
  String customer() {
    return made("/customers", "{\"email\":\"c@customer.test\"}").path("provider_id").asString();
  }

  static JsonNode answered(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return PaymentProgram.json(response);
  }

  /// That it is such a problem, which is answered.
  static JsonNode problem(HttpResponse<String> response, int status, String code) {
    JsonNode problem = answered(response, status);
    assertThat(problem.path("code").asString()).as(response.body()).isEqualTo(code);
    return problem;
  }
}
