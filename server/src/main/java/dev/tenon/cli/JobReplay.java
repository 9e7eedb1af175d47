package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Puts jobs back into the queue, one by its id or all that a filter finds, for [ReplayCommand].
final class JobReplay {
  static final int JOBS_MAX = 10_000;
  static final int JOBS_DEFAULT = 1_000;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final int PAGE = 100;

  private final HubClient hub;
  private final Console console;
  private final Json json;
  private final InstantSource clock;

  JobReplay(HubClient hub, Console console, Json json, InstantSource clock) {
    this.hub = hub;
    this.console = console;
    this.json = json;
    this.clock = clock;
  }

  int one(String id, boolean dryRun, int waitSeconds) throws InterruptedException {
    String path = "/jobs/" + HubClient.query(id);
    if (dryRun) {
      int jobs = isWaiting(hub.ofTenant(path)) ? 0 : 1;
      console.answer(
          json.wanted(),
          "%s would be put back.".formatted(count(jobs)),
          Map.of("id", id, "dry_run", true, "jobs", jobs));
      return 0;
    }
    int back = hub.actOfTenant(path + "/replay").path("jobs").asInt(0);
    console.answer(
        json.wanted(),
        back == 0 ? "%s: it is waiting already.".formatted(id) : "%s: put back.".formatted(id),
        Map.of("id", id, "jobs", back));
    return waitSeconds == 0 ? 0 : showEnd(id, path, waitSeconds);
  }

  private int showEnd(String id, String path, int waitSeconds) throws InterruptedException {
    Instant end = clock.instant().plusSeconds(waitSeconds);
    JsonNode job = hub.ofTenant(path);
    while (isWaiting(job) && clock.instant().isBefore(end)) {
      Thread.sleep(BETWEEN_LOOKS);
      job = hub.ofTenant(path);
    }
    console.answer(
        json.wanted(),
        "  %s  %s  %s: %s"
            .formatted(
                id,
                job.path("kind").asString(""),
                job.path("state").asString(""),
                job.path("result").asString("no result yet")),
        Map.of("job", job));
    if (isWaiting(job)) {
      throw new CommandFailed(
          Failure.TIMED_OUT,
          "%s is still waiting after %d s. Look: GET %s"
              .formatted(id, waitSeconds, hub.hub().path(path)));
    }
    return 0;
  }

  /// The newest first.
  ///
  /// @param query the filter as the API takes it
  int many(Map<String, String> query, int limit, boolean dryRun) {
    String filter =
        query.entrySet().stream()
            .map(entry -> "&" + entry.getKey() + "=" + HubClient.query(entry.getValue()))
            .collect(Collectors.joining());
    int done = 0;
    String cursor = "";
    do {
      // Pages go by ids, so that what is put back and ends badly again is not met again.
      String next = cursor.isEmpty() ? "" : "&cursor=" + HubClient.query(cursor);
      int rows = Math.min(PAGE, limit - done);
      JsonNode page = hub.ofTenant("/jobs?limit=" + rows + filter + next);
      for (JsonNode job : page.path("data")) {
        done += dryRun ? 1 : back(job.path("id").asString(""));
      }
      cursor = page.path("next_cursor").asString("");
    } while (!cursor.isEmpty() && done < limit);
    String more = cursor.isEmpty() ? "" : ", and more beyond the limit of " + limit;
    console.answer(
        json.wanted(),
        dryRun
            ? "%s would be put back%s.".formatted(count(done), more)
            : "Put back %s%s.".formatted(count(done), more),
        Map.of("jobs", done, "more", !cursor.isEmpty(), "dry_run", dryRun));
    return 0;
  }

  private int back(String id) {
    return hub.actOfTenant("/jobs/" + HubClient.query(id) + "/replay").path("jobs").asInt(0);
  }

  private static boolean isWaiting(JsonNode job) {
    return job.path("state").asString("").equals("waiting");
  }

  private static String count(int jobs) {
    return jobs == 1 ? "1 job" : jobs + " jobs";
  }
}
