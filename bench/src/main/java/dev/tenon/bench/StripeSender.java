package dev.tenon.bench;

import dev.tenon.bench.StripeWebhooks.Kind;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// Sends the lives of subscriptions as Stripe does: several at once, and each webhook again and
/// again until it is answered with 200, but never after. Now and then one is sent twice all the
/// same, as Stripe does too.
final class StripeSender implements AutoCloseable {
  private final Supplier<URI> hook;
  private final AtomicLong nextSubscription = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong tries = new AtomicLong();
  private final AtomicLong repeats = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  StripeSender(Supplier<URI> hook, String secret, int lives) {
    this.hook = hook;
    for (int i = 0; i < lives; i++) {
      threads.add(Thread.ofPlatform().start(() -> live(new StripeWebhooks(secret, "k"))));
    }
  }

  private void live(StripeWebhooks webhooks) {
    while (!stopping) {
      long number = nextSubscription.getAndIncrement();
      for (Kind kind :
          List.of(
              Kind.CHECKOUT_COMPLETED,
              Kind.SUBSCRIPTION_CREATED,
              Kind.INVOICE_PAID,
              Kind.SUBSCRIPTION_DELETED)) {
        sendUntilAcknowledged(webhooks, kind, number);
      }
    }
  }

  private void sendUntilAcknowledged(StripeWebhooks webhooks, Kind kind, long number) {
    while (true) {
      tries.incrementAndGet();
      // Made anew for each try, as the signature holds the time; it stays the same event.
      if (Web.post(hook.get(), webhooks.make(kind, number, 0)) == 200) {
        acknowledged.incrementAndGet();
        if (ThreadLocalRandom.current().nextInt(10) == 0) {
          repeats.incrementAndGet();
          int _ = Web.post(hook.get(), webhooks.make(kind, number, 0));
        }
        return;
      }
      Pause.millis(50);
    }
  }

  /// Webhooks answered with 200, each counted once.
  long acknowledged() {
    return acknowledged.get();
  }

  /// Tries, repeats not counted.
  long tries() {
    return tries.get();
  }

  /// Webhooks that were sent again although they had been acknowledged.
  long repeats() {
    return repeats.get();
  }

  /// Subscriptions begun; after [#close], all of them are through.
  long subscriptions() {
    return nextSubscription.get();
  }

  /// Begins no new subscription and waits until those under way are through.
  @Override
  public void close() {
    stopping = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
