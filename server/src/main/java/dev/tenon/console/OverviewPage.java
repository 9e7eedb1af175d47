package dev.tenon.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The overview's numbers.
///
/// @param lastHour deliveries within the current hour and the one before
/// @param oldest since when the oldest waiting fact waits; null when none waits
/// @param dead facts given up, within 30 days
/// @param unassigned facts that fit no known tenant, within 30 days
/// @param hours deliveries by hour, oldest first
/// @param messages messages of the last day by state
/// @param latest the newest received events
/// @param empty whether nothing has arrived yet
public record OverviewPage(
    long lastHour,
    long lastDay,
    long waiting,
    long retrying,
    @Nullable Moment oldest,
    long dead,
    long unassigned,
    List<Bar> hours,
    List<Count> messages,
    List<InboxRow> latest,
    boolean empty) {
  private static final int WIDTH = 480;
  private static final int HEIGHT = 64;

  /// One hour of the chart.
  ///
  /// @param label the hour of the day, in UTC
  public record Bar(String label, long count) {}

  /// How many messages are in a state.
  public record Count(Mark mark, String state, long count) {}

  public OverviewPage {
    hours = List.copyOf(hours);
    messages = List.copyOf(messages);
    latest = List.copyOf(latest);
  }

  /// The most deliveries in an hour, at least one.
  public long peak() {
    return Math.max(1, hours.stream().mapToLong(Bar::count).max().orElse(1));
  }

  /// The chart's line, in a box of 480 by 64.
  public String line() {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < hours.size(); i++) {
      long x = Math.round(i * (double) WIDTH / Math.max(1, hours.size() - 1));
      long y = Math.round(HEIGHT - 2 - (HEIGHT - 4) * hours.get(i).count() / (double) peak());
      points.append(x).append(',').append(y).append(' ');
    }
    return points.toString().strip();
  }
}
