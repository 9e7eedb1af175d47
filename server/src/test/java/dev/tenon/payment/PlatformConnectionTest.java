package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.stripe.Origin;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Inbox;
import dev.tenon.lane.Replays;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whose it is: on a tenant's own connection always the tenant's, on the platform's only what this
/// server made for a tenant, whatever the metadata says.
class PlatformConnectionTest {
  private final LifeEngine engine = new LifeEngine();
  private final TenantId victim = engine.tenant;
  private final Inbox.Source platform = engine.connection(TenantId.PLATFORM);

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void aReferenceThatTheServerMadeLeadsToItsTenant() {
    String reference = announce(victim);

    engine.receive(platform, subscription("evt_1", "sub_1", "cus_1", "tenon_ref", reference));
    engine.runAll();

    assertThat(facts()).containsExactly(List.of("applied", victim.uuid().toString()));
    assertThat(tenants()).containsExactly(victim.uuid().toString());
  }

  /// The tenant can't look it up: the connection is the platform's.
  @Test
  void rowsAndEventsSayForWhichEnvironmentTheirConnectionIs() {
    engine.change(
        """
        insert into connection (tenant_id, id, provider, name, environment, state, settings,
          created_at, updated_at)
        values ('%s', '%s', 'stripe', 'Live', 'production', 'active', '{}', now(), now())
        """
            .formatted(TenantId.PLATFORM.uuid(), platform.connection()));
    String reference = announce(victim);
    engine.receive(
        platform,
        subscription("evt_1", "sub_1", "cus_1", "tenon_ref", reference)
            .replace("\"created\"", "\"livemode\":true,\"created\""));
    engine.receive(
        platform,
        customer("evt_2", "cus_1").replace("\"created\"", "\"livemode\":true,\"created\""));
    engine.runAll();

    assertThat(
            engine.rows(
                "select environment from subscription union all select environment from customer"))
        .containsExactly(List.of("production"), List.of("production"));
    assertThat(engine.rows("select payload::json->>'environment' from event"))
        .isNotEmpty()
        .containsOnly(List.of("production"));
  }

  @Test
  void aTenantInTheMetadataOfAForeignObjectReachesNobody() {
    engine.receive(
        platform, subscription("evt_1", "sub_1", "cus_1", "tenant_id", victim.toString()));
    engine.runAll();

    assertThat(facts()).containsExactly(List.of("unassigned", "null"));
    assertThat(tenants()).isEmpty();
    assertThat(engine.rows("select type from event")).isEmpty();
  }

  @Test
  void aTenantThatDoesNotExistGetsNothing() {
    engine.receive(
        platform,
        subscription(
            "evt_1", "sub_1", "cus_1", "tenant_id", new TenantId(UUID.randomUUID()).toString()));
    engine.runAll();

    assertThat(facts()).containsExactly(List.of("unassigned", "null"));
  }

  @Test
  void aReferenceMadeForAnotherConnectionIsWorthNothing() {
    Inbox.Source other = engine.connection(TenantId.PLATFORM);
    String reference =
        engine.db.asTenant(
            victim, tx -> PlatformObjects.announce(tx, other.connection(), UUID.randomUUID()));

    engine.receive(platform, subscription("evt_1", "sub_1", "cus_1", "tenon_ref", reference));
    engine.runAll();

    assertThat(facts()).containsExactly(List.of("unassigned", "null"));
  }

  @Test
  void aReferenceIsTheSameForTheSameEffectAndCanNotBeGuessedFromIt() {
    UUID effect = new Ids(InstantSource.system()).next();
    List<String> references = new java.util.ArrayList<>();
    for (int i = 0; i < 2; i++) {
      references.add(
          engine.db.asTenant(
              victim, tx -> PlatformObjects.announce(tx, platform.connection(), effect)));
    }
    assertThat(references).hasSize(2).containsOnly(references.getFirst());
    assertThat(references.getFirst()).doesNotContain(effect.toString().substring(24));
    assertThat(announce(victim)).isNotEqualTo(references.getFirst());
  }

  @Test
  void aReferenceCanNotBeTakenFromAnIdThatLooksLikeOne() {
    String reference = announce(victim);

    engine.receive(
        platform, subscription("evt_1", "ref:" + reference, "ref:" + reference, "a", "b"));
    engine.runAll();

    assertThat(tenants()).isEmpty();
  }

  @Test
  void whatNamesObjectsOfTwoTenantsGoesToNeither() {
    var other = new TenantId(UUID.randomUUID());
    engine.add(other, "Other");
    remember(victim, "cus_victim");
    String reference = announce(other);

    engine.receive(platform, subscription("evt_1", "sub_1", "cus_victim", "tenon_ref", reference));
    engine.runAll();

    assertThat(engine.rows("select state, result from fact").getFirst())
        .first()
        .isEqualTo("unassigned");
    assertThat(tenants()).isEmpty();
  }

