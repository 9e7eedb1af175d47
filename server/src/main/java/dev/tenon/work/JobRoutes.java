package dev.tenon.work;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/v1/tenants/{tenant}/jobs`: follow-up work, and what became of it. A job's payload is not
/// shown, since what a kind puts there is its own affair: its handler tells what it is about.
public final class JobRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(JobRoutes.class);

  /// How far back a search goes when it doesn't say.
  private static final Duration SEARCHED = Duration.ofDays(7);

  private static final int KIND_CHARS_MAX = 200;

  private final Database database;
  private final Jobs jobs;
  private final InstantSource clock;
  private final JobQueries queries = new JobQueries();

  private JobRoutes(Database database, Jobs jobs, InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.clock = clock;
  }

  public static void declare(Routes routes, Database database, Jobs jobs, InstantSource clock) {
    var here = new JobRoutes(database, jobs, clock);
    String path = "/v1/tenants/{tenant}/jobs";
    routes
        .list(path, Scope.OPERATION_READ, JobView.class, "List the jobs", here::list)
        .query("state", "Only those in this state: `waiting`, `done`, `dead` or `cancelled`.")
        .query("kind", "Only those of this kind; `email.*` stands for all that begin so.")
        .query(
            "since",
            "Only those made from this time on, as RFC 3339. With `kind` and without a `state` of"
                + " `dead` or `waiting` it is seven days ago where it is not given.")
        .query("until", "Only those made before this time, as RFC 3339.");
    routes.get(path + "/{job}", Scope.OPERATION_READ, JobView.class, "Get a job", here::get);
    routes.act(
        path + "/{job}/replay",
        Scope.OPERATION_WRITE,
        ReplayedJobs.class,
        "Replay a job",
        here::replay);
  }

  /// A job in the API.
  public record JobView(
      String id,
      String kind,
      @About("`waiting` until it is `done`, `dead` or `cancelled`.") String state,
      @About("The id of what it is about, such as a message; null where its kind tells none.")
          @Nullable String subject,
      @About("The fact that led to it.") @Nullable String fact,
      @About("0 is served first, 9 last.") int priority,
      @About("What became of it; the last error while it waits.") @Nullable String result,
      @About("How many tries failed.") int failures,
      @About("How often a worker took it.") int starts,
      Instant createdAt,
      @About("When it is tried next, or until when a worker has it; null when it is ready or over.")
          @Nullable Instant nextTryAt,
      @Nullable Instant finishedAt) {}

  /// How many jobs were put back into the queue.
  public record ReplayedJobs(int jobs) {}

  private Page<JobView> list(Request request) {
    Page.Ask ask = request.page();
    JobQueries.Filter filter = filter(request);
    List<JobQueries.Row> rows =
        database.asTenant(
            request.tenant(),
            tx -> queries.list(tx, filter, ask.before().orElse(null), ask.rows()));
    return Page.of(ask, rows, JobQueries.Row::id, this::view);
  }

  private JobQueries.Filter filter(Request request) {
    JobQueries.@Nullable State state = request.query("state").map(JobRoutes::state).orElse(null);
    @Nullable String kind = request.query("kind").map(JobRoutes::checkedKind).orElse(null);
    boolean few = state == JobQueries.State.DEAD || state == JobQueries.State.WAITING;
    Instant usual = kind == null || few ? Instant.EPOCH : clock.instant().minus(SEARCHED);
    return new JobQueries.Filter(
        state,
        kind,
        request.queryTime("since").orElse(usual),
        request.queryTime("until").orElse(Request.LATEST));
  }

  private static JobQueries.State state(String text) {
    return Arrays.stream(JobQueries.State.values())
        .filter(state -> state.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                wrong(
                    "state",
                    "`state` is one of: %s."
                        .formatted(
                            Arrays.stream(JobQueries.State.values())
                                .map(JobQueries.State::text)
                                .collect(Collectors.joining(", ")))));
  }

  private static String checkedKind(String text) {
    if (text.isBlank() || text.length() > KIND_CHARS_MAX || text.indexOf('\0') >= 0) {
      throw wrong("kind", "`kind` has 1 to %d characters.".formatted(KIND_CHARS_MAX));
    }
    return text;
  }

  private static ProblemException wrong(String param, String detail) {
    return new ProblemException(ProblemCode.REQUEST_INVALID_QUERY, detail, param);
  }

  private JobView get(Request request) {
    return view(find(request));
  }

  private JobQueries.Row find(Request request) {
    UUID id = Ids.read(Prefix.JOB, request.path("job")).orElseThrow(ProblemException::notFound);
    return database
        .asTenant(request.tenant(), tx -> queries.find(tx, id))
        .orElseThrow(ProblemException::notFound);
  }

  private ReplayedJobs replay(Request request) {
    JobQueries.Row job = find(request);
    boolean back = database.asEngine(tx -> jobs.replay(tx, request.tenant(), job.id()));
    if (back) {
      LOG.info(
          "job {} {} of {} is replayed by key {}",
          job.kind(),
          job.id(),
          request.tenant(),
          request.caller().key());
      jobs.announce();
    }
    return new ReplayedJobs(back ? 1 : 0);
  }

  private JobView view(JobQueries.Row job) {
    @Nullable UUID cause = job.cause();
    return new JobView(
        Ids.write(Prefix.JOB, job.id()),
        job.kind(),
        job.state(),
        jobs.subject(job.kind(), job.payload()).orElse(null),
        cause == null ? null : Ids.write(Prefix.FACT, cause),
        job.priority(),
        job.result(),
        job.failures(),
        job.starts(),
        job.createdAt(),
        job.wakeAt(),
        job.finishedAt());
  }
}
