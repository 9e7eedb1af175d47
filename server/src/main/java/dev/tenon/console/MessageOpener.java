package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.UUID;

/// Opens the content of a message, which lies sealed in the database.
@FunctionalInterface
public interface MessageOpener {
  /// Opens one message. Throws when it can't be opened; the page then says so.
  ///
  /// @param sealed as it lies in `message_content.sealed`
  OpenedMessage open(TenantId tenant, UUID message, byte[] sealed);

  /// The two bodies of a mail; empty where it has none of that kind.
  ///
  /// @param files the names of what is attached, with their types
  record OpenedMessage(String html, String text, List<String> files) {}
}
