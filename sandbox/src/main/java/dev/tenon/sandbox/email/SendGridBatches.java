package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Collects the events of all mails for [#WINDOW] and sends them together, as SendGrid does. What
/// is collected is in the journal, so that a kill loses none.
final class SendGridBatches {
  static final Duration WINDOW = Duration.ofMillis(300);
  static final int BATCH_MAX = 1_000;

  private static final int BATCHES_REMEMBERED_MAX = 10_000;
  private static final String KEY = "pending/";
  private static final Logger log = LoggerFactory.getLogger(SendGridBatches.class);

  private final Journal journal;
  private final BiConsumer<String, List<ObjectNode>> sender;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("sandbox-sendgrid-events").factory());
  private final Map<String, ObjectNode> pending = new LinkedHashMap<>();
  private final Map<String, String> batchByEvent =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > BATCHES_REMEMBERED_MAX;
        }
      };
  private String batch = "batch_" + MailHooks.token(9);
  private boolean isWaiting;

  SendGridBatches(SimulatorContext context, BiConsumer<String, List<ObjectNode>> sender) {
    this.journal = context.journal();
    this.sender = sender;
    pending.putAll(journal.take(KEY));
    if (!pending.isEmpty()) {
      wait(WINDOW);
    }
  }

  synchronized void add(Mail mail, List<MailEvent> events) {
    List<Journal.Line> lines = new ArrayList<>();
    for (MailEvent event : events) {
      SendGridEvents.of(mail, event)
          .ifPresent(
              body -> {
                pending.put(event.id(), body);
                batchByEvent.put(event.id(), batch);
                lines.add(new Journal.Line(KEY + event.id(), Json.write(body)));
              });
    }
    journal.append(lines);
    if (pending.size() >= BATCH_MAX) {
      flush();
    } else if (!pending.isEmpty() && !isWaiting) {
      wait(WINDOW);
    }
  }

  private void wait(Duration pause) {
    isWaiting = true;
    var _ = timer.schedule(this::flush, pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void flush() {
    isWaiting = false;
    List<ObjectNode> events = new ArrayList<>(pending.values());
    List<Journal.Line> gone =
        pending.keySet().stream().map(id -> new Journal.Line(KEY + id, null)).toList();
    pending.clear();
    String id = batch;
    batch = "batch_" + MailHooks.token(9);
    try {
      if (!events.isEmpty()) {
        sender.accept(id, events);
      }
    } catch (IllegalStateException full) {
      log.warn("SendGrid forgets {} events: {}", events.size(), full.getMessage());
    }
    journal.append(gone);
  }

  /// The batch that told of an event, or will.
  synchronized String batchOf(MailEvent event) {
    return batchByEvent.getOrDefault(event.id(), event.id());
  }

  void close() {
    timer.shutdownNow();
  }
}
