package dev.tenon.work;

import dev.tenon.db.EngineTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// What a feature does with one kind of job. The composition root gathers the handlers; jobs of a
/// kind that this node doesn't know wait for one that does.
public interface JobHandler {

  /// The kind's name, such as `email.send`.
  String kind();

  /// When a failed job is tried again.
  RetrySchedule schedule();

  /// Does jobs of one tenant, all of this kind, and ends each through `jobs.end` in a transaction
  /// of its choice. A job it doesn't end comes back when the lease is over; so does every job when
  /// it throws.
  ///
  /// Runs on a thread of its own, never inside a transaction.
  void run(TenantId tenant, List<Job> batch, Jobs jobs);

  /// Ends what waited for a job that has just died, after its last try or because the server died
  /// at it again and again: called in the transaction that writes the job's end, so that neither
  /// stands without the other.
  ///
  /// @param failures how often it failed, the last time included
  default void died(EngineTx tx, Job job, int failures) {}

  /// The id of what a job is about, such as a message, for people; empty where there is none. It is
  /// all that is shown of a payload.
  default Optional<String> subject(String payload) {
    return Optional.empty();
  }

  /// The id of ours that a payload is, written with its prefix; empty when it is none.
  static Optional<String> reference(Prefix prefix, String payload) {
    try {
      return Optional.of(Ids.write(prefix, UUID.fromString(payload)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// A run's ends by job, in the form that [Jobs#end] takes.
  record Ends(Map<Job, JobEnd> byJob) {
    public Ends {
      byJob = Map.copyOf(byJob);
    }
  }
}
