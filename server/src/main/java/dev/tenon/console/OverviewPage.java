package dev.tenon.console;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The overview's numbers.
///
/// @param thisHour deliveries since the last full hour
/// @param lastDay deliveries since the full hour 23 hours before it
/// @param oldest since when the oldest waiting fact waits; null when none waits
/// @param dead facts given up, within 30 days
/// @param unassigned facts that fit no known tenant, within 30 days
/// @param hours deliveries by hour, oldest first
/// @param messages messages of the last day by state
/// @param latest the newest received events
/// @param reconciled how each connection was found when its provider was asked the last time
/// @param firstStep what to do first; null when something has arrived already
public record OverviewPage(
    Tally thisHour,
    Tally lastDay,
    Tally waiting,
    Tally retrying,
    @Nullable Moment oldest,
    Tally dead,
    Tally unassigned,
    List<Bar> hours,
    List<Count> messages,
    List<InboxRow> latest,
    List<Reconciled> reconciled,
    @Nullable FirstStep firstStep) {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 64;

  /// One hour of the chart.
  ///
  /// @param label the hour of the day, in UTC
  public record Bar(String label, Tally count) {}

  /// How many messages are in a state.
  public record Count(Mark mark, String state, Tally count) {}

  /// A connection that was reconciled.
  ///
  /// @param missing how many events had never come
  public record Reconciled(String connection, Moment at, int missing) {}

  public OverviewPage {
    reconciled = List.copyOf(reconciled);
    hours = List.copyOf(hours);
    messages = List.copyOf(messages);
    latest = List.copyOf(latest);
  }

  /// Whether a person has to do something.
  public boolean needsCare() {
    return dead.any() || unassigned.any() || retrying.any();
  }

  /// The most deliveries in an hour.
  public Tally peak() {
    return hours.stream()
        .map(Bar::count)
        .max(Comparator.comparingLong(Tally::count))
        .orElse(Tally.exact(0));
  }

  /// The chart's line, in a box of 480 by 64.
  public String line() {
    double peak = Math.max(1, peak().count());
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < hours.size(); i++) {
      long x = Math.round(i * (double) WIDTH / Math.max(1, hours.size() - 1));
      long y = Math.round(HEIGHT - 2 - (HEIGHT - 4) * hours.get(i).count().count() / peak);
      points.append(x).append(',').append(y).append(' ');
    }
    return points.toString().strip();
  }
}
