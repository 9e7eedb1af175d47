package dev.tenon.number;

import dev.tenon.access.Scope;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/email-numbers`.
public final class EmailNumberRoutes {
  private static final int ROWS_MAX = 500;
  private static final Duration WINDOW = Duration.ofHours(24);

  private final Database database;
  private final EmailNumbers numbers;
  private final InstantSource clock;

  private EmailNumberRoutes(Database database, EmailNumbers numbers, InstantSource clock) {
    this.database = database;
    this.numbers = numbers;
    this.clock = clock;
  }

  public static void declare(
      Routes routes, Database database, EmailNumbers numbers, InstantSource clock) {
    var here = new EmailNumberRoutes(database, numbers, clock);
    routes
        .get(
            "/v1/tenants/{tenant}/email-numbers",
            Scope.EMAIL_READ,
            EmailNumbersView.class,
            "Get how mail goes, by stream and provider",
            here::get)
        .query("since", "From the hour of this time on; 24 hours ago where it is not given.")
        .query(
            "until", "Up to the hour of this time, which counts whole; now where it is not given.");
  }

  /// How mail went in a while. Written every few seconds; kept for 90 days.
  public record EmailNumbersView(
      Instant since,
      @About("The first moment that is not in it.") Instant until,
      @About("At most 500.") List<NumberView> numbers) {}

  /// Figures of a stream and provider. Each thing counts in the hour in which it happened.
  public record NumberView(
      String stream,
      @About("Null for mails that no provider had.") @Nullable String provider,
      @About("Messages that the provider accepted.") long sent,
      @About("Recipients whose servers took a message.") long delivered,
      @About("Recipients whose servers refused one for good.") long bounced,
      @About("Recipients who called one spam.") long complained,
      long failed,
      long suppressed,
      @About("Messages that may have been sent, and nobody can tell.") long uncertain,
      @About("Of `sent`, those that the first connection of their route did not take.")
          long byFallback,
      @About(
              "Sendings of a message of which an earlier one may have been accepted, as its policy"
                  + " `at_least_once` allows: so many recipients may have it twice.")
          long possibleDuplicates,
      @About("`bounced` of all that were delivered or bounced, 0 to 1; null where there is none.")
          @Nullable Double bounceRate,
      @About("`complained` of `delivered`, 0 to 1; null where none was delivered.")
          @Nullable Double complaintRate,
      @About(
              "From the making of a message, or the time it was to be sent at, until the provider accepted it,"
                  + " on average.")
          @Nullable Double acceptSeconds,
      @About("The longest of them.") @Nullable Double acceptSecondsMax,
      @About("From the making of a message until it was delivered, on average.")
          @Nullable Double deliverSeconds,
      @About("The longest of them.") @Nullable Double deliverSecondsMax) {}

  private EmailNumbersView get(Request request) {
    Instant now = clock.instant();
    Instant until = hour(request.queryTime("until").orElse(now)).plus(1, ChronoUnit.HOURS);
    Instant since = hour(request.queryTime("since").orElse(until.minus(WINDOW)));
    if (!since.isBefore(until)) {
      throw new ProblemException(
          ProblemCode.REQUEST_INVALID_QUERY, "`since` lies before `until`.", "since");
    }
    return new EmailNumbersView(
        since,
        until,
        database.asTenant(request.tenant(), tx -> numbers.list(tx, since, until, ROWS_MAX)).stream()
            .map(EmailNumberRoutes::view)
            .toList());
  }

  private static Instant hour(Instant time) {
    return time.truncatedTo(ChronoUnit.HOURS);
  }

  private static NumberView view(EmailNumberStore.Row row) {
    Figures all = row.figures();
    return new NumberView(
        row.stream(),
        row.provider().isEmpty() ? null : row.provider(),
        all.sent(),
        all.delivered(),
        all.bounced(),
        all.complained(),
        all.failed(),
        all.suppressed(),
        all.uncertain(),
        all.byFallback(),
        all.possibleDuplicates(),
        share(all.bounced(), all.delivered() + all.bounced()),
        share(all.complained(), all.delivered()),
        share(all.acceptMillis(), all.sent() * 1_000),
        share(all.acceptMillisMax(), all.sent() == 0 ? 0 : 1_000),
        share(all.deliverMillis(), all.delivered() * 1_000),
        share(all.deliverMillisMax(), all.delivered() == 0 ? 0 : 1_000));
  }

  private static @Nullable Double share(long part, long whole) {
    return whole == 0 ? null : (double) part / whole;
  }
}
