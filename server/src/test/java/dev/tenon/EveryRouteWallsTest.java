package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.ApiDocument.Operation;
import dev.tenon.RouteWalk.Owner;
import dev.tenon.access.Scope;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Calls every operation there is without a key, with keys that must not work, and with ids of
/// another tenant. Nothing leaks.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EveryRouteWallsTest {
  private RouteWalk walk;
  private Owner a;
  private Owner b;

  @BeforeAll
  void start() throws Exception {
    walk = new RouteWalk();
    a = walk.owner("Acme", 11);
    b = walk.owner("Birch", 12);
    walk.mayNotTellOf("Birch", b.apiKey());
  }

  @AfterAll
  void stop() {
    walk.close();
  }

  @Test
  void withoutAKeyNothingAnswers() {
    for (Operation operation : walk.operations()) {
      // Broken on purpose: authority comes before parsing.
      String broken = operation.hasBody() ? "{" : "";
      String path = RouteWalk.path(operation, a.id(), name -> RouteWalk.idOf(a, operation, name));
      walk.isProblem(operation, walk.call(operation, path, "", broken), 401, "access.key_missing");
    }
  }

  @Test
  void keysThatMustNotWorkDont() {
    Instant soon = walk.now.get().plusSeconds(60);
    String expired =
        walk.program
            .tenon
            .database()
            .asTenant(
                a.id(),
                tx ->
                    walk.program
                        .tenon
                        .keys()
                        .create(tx, "expires", Set.of(Scope.ALL), Optional.of(soon)))
            .text()
            .reveal();
    var revoked =
        walk.program
            .tenon
            .database()
            .asTenant(
                a.id(),
                tx ->
                    walk.program
                        .tenon
                        .keys()
                        .create(tx, "goes", Set.of(Scope.ALL), Optional.empty()));
    String base = "/v1/tenants/" + a.id();
    // Both worked once, so it is not the memory of an unknown key that refuses them.
    assertThat(walk.program.call("GET", base, expired, "").statusCode()).isEqualTo(200);
    assertThat(walk.program.call("GET", base, revoked.text().reveal(), "").statusCode())
        .isEqualTo(200);
    boolean gone = walk.program.tenon.keys().revoke(a.id(), revoked.key().id());
    assertThat(gone).isTrue();
    walk.now.set(soon);
    List<String> keys =
        List.of(
            "x",
            "tn_live_",
            a.key().substring(0, a.key().length() - 1),
            a.key() + "0",
            a.key().toUpperCase(Locale.ROOT),
            expired,
            revoked.text().reveal());
    for (Operation operation : walk.operations()) {
      String path = RouteWalk.path(operation, a.id(), name -> RouteWalk.idOf(a, operation, name));
      for (String key : keys) {
        walk.isProblem(operation, walk.call(operation, path, key, ""), 401, "access.key_invalid");
      }
    }
  }

  @Test
  void aKeyWithoutTheScopeIsRefusedByName() {
    Map<String, String> without = new HashMap<>();
    for (Operation operation : walk.operations()) {
      Scope needed = Scope.parse(operation.scope()).orElseThrow();
      String key =
          without.computeIfAbsent(
              operation.scope(),
              _ ->
                  walk.program.key(
                      a.id(),
                      java.util.Arrays.stream(Scope.values())
                          .filter(scope -> scope != needed && scope != Scope.ALL)
                          .toArray(Scope[]::new)));
      HttpResponse<String> response =
          walk.call(
              operation,
              RouteWalk.path(operation, a.id(), name -> RouteWalk.idOf(a, operation, name)),
              key,
              operation.hasBody() ? "{" : "");
      walk.isProblem(operation, response, 403, "access.scope_missing");
      assertThat(StartedTenon.json(response).get("param").asString()).isEqualTo(operation.scope());
    }
  }

  @Test
  void anotherTenantsKeyFindsNothingHere() {
    for (Operation operation : walk.operations()) {
      if (operation.ofTenant()) {
        String path = RouteWalk.path(operation, a.id(), name -> RouteWalk.idOf(a, operation, name));
        HttpResponse<String> foreign = walk.call(operation, path, b.key(), walk.body(operation, a));
        walk.isProblem(operation, foreign, 404, "request.not_found");
        TenantId nobody = new TenantId(new UUID(0, 0));
        HttpResponse<String> absent =
            walk.call(
                operation,
                RouteWalk.path(operation, nobody, name -> RouteWalk.idOf(a, operation, name)),
                b.key(),
                walk.body(operation, a));
        assertThat(RouteWalk.withoutRequestId(foreign))
            .isEqualTo(RouteWalk.withoutRequestId(absent));
      }
    }
  }

  @Test
  void anotherTenantsThingsAreNotFoundUnderOnesOwnName() {
    int tried = 0;
    for (Operation operation : walk.operations()) {
      if (RouteWalk.ids(operation).isEmpty()) {
        continue;
      }
      HttpResponse<String> foreign =
          walk.call(
              operation,
              RouteWalk.path(operation, a.id(), name -> RouteWalk.idOf(b, operation, name)),
              a.key(),
              walk.body(operation, a));
      walk.isProblem(operation, foreign, 404, "request.not_found");
      HttpResponse<String> absent =
          walk.call(
              operation,
              RouteWalk.path(operation, a.id(), RouteWalk::absent),
              a.key(),
              walk.body(operation, a));
      assertThat(RouteWalk.withoutRequestId(foreign))
          .as("%s: a foreign and an absent thing look the same", operation)
          .isEqualTo(RouteWalk.withoutRequestId(absent));
      walk.isProblem(
          operation,
          walk.call(
              operation,
              RouteWalk.path(operation, a.id(), _ -> "no-id"),
              a.key(),
              walk.body(operation, a)),
          404,
          "request.not_found");
      tried++;
    }
    assertThat(tried).isGreaterThan(5);
  }

  @Test
  void listsHoldOnesOwnThingsOnly() {
    int filled = 0;
    for (Operation operation : walk.operations()) {
      if (!operation.method().equals("GET")) {
        continue;
      }
      String path = RouteWalk.path(operation, a.id(), name -> RouteWalk.idOf(a, operation, name));
      HttpResponse<String> response = walk.program.call("GET", path, a.key(), "");
      for (String foreign : foreignMarks()) {
        assertThat(response.body()).as(operation.toString()).doesNotContain(foreign);
      }
      if (StartedTenon.json(response).path("data").size() > 0) {
        filled++;
      }
    }
    assertThat(filled).as("lists with something in them").isGreaterThan(5);
  }

  /// Texts that stand in whatever is B's.
  private List<String> foreignMarks() {
    String written = Ids.write(Prefix.MESSAGE, b.rows());
    return List.of(
        b.id().toString(),
        b.connection(),
        b.mail(),
        b.sender(),
        b.sealed(),
        b.apiKey(),
        written.substring(written.indexOf('_')),
        "Birch");
  }

  @Test
  void whatIsNotOfATenantIsThePlatforms() {
    for (Operation operation : walk.operations()) {
      if (!operation.ofTenant() && !operation.method().equals("GET")) {
        walk.isProblem(
            operation,
            walk.call(operation, operation.path(), b.key(), walk.body(operation, a)),
            403,
            "access.platform_only");
      }
    }
  }
}
