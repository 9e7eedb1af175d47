package dev.tenon.bench;

import java.util.List;

/// Where figures that were taken one after the other go.
final class Trend {
  private Trend() {}

  /// One figure.
  record Point(double seconds, double value) {}

  /// The slope of the straight line nearest to the second half of the points (least squares), a
  /// minute; 0 where there are fewer than four.
  static double perMinute(List<Point> points) {
    List<Point> half = lastHalf(points);
    if (half.size() < 2) {
      return 0;
    }
    double time = half.stream().mapToDouble(Point::seconds).average().orElse(0);
    double value = half.stream().mapToDouble(Point::value).average().orElse(0);
    double above = 0;
    double below = 0;
    for (Point point : half) {
      above += (point.seconds() - time) * (point.value() - value);
      below += (point.seconds() - time) * (point.seconds() - time);
    }
    return below == 0 ? 0 : 60 * above / below;
  }

  /// The later half.
  static List<Point> lastHalf(List<Point> points) {
    return points.subList(points.size() / 2, points.size());
  }
}
