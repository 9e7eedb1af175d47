package dev.tenon.bench;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Notes every mail that the sandbox accepts, while it does: the mailbox itself keeps the last 500.
final class Arrivals implements AutoCloseable {
  private final URI mailbox;
  private final Map<String, Integer> perMail = new HashMap<>();
  private final Thread thread;
  private String newest = "";
  private volatile boolean stopping;

  Arrivals(URI mailbox) {
    this.mailbox = mailbox;
    this.thread = Thread.ofPlatform().start(this::watch);
  }

  private void watch() {
    while (!stopping) {
      look();
      Pause.millis(50);
    }
    look();
  }

  private void look() {
    JsonNode data =
        JsonMapper.shared()
            .readTree(Web.get(mailbox.resolve("/api/messages?limit=500&since=" + newest)))
            .path("data");
    if (data.size() == 500) {
      throw new BenchFailure("mails came faster than they could be noted");
    }
    for (JsonNode mail : data) {
      // Recipient and subject name one mail of one subscription.
      perMail.merge(mail.path("to") + " " + mail.path("subject").asString(""), 1, Integer::sum);
    }
    if (!data.isEmpty()) {
      newest = data.path(0).path("id").asString("");
    }
  }

  /// How often each mail was accepted. After [#close].
  Map<String, Integer> perMail() {
    return perMail;
  }

  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
