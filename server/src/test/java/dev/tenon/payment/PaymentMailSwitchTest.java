package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Two people who choose at once which mails about payments go.
class PaymentMailSwitchTest {
  @Test
  void theLaterOfTwoChoicesAtOnceHoldsWhole() throws Exception {
    var tenant = new TenantId(new UUID(1, 1));
    try (TestDatabase server = TestDatabase.fresh();
        Database database = server.open();
        var people = Executors.newVirtualThreadPerTaskExecutor()) {
      var chosen = new CountDownLatch(1);
      Future<?> first =
          people.submit(
              () ->
                  database.useTenant(
                      tenant,
                      tx -> {
                        PaymentMails.switchOff(
                            tx, List.of("receipt", "trial-ending"), Instant.EPOCH);
                        chosen.countDown();
                        awaitSomebodyWaiting(tx);
                      }));
      await(chosen);
      Future<?> second =
          people.submit(
              () ->
                  database.useTenant(
                      tenant,
                      tx ->
                          PaymentMails.switchOff(
                              tx, List.of("receipt", "payment-failed"), Instant.EPOCH)));
      first.get();
      second.get();
      assertThat(database.asTenant(tenant, PaymentMails::off))
          .containsExactlyInAnyOrder("receipt", "payment-failed");
    }
  }

  /// Until the other one is held up by what this one has not committed yet.
  private static void awaitSomebodyWaiting(TenantTx tx) {
    for (int looks = 0; looks < 100_000; looks++) {
      if (tx.handle()
              .createQuery("select count(*) from pg_locks where not granted")
              .mapTo(Integer.class)
              .one()
          > 0) {
        return;
      }
    }
    throw new AssertionError("nobody waits");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
