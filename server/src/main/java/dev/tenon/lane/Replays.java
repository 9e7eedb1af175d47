package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
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
