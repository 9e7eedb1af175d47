package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.email.MailHealth;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.number.EmailSums;
import dev.tenon.number.Figures;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads what the page about the health of mail shows.
final class MailHealthViews {
  /// Above these, Amazon SES and others put an account under review.
  private static final double BOUNCES_BAD = 0.05;

  /// Google and Yahoo ask bulk senders to stay below it.
  private static final double COMPLAINTS_BAD = 0.003;

  private final EmailSums sums = new EmailSums();
  private final Database database;
  private final MailHealth health;
  private final InstantSource clock;

  MailHealthViews(Database database, MailHealth health, InstantSource clock) {
    this.database = database;
    this.health = health;
    this.clock = clock;
  }

  MailHealthPage of(TenantId tenant, Map<String, String> query) {
    Instant now = clock.instant();
    MailHealthPage.Window window = windowOf(query);
    Instant until = now.truncatedTo(ChronoUnit.HOURS).plus(1, ChronoUnit.HOURS);
    Instant since = until.minus(window.days(), ChronoUnit.DAYS);
    List<MailHealth.Place> places = health.of(tenant);
    return database.asTenant(
        tenant,
        tx ->
            new MailHealthPage(
                routes(places, now),
                window,
                sums.byStream(tx, since, until).stream()
                    .map(
                        sum ->
                            line(
                                sum.stream(),
                                sum.provider().isEmpty() ? "no provider" : sum.provider(),
                                sum.figures()))
                    .toList(),
                sums.byDay(tx, since, until).stream()
                    .map(day -> line(new Moment(day.begin(), now).day(), "", day.figures()))
                    .toList(),
                places.stream().anyMatch(one -> one.percent() < 100)));
  }

  private static MailHealthPage.Window windowOf(Map<String, String> query) {
    for (MailHealthPage.Window each : MailHealthPage.Window.values()) {
      if (each.key().equals(query.get("since"))) {
        return each;
      }
    }
    return MailHealthPage.Window.WEEK;
  }

  private static List<MailHealthPage.Route> routes(List<MailHealth.Place> places, Instant now) {
    Map<String, List<MailHealthPage.Place>> routes = new LinkedHashMap<>();
    places.forEach(
        one -> routes.computeIfAbsent(one.stream(), _ -> new ArrayList<>()).add(place(one, now)));
    return routes.entrySet().stream()
        .map(entry -> new MailHealthPage.Route(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static MailHealthPage.Place place(MailHealth.Place one, Instant now) {
    @Nullable Instant last = one.lastSuccess();
    UUID id = Ids.read(Prefix.CONNECTION, one.connection()).orElseThrow();
    return new MailHealthPage.Place(
        one.place(),
        one.percent(),
        IdText.of(Prefix.CONNECTION, id),
        one.provider().isEmpty() ? "gone" : one.provider(),
        one.shared() ? one.name() + " (the platform’s)" : one.name(),
        mark(one.state()),
        words(one, now),
        last == null ? null : new Moment(last, now));
  }

  private static Mark mark(MailHealth.State state) {
    return switch (state) {
      case WELL -> new Mark(Mark.Shape.DOT, Mark.Tone.GOOD, "well");
      case FAILING -> new Mark(Mark.Shape.CROSS, Mark.Tone.WARN, "failing");
      case BROKEN -> new Mark(Mark.Shape.CROSS, Mark.Tone.BAD, "refused");
      case LIMITED -> new Mark(Mark.Shape.BAR, Mark.Tone.WARN, "paused");
      case OFF -> new Mark(Mark.Shape.BAR, Mark.Tone.QUIET, "off");
      case MISSING -> new Mark(Mark.Shape.DASH, Mark.Tone.BAD, "missing");
    };
  }

  private static String words(MailHealth.Place one, Instant now) {
    String said = one.words().isEmpty() ? "" : ": " + one.words();
    return switch (one.state()) {
      case WELL -> "";
      case FAILING -> "%d failures in a row%s.%s".formatted(one.failures(), said, rest(one, now));
      case BROKEN ->
          "Its provider refuses it%s. Give it a valid key or settings; a change is noticed at once.%s"
              .formatted(said, rest(one, now));
      case LIMITED -> "Its provider asked for a pause%s.%s".formatted(said, rest(one, now));
      case OFF -> "Somebody switched it off, so mails pass it by.";
      case MISSING -> "The connection is not there any more: take it off the route.";
    };
  }

  private static String rest(MailHealth.Place one, Instant now) {
    @Nullable Instant since = one.since();
    @Nullable Instant until = one.until();
    if (since == null || until == null) {
      return "";
    }
    String begun = " Since %s UTC".formatted(new Moment(since, now).stamp());
    return until.isAfter(now)
        ? begun + "; mails pass it by until %s UTC.".formatted(new Moment(until, now).stamp())
        : begun + "; its rest is over, and one mail at a time tries it until one succeeds.";
  }

  private static MailHealthPage.Line line(String first, String second, Figures all) {
    long ended = all.delivered() + all.bounced();
    return new MailHealthPage.Line(
        first,
        second,
        all.sent(),
        all.delivered(),
        all.failed() + all.suppressed() + all.uncertain(),
        all.byFallback(),
        rate(all.bounced(), ended),
        rate(all.complained(), all.delivered()),
        isAbove(all.bounced(), ended, BOUNCES_BAD)
            || isAbove(all.complained(), all.delivered(), COMPLAINTS_BAD),
        mean(all.acceptMillis(), all.sent()),
        mean(all.deliverMillis(), all.delivered()));
  }

  private static String rate(long part, long whole) {
    return whole == 0
        ? ""
        : String.format(Locale.ROOT, part == 0 ? "%.0f %%" : "%.2f %%", 100.0 * part / whole);
  }

  /// A few mails say nothing about a rate.
  private static boolean isAbove(long part, long whole, double bound) {
    return whole >= 100 && (double) part / whole > bound;
  }

  private static String mean(long millis, long count) {
    return count == 0 ? "" : Moment.took(Duration.ofMillis(millis / count));
  }
}
