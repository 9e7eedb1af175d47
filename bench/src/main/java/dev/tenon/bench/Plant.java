package dev.tenon.bench;

import dev.tenon.Tenon;
import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connector.Secret;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;

/// A tenant with a Stripe connection that takes webhooks and a Postmark connection that sends.
///
/// @param hook where its webhooks go
/// @param secret what they are signed with
/// @param key an API key of the tenant
/// @param platformKey an API key of the platform
record Plant(String tenant, String hook, String secret, String key, String platformKey) {
  private static final String SECRET = "whsec_bench_5Zk2q0Xw8tJ3";

  /// Plants it at the first start on `data`, and finds it again later.
  static Plant find(Tenon tenon, Path data, URI postmark) throws IOException {
    Path kept = data.resolve("plant.json");
    if (Files.exists(kept)) {
      Plant old = JsonMapper.shared().readValue(Files.readAllBytes(kept), Plant.class);
      String path = URI.create(old.hook()).getPath();
      return new Plant(
          old.tenant(),
          tenon.publicUrl().at(path).toString(),
          old.secret(),
          old.key(),
          old.platformKey());
    }
    TenantId tenant =
        switch (tenon.tenants().create("Bench", Optional.of("bench"))) {
          case Tenants.Creation.Created created -> created.tenant().id();
          case Tenants.Creation.SlugTaken _ ->
              throw new BenchFailure("the database is not empty: tenant \"bench\" is there");
        };
    String path = tenon.database().asTenant(tenant, tx -> connections(tenon, tx, postmark));
    var plant =
        new Plant(
            tenant.toString(),
            tenon.publicUrl().at(path).toString(),
            SECRET,
            key(tenon, tenant),
            key(tenon, TenantId.PLATFORM));
    Files.write(kept, JsonMapper.shared().writeValueAsBytes(plant));
    return plant;
  }

  private static String key(Tenon tenon, TenantId tenant) {
    return tenon
        .database()
        .asTenant(
            tenant, tx -> tenon.keys().create(tx, "Benchmark", Set.of(Scope.ALL), Optional.empty()))
        .text()
        .reveal();
  }

  private static String connections(Tenon tenon, dev.tenon.db.TenantTx tx, URI postmark) {
    Connection stripe =
        tenon
            .connections()
            .create(
                tx,
                "stripe",
                "Stripe",
                Connection.Environment.DEVELOPMENT,
                Map.of(),
                Map.of("webhook_secret", Secret.of(SECRET)));
    Connection mail =
        tenon
            .connections()
            .create(
                tx,
                "postmark",
                "Postmark",
                Connection.Environment.DEVELOPMENT,
                Map.of("base_url", postmark.toString()),
                Map.of("api_key", Secret.of("postmark-sandbox-token")));
    int _ =
        tx.handle()
            .createUpdate(
                "insert into email_route (tenant_id, connection_id, priority) values (:t, :c, 0)")
            .bind("t", tx.tenant().uuid())
            .bind("c", mail.id().uuid())
            .execute();
    int _ =
        tx.handle()
            .createUpdate(
                """
                insert into sender (tenant_id, address, name, product, is_default, created_at)
                values (:t, 'hello@bench.test', 'Bench', 'Bench', true, :now)
                """)
            .bind("t", tx.tenant().uuid())
            .bind("now", Instant.now())
            .execute();
    return "/in/" + stripe.id();
  }
}
