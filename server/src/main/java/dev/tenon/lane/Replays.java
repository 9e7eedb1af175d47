package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.util.Collection;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has finished facts applied anew.
public final class Replays {
  private static final Logger LOG = LoggerFactory.getLogger(Replays.class);

  private final Database database;
  private final FactStore facts = new FactStore();
  private final Signal work;

  public Replays(Database database, Signal work) {
    this.database = database;
    this.work = work;
  }

  /// Puts the facts of these lanes that fitted no tenant back into the queue, in the caller's
  /// transaction: their objects have become known.
  ///
  /// @param lanes the keys of the lanes in question, as intake digests them
  public static void unassigned(EngineTx tx, TenantId tenant, Collection<UUID> lanes) {
    new FactStore().replayUnassigned(tx, tenant, lanes);
  }

  /// Puts a fact back into the queue. Answers whether it was there: a fact of another tenant is
  /// not, nor one that is waiting already.
  public boolean replay(TenantId tenant, UUID fact, String by) {
    boolean back = database.asEngine(tx -> facts.replay(tx, tenant, fact));
    if (back) {
      LOG.info("fact {} of {} is replayed by {}", fact, tenant, by);
      work.raise();
    }
    return back;
  }
}
