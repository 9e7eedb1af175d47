package dev.tenon.inbox;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The deliveries that wait to be committed, bounded by number and by bytes: a few thousand small
/// ones and a few dozen large ones cost the same memory.
final class InboxQueue {
  private final BlockingQueue<Ticket> tickets;
  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();

  InboxQueue(int numberMax, long bytesMax) {
    this.tickets = new ArrayBlockingQueue<>(numberMax);
    this.bytesMax = bytesMax;
  }

  /// False when it is full. One delivery always fits, however large.
  boolean offer(Ticket ticket) {
    long own = ticket.bytes();
    long now = bytes.addAndGet(own);
    if ((now <= bytesMax || now == own) && tickets.offer(ticket)) {
      return true;
    }
    bytes.addAndGet(-own);
    return false;
  }

  /// The first one that somebody still waits for; null when there is none within `millis`.
  @Nullable Ticket poll(long millis) throws InterruptedException {
    Ticket ticket = millis > 0 ? tickets.poll(millis, TimeUnit.MILLISECONDS) : tickets.poll();
    while (ticket != null) {
      bytes.addAndGet(-ticket.bytes());
      if (!ticket.isOver()) {
        return ticket;
      }
      ticket = tickets.poll();
    }
    return null;
  }

  /// Fills `batch` up to a number, and until it holds so many bytes.
  void drainTo(List<Ticket> batch, int numberMax, long batchBytesMax) throws InterruptedException {
    long held = 0;
    for (Ticket ticket : batch) {
      held += ticket.bytes();
    }
    while (batch.size() < numberMax && held < batchBytesMax) {
      Ticket ticket = poll(0);
      if (ticket == null) {
        return;
      }
      held += ticket.bytes();
      batch.add(ticket);
    }
  }

  /// Answers all that wait with "busy".
  void refuseAll() {
    for (Ticket ticket = tickets.poll(); ticket != null; ticket = tickets.poll()) {
      bytes.addAndGet(-ticket.bytes());
      ticket.finish(InboxWriter.Stored.BUSY);
    }
  }

  int size() {
    return tickets.size();
  }
}
