package dev.tenon.bench;

import java.net.URI;
import tools.jackson.databind.json.JsonMapper;

/// How many mails the sandbox's mailbox has ever taken in; it keeps the last few hundred.
final class MailboxCount {
  private MailboxCount() {}

  static long of(URI mailbox) {
    String newest = Web.get(mailbox.resolve("/api/messages?limit=1"));
    var data = JsonMapper.shared().readTree(newest).path("data");
    return data.isEmpty()
        ? 0
        : Long.parseLong(data.path(0).path("id").asString("0").replaceAll("[^0-9]", ""));
  }
}