  @Test
  void onItsOwnConnectionATenantGetsAllAndNamingAnotherChangesNothing() {
    var other = new TenantId(UUID.randomUUID());
    engine.add(other, "Other");
    String reference = announce(victim);
    Inbox.Source own = engine.connection(other);

    engine.receive(own, subscription("evt_1", "sub_1", "cus_1", "tenant_id", victim.toString()));
    engine.receive(own, subscription("evt_2", "sub_2", "cus_2", "tenon_ref", reference));
    engine.runAll();

    assertThat(tenants()).containsOnly(other.uuid().toString()).hasSize(2);
  }

  @Test
  void factsBeforeTheirOwnerIsKnownAreAppliedByThemselvesAfterwards() {
    String reference = announce(victim);
    engine.receive(platform, customer("evt_1", "cus_1"));
    engine.runAll();
    assertThat(facts()).containsExactly(List.of("unassigned", "null"));

    engine.receive(platform, subscription("evt_2", "sub_1", "cus_1", "tenon_ref", reference));
    engine.runAll();

    assertThat(facts()).containsOnly(List.of("applied", victim.uuid().toString())).hasSize(2);
    assertThat(engine.rows("select type from event order by type"))
        .containsExactly(List.of("customer.created"), List.of("subscription.activated"));
  }

  @Test
  void anUnassignedFactIsAppliedOnReplayOnceItsTenantIsThere() {
    var late = new TenantId(UUID.randomUUID());
    engine.receive(platform, customer("evt_1", "cus_1"));
    engine.runAll();
    UUID fact = UUID.fromString(engine.rows("select id from fact").getFirst().getFirst());
    var ids = new Ids(InstantSource.system());
    var replays =
        new Replays(
            engine.db,
            new Signal(),
            new Jobs(List.of(), ids, InstantSource.system(), new Signal()),
            ids,
            InstantSource.system());

    boolean tooEarly = replays.replay(TenantId.PLATFORM, fact, "test");
    engine.runAll();
    assertThat(tooEarly).isTrue();
    assertThat(facts()).containsExactly(List.of("unassigned", "null"));

    engine.later(Duration.ofMinutes(5));
    engine.add(late, "Late");
    remember(late, "cus_1");
    boolean replayed = replays.replay(TenantId.PLATFORM, fact, "test");
    engine.runAll();

    assertThat(replayed).isTrue();
    assertThat(facts()).containsExactly(List.of("applied", late.uuid().toString()));
    assertThat(engine.rows("select tenant_id, email from customer"))
        .containsExactly(List.of(late.uuid().toString(), "ada@customer.test"));
  }

  @Test
  void afterAGapWhatEndedIsNotAskedFor() {
    for (String id : List.of("sub_1", "sub_2", "sub_3")) {
      engine.receive(
          platform, subscription("evt_" + id, id, "cus_1", "tenon_ref", announce(victim)));
    }
    engine.runAll();
    engine.change("update subscription set state = 'ended' where provider_id = 'sub_2'");
    var work = new StripeKnownWork(engine.db, engine.clock);
    assertThat(work.step(TenantId.PLATFORM, platform.connection(), ""))
        .isEqualTo(new StripeKnownWork.Step(List.of("sub_1", "sub_3"), ""));
    assertThat(work.step(TenantId.PLATFORM, platform.connection(), "sub_1").living())
        .containsExactly("sub_3");
  }

  private String announce(TenantId tenant) {
    return engine.db.asTenant(
        tenant, tx -> PlatformObjects.announce(tx, platform.connection(), UUID.randomUUID()));
  }

  private void remember(TenantId tenant, String id) {
    engine.db.useTenant(tenant, tx -> PlatformObjects.remember(tx, platform.connection(), id));
  }

  private List<List<String>> facts() {
    return engine.rows("select state, about_tenant_id from fact");
  }

  private List<String> tenants() {
    return engine
        .rows("select tenant_id from subscription union all select tenant_id from customer")
        .stream()
        .map(List::getFirst)
        .toList();
  }

  private static String customer(String event, String id) {
    return """
        {"id":"%s","object":"event","type":"customer.created","created":1790000000,
         "data":{"object":{"id":"%s","object":"customer","email":"ada@customer.test"}}}
        """
        .formatted(event, id);
  }

  private static String subscription(
      String event, String id, String customer, String field, String value) {
    assertThat(Origin.REFERENCE_FIELD).isEqualTo("tenon_ref");
    return """
        {"id":"%s","object":"event","type":"customer.subscription.created","created":1790000000,
         "data":{"object":{"id":"%s","object":"subscription","customer":"%s","status":"active",
          "metadata":{"%s":"%s"}}}}
        """
        .formatted(event, id, customer, field, value);
  }
}
