package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// Has facts applied anew or jobs done again: by ids, or all that a filter finds.
@Command(
    name = "replay",
    description =
        "Apply facts anew: those of a received event (rev_…), one fact (fct_…), or all that the"
            + " options find. What was applied before changes nothing twice. With job ids (job_…)"
            + " or --jobs: do jobs again.")
final class ReplayCommand implements Callable<Integer> {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final int WAIT_SECONDS_MAX = 86_400;

  @Mixin private HubOptions target = new HubOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "ID",
      description = "Received events (rev_…), facts (fct_…) and jobs (job_…).")
  private List<String> ids = new ArrayList<>();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description =
          "Facts in this state: dead, unassigned, held (waiting for the next try), ignored or"
              + " applied.")
  private @Nullable String state;

  @Option(
      names = "--jobs",
      description = "Jobs instead of facts: --state is dead (where it is not given) or done.")
  private boolean jobs;

  @Option(names = "--connection", paramLabel = "ID", description = "Only those of a connection.")
  private @Nullable String connection;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "Only those of a kind, such as invoice.paid or 'invoice.*'.")
  private @Nullable String kind;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only those received since then: 30m, 2h, 7d ago, or an RFC 3339 time.")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "TIME", description = "Only those received before then.")
  private @Nullable String until;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many at most, 1 to 100000; 10000. Jobs: 1 to 10000; 1000.")
  private @Nullable Integer limit;

  @Option(names = "--dry-run", description = "Say how many, and change nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for the end of it; 30. 0 starts it and returns.")
  private int waitSeconds = 30;

  private final Console console;
  private final Json json;
  private final InstantSource clock = InstantSource.system();

  ReplayCommand(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() throws InterruptedException {
    boolean filtered =
        state != null
            || connection != null
            || kind != null
            || since != null
            || until != null
            || limit != null
            || jobs;
    if (ids.isEmpty() != filtered || (filtered && state == null && !jobs)) {
      throw new CommandFailed(
          Failure.USAGE,
          "say what to replay: either ids (rev_…, fct_… or job_…), or --state with other options, or --jobs. See: tenon replay --help");
    }
    checkJobs();
    if (waitSeconds < 0 || waitSeconds > WAIT_SECONDS_MAX) {
      throw new CommandFailed(Failure.USAGE, "--wait is from 0 to 86400 seconds");
    }
    for (String id : ids) {
      if (!id.startsWith("rev_") && !id.startsWith("fct_") && !id.startsWith("job_")) {
        throw new CommandFailed(
            Failure.USAGE,
            "%s is no received event (rev_…), no fact (fct_…) and no job (job_…)".formatted(id));
      }
    }
    ClientLog.start(console.environment());
    try (HubClient hub = HubClient.open(target.find(console.environment()))) {
      var replay = new JobReplay(hub, console, json, clock);
      if (jobs) {
        return replay.many(jobFilter(), limit == null ? JobReplay.JOBS_DEFAULT : limit, dryRun);
      }
      if (filtered) {
        return many(hub);
      }
      int code = 0;
      for (String id : ids) {
        code =
            Math.max(
                code, id.startsWith("job_") ? replay.one(id, dryRun, waitSeconds) : one(hub, id));
      }
      return code;
    }
  }

  private void checkJobs() {
    if (!jobs) {
      return;
    }
    if (connection != null) {
      throw new CommandFailed(Failure.USAGE, "--connection is for facts; a job has none");
    }
    if (state != null && !state.equals("dead") && !state.equals("done")) {
      throw new CommandFailed(Failure.USAGE, "--state of jobs is dead or done");
    }
    if (limit != null && (limit < 1 || limit > JobReplay.JOBS_MAX)) {
      throw new CommandFailed(Failure.USAGE, "--limit of jobs is from 1 to 10000");
    }
  }

  private Map<String, String> jobFilter() {
    Instant now = clock.instant();
    Map<String, String> query = new LinkedHashMap<>();
    query.put("state", state == null ? "dead" : state);
    if (kind != null) {
      query.put("kind", kind);
    }
    if (since != null) {
      query.put("since", TimeOption.read("--since", since, now).toString());
    }
    if (until != null) {
      query.put("until", TimeOption.read("--until", until, now).toString());
    }
    return query;
  }

  private int one(HubClient hub, String id) throws InterruptedException {
    String path = (id.startsWith("rev_") ? "/received-events/" : "/facts/") + HubClient.query(id);
    if (dryRun) {
      int facts = 0;
      for (JsonNode fact : facts(hub.ofTenant(path))) {
        facts += isWaiting(fact) ? 0 : 1;
      }
      console.answer(
          json.wanted(),
          "%s would be put back.".formatted(count(facts)),
          Map.of("id", id, "dry_run", true, "facts", facts));
      return 0;
    }
    int back = hub.actOfTenant(path + "/replay").path("facts").asInt(0);
    console.answer(
        json.wanted(),
        back == 0
            ? "%s: nothing to put back, it is waiting already.".formatted(id)
            : "%s: put back %s.".formatted(id, count(back)),
        Map.of("id", id, "facts", back));
    return waitSeconds == 0 ? 0 : showEnds(hub, id, path);
  }

  private int showEnds(HubClient hub, String id, String path) throws InterruptedException {
    Instant end = clock.instant().plusSeconds(waitSeconds);
    List<JsonNode> facts = facts(hub.ofTenant(path));
    while (facts.stream().anyMatch(ReplayCommand::isWaiting) && clock.instant().isBefore(end)) {
      Thread.sleep(BETWEEN_LOOKS);
      facts = facts(hub.ofTenant(path));
    }
    boolean waiting = false;
    for (JsonNode fact : facts) {
      waiting |= isWaiting(fact);
      console.answer(
          json.wanted(),
          "  %s  %s  %s: %s"
              .formatted(
                  fact.path("id").asString(""),
                  fact.path("kind").asString(""),
                  fact.path("state").asString(""),
                  fact.path("result").asString("no result yet")),
          Map.of("fact", fact));
    }
    if (waiting) {
      throw new CommandFailed(
          Failure.TIMED_OUT,
          "%s is still waiting after %d s. Follow it: tenon tail".formatted(id, waitSeconds));
    }
    return 0;
  }

  private static List<JsonNode> facts(JsonNode found) {
    if (!found.has("facts")) {
      return List.of(found);
    }
    List<JsonNode> facts = new ArrayList<>();
    found.path("facts").forEach(facts::add);
    return facts;
  }

  private static boolean isWaiting(JsonNode fact) {
    return fact.path("state").asString("").equals("waiting");
  }

  private int many(HubClient hub) throws InterruptedException {
    Instant now = clock.instant();
    Map<String, Object> body = new LinkedHashMap<>();
    put(body, "state", state);
    put(body, "connection", connection);
    put(body, "kind", kind);
    put(body, "since", since == null ? null : TimeOption.read("--since", since, now));
    put(body, "until", until == null ? null : TimeOption.read("--until", until, now));
    if (limit != null) {
      body.put("limit", limit);
    }
    body.put("dry_run", dryRun);
    JsonNode replay = hub.postOfTenant("/replays", body);
    int matched = replay.path("matched").asInt(0);
    String more =
        replay.path("more").asBoolean(false)
            ? ", and more beyond the limit of " + replay.path("limit").asInt(0)
            : "";
    if (dryRun) {
      console.answer(
          json.wanted(), "%s would be put back%s.".formatted(count(matched), more), replay);
      return 0;
    }
    String id = replay.path("id").asString("");
    console.answer(
        json.wanted(), "%s: putting back %s%s.".formatted(id, count(matched), more), replay);
    return waitSeconds == 0 ? 0 : showProgress(hub, id);
  }

  private int showProgress(HubClient hub, String id) throws InterruptedException {
    Instant end = clock.instant().plusSeconds(waitSeconds);
    int shown = 0;
    while (true) {
      JsonNode replay = hub.ofTenant("/replays/" + id);
      int replayed = replay.path("replayed").asInt(0);
      if (!replay.path("state").asString("").equals("running")) {
        console.answer(
            json.wanted(),
            "%s: %s, %s put back. Their lanes apply them now; watch: tenon tail"
                .formatted(id, replay.path("state").asString(""), count(replayed)),
            replay);
        return 0;
      }
      if (clock.instant().isAfter(end)) {
        throw new CommandFailed(
            Failure.TIMED_OUT,
            "%s goes on in the server: %s put back so far. Look: GET %s"
                .formatted(id, count(replayed), hub.hub().path("/replays/" + id)));
      }
      if (replayed > shown) {
        shown = replayed;
        console.answer(json.wanted(), "%s: %s so far".formatted(id, count(replayed)), replay);
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private static void put(Map<String, Object> body, String name, @Nullable Object value) {
    if (value != null) {
      body.put(name, value.toString());
    }
  }

  private static String count(int facts) {
    return facts == 1 ? "1 fact" : facts + " facts";
  }
}
