package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Delivery;
import java.util.List;
import java.util.Set;

/// What a stand-in can do about a mail after it took it: let things happen, and tell them by
/// webhook as its provider does. Each mailbox has one for every provider that sends webhooks.
public interface Aftermath {
  Carrier carrier();

  /// What this provider tells of.
  Set<Happening> happenings();

  /// Lets something happen to a mail at one of its recipients, and sends the webhooks of it.
  ///
  /// @param recipient the bare address in lower case
  /// @throws IllegalArgumentException when the mail has no such recipient, or the provider doesn't
  ///   tell of such a thing
  void report(Mail mail, Happening happening, String recipient);

  /// The bare addresses of everyone whom a mail names, in lower case.
  List<String> recipients(Mail mail);

  /// The webhooks that told of an event, newest first; empty when nobody was to be told, and once
  /// the log has forgotten them.
  List<Delivery> deliveries(MailEvent event);

  /// Whether anybody is told at all.
  boolean hasWebhooks();
}
