package dev.tenon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.cli.WholeProgram.Ran;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Replays by the real API and the command line, on the whole program after one paid checkout.
class ReplayTest {
  @TempDir private Path folder;
  private WholeProgram program;

  @BeforeEach
  void start() {
    program = new WholeProgram(folder);
    assertThat(program.run("trigger", "checkout").code()).isZero();
  }

  @AfterEach
  void stop() {
    program.close();
  }

  @Test
  void replayingAllThatWasAppliedChangesNothingTwice() {
    List<String> before = state();
    int applied = count("select id from fact where state = 'applied'");

    Ran ran = program.run("replay", "--state", "applied", "--since", "1h", "--json");

    assertThat(ran.code()).isZero();
    JsonNode end = ran.lines().getLast();
    assertThat(end.path("state").asString()).isEqualTo("done");
    assertThat(end.path("replayed").asInt()).isEqualTo(applied);
    awaitAllApplied();
    assertThat(state()).isEqualTo(before);
    assertThat(program.email.mailbox().list("", 10)).hasSize(1);
  }

  /// What the walk has led to, whole. To confirm a subscription of SNS once more changes nothing.
  private List<String> state() {
    return program.rows(
        """
        select 'message ' || state || ' ' || id from message
        union all select 'attempt ' || message_id || ' ' || number || ' ' || outcome from attempt
        union all select 'subscription ' || id || ' ' || state || ' ' || confirmation_made
          from subscription
        union all select 'payment ' || id || ' ' || state || ' ' || amount || ' ' || failed_tries
          from payment
        union all select 'event ' || id || ' ' || type from event
        union all select 'job ' || id || ' ' || kind from job
          where kind not in ('facts.replay', 'ses.confirm')
        order by 1
        """);
  }

  @Test
  void putsOneEventOrOneFactBackAndShowsItsEnd() {
    String fact = program.rows("select id from fact where kind = 'invoice.paid'").getFirst();
    String event =
        program.rows("select received_event_id from fact where kind = 'invoice.paid'").getFirst();
    String factId = Ids.write(Prefix.FACT, UUID.fromString(fact));
    String eventId = Ids.write(Prefix.RECEIVED_EVENT, UUID.fromString(event));

    Ran byEvent = program.run("replay", eventId);
    Ran byFact = program.run("replay", factId, "--json");
    Ran dry = program.run("replay", eventId, "--dry-run");

    assertThat(byEvent.code()).isZero();
    assertThat(byEvent.out()).contains("put back 1 fact", factId, "invoice.paid  applied: payment");
    assertThat(byFact.lines().getLast().path("fact").path("state").asString()).isEqualTo("applied");
    assertThat(dry.out()).contains("1 fact would be put back");
    assertThat(count("select id from payment")).isEqualTo(1);
  }

  @Test
  void putsDeadAndUnassignedFactsBackByFilter() {
    int _ =
        count(
            """
            update fact set state = 'dead', result = 'a fault that has passed'
            where kind in ('customer.created', 'invoice.paid') returning id
            """);
    int _ =
        count(
            "update fact set state = 'unassigned' where kind = 'checkout.session.completed' returning id");
    String connection = program.connection("stripe");
    String postmark = program.connection("postmark");

    Ran dry = program.run("replay", "--state", "dead", "--since", "2h", "--dry-run", "--json");
    Ran elsewhere = program.run("replay", "--state", "dead", "--connection", postmark, "--json");
    Ran later = program.run("replay", "--state", "dead", "--until", "2h", "--json");
    Ran kind =
        program.run(
            "replay",
            "--state",
            "dead",
            "--kind",
            "invoice.*",
            "--connection",
            connection,
            "--json");
    Ran unassigned = program.run("replay", "--state", "unassigned");

    assertThat(dry.lines().getFirst().path("matched").asInt()).isEqualTo(2);
    assertThat(dry.lines().getFirst().path("id").isNull()).isTrue();
    assertThat(elsewhere.lines().getLast().path("replayed").asInt()).isZero();
    assertThat(later.lines().getLast().path("replayed").asInt()).isZero();
    assertThat(kind.lines().getLast().path("replayed").asInt()).isEqualTo(1);
    assertThat(unassigned.code()).isZero();
    assertThat(unassigned.out()).contains("done, 1 fact put back");
    awaitAllApplied();
    assertThat(program.rows("select kind from fact where state = 'dead'"))
        .containsExactly("customer.created");
    assertThat(program.rows("select kind from fact where state = 'unassigned'")).isEmpty();
  }

