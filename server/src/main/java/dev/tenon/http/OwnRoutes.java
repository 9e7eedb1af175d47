package dev.tenon.http;

import dev.tenon.access.Scope;
import dev.tenon.reference.ReferencePage;
import dev.tenon.reference.StaticFile;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/// What the edge answers by itself: `/livez`, `/readyz`, `/metrics`, `/openapi.json`, and the pages
/// of the API reference and of the problem codes.
final class OwnRoutes {
  private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Map<String, BooleanSupplier> checks;
  private final BooleanSupplier stopping;
  private final Gate gate;
  private final PublicUrl publicUrl;

  /// @param checks what readiness depends on, by name
  OwnRoutes(
      Map<String, BooleanSupplier> checks,
      BooleanSupplier stopping,
      Gate gate,
      PublicUrl publicUrl) {
    this.checks = checks;
    this.stopping = stopping;
    this.gate = gate;
    this.publicUrl = publicUrl;
  }

  /// What `/livez` answers.
  record Alive(String status) {}

  /// What `/readyz` answers.
  record Ready(
      @About("`ok` or `not ready`.") String status,
      @About("What it depends on, each `ok` or `failing`.") Map<String, String> checks) {}

  /// Declares them.
  ///
  /// @param meters what `/metrics` tells
  void declare(Routes routes, PrometheusMeterRegistry meters) {
    routes
        .raw(
            "GET",
            "/livez",
            "Alive",
            request -> request.answer(200, "application/json", Json.write(new Alive("ok"))))
        .inDocument("operation", "Needs no key. Whether the process answers at all.")
        .says(200, Alive.class, "It does.");
    routes
        .raw("GET", "/readyz", "Ready", this::answerReady)
        .inDocument("operation", "Needs no key. Whether a balancer should send requests here.")
        .says(200, Ready.class, "It should.")
        .says(503, Ready.class, "It should not: a check fails, or the server is stopping.");
    routes
        .raw(
            "GET",
            "/metrics",
            "Metrics",
            request -> {
              if (!mayScrape(request)) {
                throw new ProblemException(ProblemCode.ACCESS_KEY_MISSING);
              }
              request.answer(200, METRICS_TYPE, meters.scrape().getBytes(StandardCharsets.UTF_8));
            })
        .inDocument(
            "operation",
            "Needs a key of the platform with the scope `operation:read`; none from the machine that"
                + " the server runs on, where the public address names that machine.")
        .openedBy(Scope.OPERATION_READ)
        .says(200, METRICS_TYPE, "All metrics, in Prometheus' text form.");
    byte[] page = ProblemPage.html().getBytes(StandardCharsets.UTF_8);
    routes.raw(
        "GET",
        ProblemPage.PATH,
        "Problem codes",
        request ->
            request
                .set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                .answer(200, "text/html; charset=utf-8", page));
    byte[] document = Json.write(OpenApi.document(routes.all()));
    routes.raw(
        "GET",
        "/openapi.json",
        "This document",
        request -> request.answer(200, "application/json", document));
    declareReference(routes, new ReferencePage(document));
  }

  private static void declareReference(Routes routes, ReferencePage reference) {
    routes.raw(
        "GET",
        ReferencePage.PATH,
        "API reference",
        request ->
            request
                .set("Content-Security-Policy", ReferencePage.POLICY)
                .set("Cache-Control", "no-cache")
                .answer(200, "text/html; charset=utf-8", reference.html()));
    routes.raw(
        "GET",
        ReferencePage.PATH + "/{file}",
        "A file of the API reference",
        request -> {
          StaticFile file =
              reference.file(request.path("file")).orElseThrow(ProblemException::notFound);
          // Its address changes with its content.
          request
              .set("Cache-Control", "public, max-age=31536000, immutable")
              .set("X-Content-Type-Options", "nosniff")
              .answer(200, file.type(), file.content());
        });
  }

  private void answerReady(Request request) {
    Map<String, String> results = new TreeMap<>();
    boolean ready = !stopping.getAsBoolean();
    if (!ready) {
      results.put("server", "stopping");
    }
    for (var check : checks.entrySet()) {
      boolean passed = check.getValue().getAsBoolean();
      results.put(check.getKey(), passed ? "ok" : "failing");
      ready &= passed;
    }
    request.answer(
        ready ? 200 : 503,
        "application/json",
        Json.write(new Ready(ready ? "ok" : "not ready", results)));
  }

  /// Figures of all tenants: for this machine, and for the platform's keys that may read operation.
  /// With a public address elsewhere there is a proxy, and one on this machine need not say that it
  /// speaks for somebody; then who is here can't be told.
  private boolean mayScrape(Request request) {
    return (request.fromThisMachine() && publicUrl.isHere())
        || request
            .header("Authorization")
            .filter(value -> value.startsWith("Bearer "))
            .flatMap(value -> gate.authenticate(value.substring("Bearer ".length()).strip()))
            .filter(caller -> caller.platform() && caller.may(Scope.OPERATION_READ))
            .isPresent();
  }
}
