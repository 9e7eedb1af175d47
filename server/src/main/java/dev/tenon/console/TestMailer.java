package dev.tenon.console;

import dev.tenon.db.TenantTx;
import dev.tenon.template.Previews;
import java.util.Optional;
import java.util.UUID;

/// Sends a template to somebody who looks at it in a mailbox.
@FunctionalInterface
public interface TestMailer {
  /// Queues it and answers the message's id; empty when there is no such template. Throws an
  /// [IllegalArgumentException] whose text is for people when it can't be made or sent.
  Optional<UUID> send(TenantTx tx, String template, Previews.Wanted wanted, String to);
}
