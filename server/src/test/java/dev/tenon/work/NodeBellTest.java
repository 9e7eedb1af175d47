package dev.tenon.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.OwnConnection;
import dev.tenon.db.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/// Two nodes on one database. Whoever waits here waits for an hour, unless the bell wakes him.
class NodeBellTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final NodeBell.Pace PACE =
      new NodeBell.Pace(Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofSeconds(5));

  private final TestDatabase database = TestDatabase.fresh();

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void whatOneNodeRaisesWakesTheOther() throws Exception {
    var here = new Signal();
    var there = new Signal();
    try (NodeBell one = bell(here);
        NodeBell other = bell(there)) {
      other.start();
      one.start();
      long seen = there.seen();
      here.raise();
      there.await(seen, HOUR);
      assertThat(there.seen()).isGreaterThan(seen);
    }
  }

  @Test
  void whatCameFromAfarIsNotSentBack() throws Exception {
    var here = new Signal();
    var there = new Signal();
    try (NodeBell one = bell(here);
        NodeBell other = bell(there)) {
      other.start();
      one.start();
      long seen = there.seen();
      here.raise();
      there.await(seen, HOUR);
      long own = here.seen();
      // A second round trip: had the first been sent back, it would have arrived before.
      there.raise();
      here.await(own, HOUR);
      assertThat(here.seen()).isEqualTo(own + 1);
    }
  }

  @Test
  void thousandsOfSignalsBecomeAFewNotifications() throws Exception {
    var busy = new Signal();
    try (NodeBell bell = bell(busy);
        Connection listening = OwnConnection.open(database.address(), "test")) {
      try (var statement = listening.createStatement()) {
        statement.execute("listen " + NodeBell.CHANNEL);
      }
      bell.start();
      long start = System.nanoTime();
      for (int i = 0; i < 200_000; i++) {
        busy.raise();
      }
      long gathered = (System.nanoTime() - start) / PACE.gather().toNanos();
      var heard = listening.unwrap(PGConnection.class).getNotifications(20_000);
      int count = heard == null ? 0 : heard.length;
      assertThat(count).isBetween(1, (int) gathered + 2);
    }
  }

  @Test
  void afterALostConnectionItListensAgainAndWakesForWhatWasMissed() throws Exception {
    var there = new Signal();
    try (NodeBell bell = bell(there);
        Connection administrator = database.connectAsAdministrator()) {
      bell.start();
      long seen = there.seen();
      try (var statement = administrator.createStatement()) {
        statement.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and application_name = 'tenon-bell-listener'");
      }
      there.await(seen, HOUR);
      assertThat(there.seen()).isGreaterThan(seen);
    }
  }

  @Test
  void withoutAConnectionThisNodeStillWakesItself() throws Exception {
    var nowhere =
        new DatabaseAddress("jdbc:postgresql://127.0.0.1:1/tenon", "tenon", Secret.of("none"));
    var here = new Signal();
    try (NodeBell bell = new NodeBell(nowhere, Map.of("work", here), PACE)) {
      bell.start();
      long seen = here.seen();
      here.raise();
      here.await(seen, HOUR);
      assertThat(here.seen()).isEqualTo(seen + 1);
    }
  }

  private NodeBell bell(Signal signal) {
    return new NodeBell(database.address(), Map.of("work", signal), PACE);
  }
}
