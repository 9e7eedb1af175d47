package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The line of a record that facts change: each fact that changed it, with the events that were
/// told, where they were delivered, and the mails that followed.
///
/// The way goes back from the events about the record, which have an index, to the facts that led
/// to them; a fact that changed nothing about it told none.
final class Stories {
  private static final int EVENTS_MAX = 30;

  /// What a fact leads to is told in one transaction; this is more than that takes.
  private static final Duration SAME_MOMENT = Duration.ofMinutes(1);

  private final Database database;
  private final StoryQueries queries = new StoryQueries();
  private final Effects effects = new Effects();

  Stories(Database database) {
    this.database = database;
  }

  /// @param more whether older events are left out
  record Story(List<TimelineStep> steps, boolean more) {}

  /// @param session tells whether facts that the platform's connection received may be shown
  /// @param abouts the ids of the record and its parts, as events name them
  Story of(ConsoleSession session, TenantId tenant, List<String> abouts, Instant now) {
    List<StoryQueries.Told> told =
        database.asTenant(tenant, tx -> queries.told(tx, abouts, EVENTS_MAX + 1));
    boolean more = told.size() > EVENTS_MAX;
    List<StoryQueries.Told> shown = more ? told.subList(0, EVENTS_MAX) : told;
    Map<UUID, Instant> causes = new HashMap<>();
    for (StoryQueries.Told one : shown) {
      @Nullable UUID cause = one.cause();
      if (cause != null) {
        causes.merge(cause, one.event().createdAt(), (a, b) -> a.isBefore(b) ? a : b);
      }
    }
    var timeline = new Timeline();
    addFacts(timeline, session, tenant, causes, now);
    database.useTenant(
        tenant,
        tx -> {
          causes.forEach(
              (cause, at) -> effects.add(timeline, tx, cause, at.minus(SAME_MOMENT), now));
          for (StoryQueries.Told one : shown) {
            if (one.cause() == null) {
              effects.tell(timeline, tx, one.event(), now);
            }
          }
        });
    return new Story(timeline.steps(), more);
  }

  /// The tenant's own facts; those of the platform's connection only for who sees the platform.
  private void addFacts(
      Timeline timeline,
      ConsoleSession session,
      TenantId tenant,
      Map<UUID, Instant> causes,
      Instant now) {
    List<TenantId> owners =
        Stream.of(tenant, TenantId.PLATFORM).distinct().filter(session::reaches).toList();
    for (TenantId owner : owners) {
      for (StoryQueries.Come come :
          database.asTenant(owner, tx -> queries.facts(tx, causes.keySet()))) {
        if (come.fact().about().equals(tenant)) {
          add(timeline, owner, come, causes.getOrDefault(come.fact().id(), now), now);
        }
      }
    }
  }

  /// @param led when the first of its events was told: no later than that was it applied
  private static void add(
      Timeline timeline, TenantId owner, StoryQueries.Come come, Instant led, Instant now) {
    @Nullable Instant until = come.fact().until();
    Instant at = until == null || led.isBefore(until) ? led : until;
    @Nullable Instant receivedAt = come.receivedAt();
    timeline.fact(
        come.fact().endedAt(at),
        receivedAt == null ? at : receivedAt,
        now,
        receivedAt == null
            ? ""
            : Frame.base(owner)
                + "/inbox/"
                + Ids.write(Prefix.RECEIVED_EVENT, come.receivedEvent()));
  }
}
