package dev.tenon.inbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A delivery in the writer's queue, and the place where its thread waits.
final class Ticket {
  final Intake intake;
  private final CompletableFuture<InboxWriter.Stored> end = new CompletableFuture<>();

  Ticket(Intake intake) {
    this.intake = intake;
  }

  void finish(InboxWriter.Stored stored) {
    end.complete(stored);
  }

  /// Waits for the commit. After `millis` the answer is "busy" though the commit may still come:
  /// the sender repeats the delivery then, and the repeat is recognised.
  InboxWriter.Stored await(long millis) {
    try {
      return end.get(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return InboxWriter.Stored.BUSY;
    } catch (TimeoutException e) {
      return InboxWriter.Stored.BUSY;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