  @Test
  void triesHeldFactsBeforeTheirTime() {
    int _ =
        count(
            """
            with held as (
              delete from fact where kind = 'customer.created'
              returning tenant_id, lane_id, id, received_event_id, connection_id, ordinal, kind,
                object, occurred_at
            ), leased as (
              insert into lane (tenant_id, id, token, node, leased_until)
              select tenant_id, lane_id, nextval('lane_token'), null, now() + interval '8 hours'
              from held
            )
            insert into waiting_fact (tenant_id, lane_id, id, received_event_id, connection_id,
              ordinal, kind, object, occurred_at, failures, last_error, wake_at)
            select *, 5, 'it did not answer', now() + interval '8 hours' from held returning id
            """);
    Ran listed = list("state=held");

    Ran ran = program.run("replay", "--state", "held", "--json");

    assertThat(listed.lines().getFirst().at("/data/0/facts/0/next_try_at").isString()).isTrue();
    assertThat(ran.lines().getLast().path("replayed").asInt()).isEqualTo(1);
    awaitAllApplied();
    assertThat(program.rows("select state from fact where kind = 'customer.created'"))
        .containsExactly("applied");
  }

  @Test
  void doesJobsAgainByIdAndByFilter() throws Exception {
    String mail = program.rows("select id from job where kind = 'email.send'").getFirst();
    String id = Ids.write(Prefix.JOB, UUID.fromString(mail));
    int _ =
        count(
            """
            update job set state = 'dead', result = 'a fault that has passed'
            where kind = 'email.send' returning id
            """);

    Ran dry = program.run("replay", "--jobs", "--dry-run", "--kind", "email.*", "--json");
    Ran other = program.run("replay", "--jobs", "--kind", "facts.*", "--json");
    Ran all = program.run("replay", "--jobs", "--since", "1h", "--json");
    Ran again = program.run("replay", id);

    assertThat(dry.lines().getLast().path("jobs").asInt()).isEqualTo(1);
    assertThat(other.lines().getLast().path("jobs").asInt()).isZero();
    assertThat(all.lines().getLast().path("jobs").asInt()).isEqualTo(1);
    assertThat(again.code()).isZero();
    assertThat(again.out()).contains(id, "email.send  done: its message is delivered already");
    // Done again, and sent no second mail.
    assertThat(program.email.mailbox().list("", 10)).hasSize(1);
    assertThat(program.run("replay", "--jobs", "--state", "waiting").code())
        .isEqualTo(Failure.USAGE);
    assertThat(program.run("replay", "--jobs", "--connection", "con_x").code())
        .isEqualTo(Failure.USAGE);
    assertThat(program.run("replay", "--jobs", id).code()).isEqualTo(Failure.USAGE);
  }

  @Test
  void listsJobsByStateKindAndTimeAndShowsNoPayload() throws Exception {
    String key = program.seeded.apiKey().reveal();
    String path = "/v1/tenants/" + program.tenant() + "/jobs";
    String message = program.rows("select id from message").getFirst();

    JsonNode done = json(program.call("GET", path + "?state=done&kind=email.*", key, ""));
    JsonNode waiting = json(program.call("GET", path + "?state=waiting", key, ""));
    JsonNode early = json(program.call("GET", path + "?until=2020-01-01T00:00:00Z", key, ""));

    assertThat(done.path("data")).hasSize(1);
    JsonNode job = done.path("data").get(0);
    assertThat(job.path("subject").asString())
        .isEqualTo(Ids.write(Prefix.MESSAGE, UUID.fromString(message)));
    assertThat(job.path("fact").asString()).startsWith("fct_");
    assertThat(job.has("payload")).isFalse();
    assertThat(waiting.path("data")).isEmpty();
    assertThat(early.path("data")).isEmpty();
    for (String query : List.of("state=late", "kind=", "since=yesterday", "other=1")) {
      assertThat(program.call("GET", path + "?" + query, key, "").statusCode())
          .as(query)
          .isEqualTo(400);
    }
    WholeProgram.TenantKey other = program.otherTenant();
    String theirs = "/v1/tenants/" + other.tenant() + "/jobs/" + job.path("id").asString();
    assertThat(program.call("GET", theirs, other.key(), "").statusCode()).isEqualTo(404);
    assertThat(program.call("POST", theirs + "/replay", other.key(), "").statusCode())
        .isEqualTo(404);
    assertThat(program.rows("select state from job where kind = 'email.send'"))
        .containsExactly("done");
  }

  @Test
  void isNotThereForAnotherTenant() throws Exception {
    WholeProgram.TenantKey other = program.otherTenant();
    String fact =
        Ids.write(
            Prefix.FACT, UUID.fromString(program.rows("select id from fact limit 1").getFirst()));
    String event =
        Ids.write(
            Prefix.RECEIVED_EVENT,
            UUID.fromString(program.rows("select id from received_event limit 1").getFirst()));
    String replay =
        program.run("replay", "--state", "dead", "--json").lines().getFirst().path("id").asString();
    String connection = program.connection("stripe");
    String own = "/v1/tenants/" + program.tenant();
    String theirs = "/v1/tenants/" + other.tenant();
    List<String> before = program.rows("select finished_at from fact order by id");

    for (String base : List.of(own, theirs)) {
      for (String path :
          List.of(
              "/facts/" + fact + "/replay",
              "/received-events/" + event + "/replay",
              "/replays/" + replay + "/cancel")) {
        assertThat(program.call("POST", base + path, other.key(), "").statusCode())
            .as(base + path)
            .isEqualTo(404);
      }
      assertThat(program.call("GET", base + "/replays/" + replay, other.key(), "").statusCode())
          .isEqualTo(404);
      assertThat(program.call("GET", base + "/facts/" + fact, other.key(), "").statusCode())
          .isEqualTo(404);
      assertThat(
              program
                  .call(
                      "POST",
                      base + "/replays",
                      other.key(),
                      "{\"state\": \"dead\", \"connection\": \"" + connection + "\"}")
                  .statusCode())
          .isEqualTo(404);
    }
    // Its own filter finds nothing of others, however wide it is.
    JsonNode wide =
        json(
            program.call(
                "POST",
                theirs + "/replays",
                other.key(),
                "{\"state\": \"applied\", \"since\": \"2000-01-01T00:00:00Z\", \"dry_run\": true}"));
    assertThat(wide.path("matched").asInt(-1)).isZero();
    assertThat(program.rows("select finished_at from fact order by id")).isEqualTo(before);
  }

