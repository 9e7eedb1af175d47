package dev.tenon.idempotency;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.http.Repeats;
import dev.tenon.id.Ids;
import dev.tenon.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The idempotency keys of all tenants. Each is kept for 48 hours; answers are sealed, since they
/// hold what the request's answer held.
///
/// A run that never answered (a crash, an outcome that nobody knows) is taken up by the next
/// request with its key, under the same effect id: the provider, or our own tables, recognise it. A
/// provider may forget sooner than we do (Stripe after 24 hours), so whoever calls one looks at the
/// effect's age, which its id tells, and refuses what can't be repeated any more.
public final class IdempotencyKeys implements Repeats {
  private static final Logger LOG = LoggerFactory.getLogger(IdempotencyKeys.class);

  /// Longer than any call to a provider takes; after it a run counts as abandoned.
  private static final Duration RUN_MAX = Duration.ofMinutes(2);

  private static final Duration KEPT = Duration.ofDays(2);
  private static final int CLEANED_AT_ONCE = 1_000;

  /// Of an answer that is kept, and so of one that can be given again: many times the largest, that
  /// of a batch of a thousand mails.
  private static final int ANSWER_BYTES_MAX = 8 << 20;

  private final Database database;
  private final Vault vault;
  private final Ids ids;
  private final InstantSource clock;

  public IdempotencyKeys(Database database, Vault vault, Ids ids, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public Start begin(Name name, byte[] hash) {
    Instant now = clock.instant();
    Optional<IdempotencyStore.Known> known =
        database.asTenant(name.tenant(), tx -> begin(tx, name, hash, now));
    return known
        .map(row -> opened(name, row))
        .orElseThrow(() -> new IllegalStateException("an idempotency key came and went"));
  }

  /// One transaction: the key is ours, or another's row is read under its lock.
  private Optional<IdempotencyStore.Known> begin(TenantTx tx, Name name, byte[] hash, Instant now) {
    Instant until = now.plus(RUN_MAX);
    if (IdempotencyStore.insert(tx, name, hash, ids.next(), now, until)) {
      return IdempotencyStore.findForUpdate(tx, name, hash).map(IdempotencyStore.Known::asOurs);
    }
    Optional<IdempotencyStore.Known> row = IdempotencyStore.findForUpdate(tx, name, hash);
    if (row.isPresent() && row.get().abandoned(now)) {
      IdempotencyStore.takeUp(tx, name, until);
      return Optional.of(row.get().takenUp());
    }
    return row;
  }

  private Start opened(Name name, IdempotencyStore.Known row) {
    if (!row.sameRequest()) {
      return new Start.OtherRequest();
    }
    if (row.ours()) {
      return new Start.Run(name, row.effect(), row.run());
    }
    return row.answer()
        .<Start>map(
            answer ->
                new Start.Answered(
                    answer.status(),
                    vault.openPayload(
                        name.tenant(),
                        row.effect().toString(),
                        "answer",
                        answer.sealed(),
                        ANSWER_BYTES_MAX)))
        .orElseGet(Start.Running::new);
  }

  @Override
  public void answered(Start.Run run, int status, byte[] body) {
    if (body.length > ANSWER_BYTES_MAX) {
      LOG.warn("an answer of {} bytes is not kept; a repeat takes the run up", body.length);
      unsettled(run);
      return;
    }
    byte[] sealed = vault.sealPayload(run.name().tenant(), run.effect().toString(), "answer", body);
    database.useTenant(run.name().tenant(), tx -> IdempotencyStore.answer(tx, run, status, sealed));
  }

  @Override
  public void refused(Start.Run run) {
    database.useTenant(run.name().tenant(), tx -> IdempotencyStore.delete(tx, run));
  }

  @Override
  public void unsettled(Start.Run run) {
    database.useTenant(
        run.name().tenant(), tx -> IdempotencyStore.release(tx, run, clock.instant()));
  }

  /// Deletes all keys that are older than 48 hours, in short transactions; answers how many. Clock
  /// work: a bounded number at each run would fall behind a busy API for ever.
  public int clean() {
    Instant before = clock.instant().minus(KEPT);
    int total = 0;
    int gone = CLEANED_AT_ONCE;
    while (gone == CLEANED_AT_ONCE && !Thread.currentThread().isInterrupted()) {
      gone = database.asEngine(tx -> IdempotencyStore.deleteOlder(tx, before, CLEANED_AT_ONCE));
      total += gone;
    }
    if (total > 0) {
      LOG.info("deleted {} idempotency keys that were older than 48 hours", total);
    }
    return total;
  }
}
