package dev.tenon.console;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How mail goes: the connections of each route, and numbers.
///
/// @param window the length of time that the numbers are of
/// @param shares whether any connections share mail, so that their shares are worth a column
public record MailHealthPage(
    List<Route> routes, Window window, List<Line> lines, List<Line> days, boolean shares) {

  public MailHealthPage {
    routes = List.copyOf(routes);
    lines = List.copyOf(lines);
    days = List.copyOf(days);
  }

  /// How far back numbers go.
  public enum Window {
    DAY("24h", "last 24 hours", 1),
    WEEK("7d", "last 7 days", 7),
    MONTH("30d", "last 30 days", 30);

    private final String key;
    private final String label;
    private final int days;

    Window(String key, String label, int days) {
      this.key = key;
      this.label = label;
      this.days = days;
    }

    /// As it stands in the URL.
    public String key() {
      return key;
    }

    /// As it reads.
    public String label() {
      return label;
    }

    int days() {
      return days;
    }
  }

  /// The connections that the mails of a stream try, in order.
  ///
  /// @param stream whose route it is; empty for all that have none of their own
  public record Route(String stream, List<Place> places) {
    public Route {
      places = List.copyOf(places);
    }
  }

  /// A connection on a route.
  ///
  /// @param words what is known of it, and what to do
  public record Place(
      int place,
      int percent,
      IdText id,
      String provider,
      String name,
      Mark mark,
      String words,
      @Nullable Moment lastSuccess) {}

  /// Figures of a stream at a provider, or of a day.
  ///
  /// @param bounceRate as a percentage in words; empty where there is none
  /// @param bad whether a rate is so high that providers take measures
  public record Line(
      String first,
      String second,
      long sent,
      long delivered,
      long failed,
      long byFallback,
      String bounceRate,
      String complaintRate,
      boolean bad,
      String accepted,
      String arrived) {}
}
