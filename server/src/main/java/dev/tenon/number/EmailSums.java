package dev.tenon.number;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.util.List;

/// What pages for people read of the figures of mail.
public final class EmailSums {
  private static final int ROWS_MAX = 200;
  private static final int DAYS_MAX = 100;

  private final EmailNumberStore store = new EmailNumberStore();

  /// Figures of one stream at one provider.
  ///
  /// @param provider empty for mails that no provider had
  public record Sum(String stream, String provider, Figures figures) {}

  /// Figures of one day in UTC, of all streams and providers.
  public record Day(Instant begin, Figures figures) {}

  /// By stream and provider, from the hour of `since` to before that of `until`.
  public List<Sum> byStream(TenantTx tx, Instant since, Instant until) {
    return store.list(tx, since, until, ROWS_MAX).stream()
        .map(row -> new Sum(row.stream(), row.provider(), row.figures()))
        .toList();
  }

  /// By day, the newest first; days without mail are left out.
  public List<Day> byDay(TenantTx tx, Instant since, Instant until) {
    return store.days(tx, since, until, DAYS_MAX);
  }
}
