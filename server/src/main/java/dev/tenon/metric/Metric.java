package dev.tenon.metric;

import java.util.List;

/// Every metric that Tenon makes itself, in one list; `docs/operations/metrics.md` shows it, and a
/// test keeps the two equal.
///
/// No label names a tenant, a connection or anything else that grows with use: a label has a few
/// dozen values at most.
public enum Metric {
  INBOX_ACCEPTED(
      "tenon.inbox.accepted",
      Kind.COUNTER,
      "Webhooks that were stored and acknowledged, with at least one new fact.",
      "provider"),
  INBOX_DUPLICATE(
      "tenon.inbox.duplicate",
      Kind.COUNTER,
      "Webhooks that were acknowledged and brought nothing new.",
      "provider"),
  INBOX_REFUSED(
      "tenon.inbox.refused",
      Kind.COUNTER,
      "Webhooks that were not accepted. A rising `signature_mismatch` is a wrong secret or a stranger;"
          + " `busy` means that the database is slower than what comes in.",
      "provider",
      "reason"),
  INBOX_BATCH(
      "tenon.inbox.batch",
      Kind.SUMMARY,
      "Webhooks in one commit. At the configured maximum, intake is at its limit."),
  INBOX_COMMIT("tenon.inbox.commit", Kind.TIMER, "Time of one commit of webhooks."),
  INBOX_WAITING("tenon.inbox.waiting", Kind.GAUGE, "Webhooks of this node that wait for a commit."),
  FACTS_ENDED(
      "tenon.facts.ended",
      Kind.COUNTER,
      "Facts that left the queue: `applied`, `ignored`, `unassigned` or `dead`. Look at every `dead`"
          + " one.",
      "provider",
      "state"),
  FACTS_FAILED(
      "tenon.facts.failed",
      Kind.COUNTER,
      "Failed tries to apply a fact; it is tried again until it is dead.",
      "provider"),
  FACTS_DELAY(
      "tenon.facts.delay",
      Kind.TIMER,
      "Time from the receipt of a fact until it left the queue.",
      "provider"),
  FACTS_WAITING(
      "tenon.facts.waiting",
      Kind.GAUGE,
      "Facts in the queue, `ready` or `asleep` until their next try; 10000 means that or more.",
      "state"),
  FACTS_OLDEST(
      "tenon.facts.oldest.age",
      Kind.SECONDS,
      "Age of the oldest fact that is ready to be applied; 0 when none waits."),
  LANES_HELD(
      "tenon.lanes.held", Kind.GAUGE, "Lanes held back after a failure; 10000 means that or more."),
  JOBS_ENDED(
      "tenon.jobs.ended",
      Kind.COUNTER,
      "Runs of jobs: `done`, `dead`, `failed` (tried again) or `later` (looked at again).",
      "kind",
      "outcome"),
  JOBS_WAITING(
      "tenon.jobs.waiting",
      Kind.GAUGE,
      "Jobs in the queue, `ready`, `asleep` or `taken`; 10000 in all means that or more.",
      "kind",
      "state"),
  JOBS_OLDEST(
      "tenon.jobs.oldest.age",
      Kind.SECONDS,
      "Age of the oldest job that is ready to be run; 0 when none waits.",
      "kind"),
  RECONCILIATION_MISSING(
      "tenon.reconciliation.missing",
      Kind.COUNTER,
      "Events that a provider lists and never sent, taken in by a reconciliation: the drift. A rising"
          + " figure is an endpoint that is gone, disabled or wrong at the provider.",
      "provider"),
  RECONCILIATIONS_ENDED(
      "tenon.reconciliations.ended",
      Kind.COUNTER,
      "Reconciliations that ended, `done` or `failed`.",
      "provider",
      "state"),
  RECONCILIATION_AGE(
      "tenon.reconciliation.oldest.age",
      Kind.SECONDS,
      "How long ago the connection was reconciled, or made, that waits the longest for it.",
      "provider"),
  EMAIL_ATTEMPTS(
      "tenon.email.attempts",
      Kind.TIMER,
      "Calls to email providers: their number and time. `step` is `sending` or `looking`.",
      "provider",
      "step",
      "outcome"),
  EMAIL_FALLBACKS(
      "tenon.email.fallbacks",
      Kind.COUNTER,
      "Mails that went through another connection than the first of their route. `provider` is the"
          + " first one's, which did not take them.",
      "provider"),
  EMAIL_POSSIBLE_DUPLICATES(
      "tenon.email.possible.duplicates",
      Kind.COUNTER,
      "Sendings of a message of which an earlier one may have been accepted, as its policy"
          + " `at_least_once` allows. `provider` is the later one's.",
      "provider"),
  EMAIL_BREAKERS(
      "tenon.email.breakers.open",
      Kind.GAUGE,
      "Email connections that are skipped for now, as all nodes know it. `reason` is `failing`,"
          + " `broken` (refused by the provider: somebody has to mend it) or `limited` (the provider"
          + " asked for a pause).",
      "provider",
      "reason"),
  DELIVERIES_ENDED(
      "tenon.deliveries.ended",
      Kind.COUNTER,
      "Deliveries of events that left the queue: `delivered`, `failed` (given up after all tries) or"
          + " `cancelled` (its endpoint was deleted).",
      "state"),
  DELIVERIES_DELAY(
      "tenon.deliveries.delay",
      Kind.TIMER,
      "Time from the telling of an event until a receiver had it and that was written down."),
  DELIVERY_CALLS(
      "tenon.delivery.calls",
      Kind.TIMER,
      "Calls to endpoints: their number and time. `delivered` is 2xx, `refused` any other answer,"
          + " `unreachable` and `no_answer` none.",
      "outcome"),
  DELIVERY_CALLS_OPEN(
      "tenon.delivery.calls.open", Kind.GAUGE, "Calls to endpoints of this node under way."),
  DELIVERIES_LOST(
      "tenon.deliveries.lost.leases",
      Kind.COUNTER,
      "Deliveries whose end came after their lease was over: they were made twice. Raise"
          + " `deliveries.lease-seconds` when it grows."),
  DELIVERIES_WAITING(
      "tenon.deliveries.waiting",
      Kind.GAUGE,
      "Deliveries in the queue: `ready`, `taken`, `asleep` until their next try or `held` for a"
          + " disabled endpoint; 10000 in all means that or more.",
      "state"),
  DELIVERIES_OLDEST(
      "tenon.deliveries.oldest.age",
      Kind.SECONDS,
      "Age of the oldest delivery that is ready, among the first 10000; 0 when none waits."),
  ENDPOINTS_RESTING(
      "tenon.endpoints.resting",
      Kind.GAUGE,
      "Endpoints that failed many times in a row and are tried by single calls for now.");

  /// What is measured how.
  public enum Kind {
    COUNTER("counter", "_total"),
    GAUGE("gauge", ""),
    SECONDS("gauge", "_seconds"),
    TIMER("histogram", "_seconds"),
    SUMMARY("summary", "");

    private final String text;
    private final String suffix;

    Kind(String text, String suffix) {
      this.text = text;
      this.suffix = suffix;
    }

    /// As Prometheus calls it.
    public String text() {
      return text;
    }
  }

  private final String id;
  private final Kind kind;
  private final String meaning;
  private final String labels;

  Metric(String id, Kind kind, String meaning, String... labels) {
    this.id = id;
    this.kind = kind;
    this.meaning = meaning;
    this.labels = String.join(" ", labels);
  }

  /// Its name inside the program.
  public String id() {
    return id;
  }

  /// Its name at `/metrics`.
  public String exposed() {
    return id.replace('.', '_') + kind.suffix;
  }

  public Kind kind() {
    return kind;
  }

  /// What it tells, for operators.
  public String meaning() {
    return meaning;
  }

  /// The names of its labels, in the order in which [Meters] takes their values.
  public List<String> labels() {
    return labels.isEmpty() ? List.of() : List.of(labels.split(" ", -1));
  }
}
