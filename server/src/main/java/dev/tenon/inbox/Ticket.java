package dev.tenon.inbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A delivery in the writer's queue, and the place where its thread waits.
final class Ticket {
  /// What a delivery takes beside its sealed body, and each of its facts; about.
  private static final long BYTES_EACH = 512;

  private static final long BYTES_A_FACT = 256;

  final Intake intake;
  private final CompletableFuture<InboxWriter.Stored> end = new CompletableFuture<>();

  Ticket(Intake intake) {
    this.intake = intake;
  }

  /// How much memory it holds while it waits; about.
  long bytes() {
    return intake.sealed.length + BYTES_EACH + intake.facts.size() * BYTES_A_FACT;
  }

  void finish(InboxWriter.Stored stored) {
    end.complete(stored);
  }

  /// Whether nobody waits for it any more: to store it now would only delay others.
  boolean isOver() {
    return end.isDone();
  }

  /// Waits for the commit. After `millis` the answer is "busy" though the commit may still come:
  /// the sender repeats the delivery then, and the repeat is recognised.
  InboxWriter.Stored await(long millis) {
    try {
      return end.get(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return givenUp();
    } catch (TimeoutException e) {
      return givenUp();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private InboxWriter.Stored givenUp() {
    end.complete(InboxWriter.Stored.BUSY);
    return end.getNow(InboxWriter.Stored.BUSY);
  }
}