  @Test
  void refusesFiltersThatCantBeMeant() throws Exception {
    for (String body :
        List.of(
            "{\"state\": \"applied\"}",
            "{\"state\": \"gone\"}",
            "{}",
            "{\"state\": \"dead\", \"limit\": 0}",
            "{\"state\": \"dead\", \"limit\": 100001}",
            "{\"state\": \"dead\", \"kind\": \"\"}",
            "{\"state\": \"dead\", \"kind\": \"%s\"}".formatted("x".repeat(201)),
            "{\"state\": \"dead\", \"since\": \"yesterday\"}",
            "{\"state\": \"dead\", \"since\": \"2026-01-02T00:00:00Z\", \"until\": \"2026-01-01T00:00:00Z\"}",
            "{\"state\": \"dead\", \"since\": \"-1000-01-01T00:00:00Z\"}",
            "{\"state\": \"dead\", \"unknown\": 1}")) {
      HttpResponse<String> answer =
          program.call(
              "POST",
              "/v1/tenants/" + program.tenant() + "/replays",
              program.seeded.apiKey().reveal(),
              body);
      assertThat(answer.statusCode()).as(body + " " + answer.body()).isEqualTo(400);
    }
    assertThat(program.run("replay").code()).isEqualTo(Failure.USAGE);
    assertThat(program.run("replay", "msg_1").code()).isEqualTo(Failure.USAGE);
    assertThat(program.run("replay", "rev_1").code()).isEqualTo(Failure.NOT_FOUND);
    assertThat(program.run("replay", "--kind", "x").code()).isEqualTo(Failure.USAGE);
    assertThat(list("state=late").err()).contains("`state` is one of");
    assertThat(list("since=yesterday").err()).contains("`since` is a time");
    assertThat(list("connection=x").err()).contains("`connection` is not an id");
  }

  @Test
  void listsReceivedEventsByConnectionStateAndKind() {
    String connection = program.connection("stripe");
    String postmark = program.connection("postmark");
    int all = count("select id from received_event");

    assertThat(size(list("limit=100"))).isEqualTo(all);
    // One says that the mail was delivered, the other is a question of SNS.
    assertThat(size(list("limit=100&connection=" + connection))).isEqualTo(all - 2);
    assertThat(size(list("connection=" + postmark))).isEqualTo(1);
    assertThat(size(list("state=ignored")))
        .isEqualTo(count("select id from fact where state = 'ignored'"));
    assertThat(size(list("kind=invoice.*&state=applied"))).isEqualTo(2);
    assertThat(size(list("kind=invoice.paid"))).isEqualTo(1);
    assertThat(size(list("kind=invoice_paid"))).isZero();
    assertThat(size(list("state=waiting"))).isZero();
    assertThat(size(list("state=dead"))).isZero();
    assertThat(size(list("until=2020-01-01T00:00:00Z"))).isZero();
    JsonNode first = list("limit=3").lines().getFirst();
    JsonNode second =
        list("limit=3&cursor=" + first.path("next_cursor").asString()).lines().getFirst();
    assertThat(first.path("data")).hasSize(3);
    assertThat(second.at("/data/0/id").asString()).isLessThan(first.at("/data/2/id").asString());
  }

  /// A list of received events as the API answers it; its problem where it refuses.
  private Ran list(String query) {
    try {
      HttpResponse<String> answer =
          program.call(
              "GET",
              "/v1/tenants/%s/received-events?%s".formatted(program.tenant(), query),
              program.seeded.apiKey().reveal(),
              "");
      boolean good = answer.statusCode() == 200;
      return new Ran(
          good ? 0 : 1,
          good ? answer.body() : "",
          good ? "" : json(answer).path("detail").asString());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int size(Ran list) {
    return list.lines().getFirst().path("data").size();
  }

  private int count(String sql) {
    return program.rows(sql).size();
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return JsonMapper.shared().readTree(answer.body());
  }

  /// The lanes apply what was put back by themselves, in a moment.
  private void awaitAllApplied() {
    long end = System.nanoTime() + WholeProgram.PATIENCE.toNanos();
    while (count("select id from waiting_fact") > 0) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
