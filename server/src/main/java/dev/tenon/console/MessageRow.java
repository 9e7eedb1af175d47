package dev.tenon.console;

import java.util.UUID;

/// A message in a list and at the head of its page.
///
/// @param sentBy the provider that really sent it; empty while none has
/// @param reason why it ended as it did; empty when that goes without saying
/// @param followed whether something is still to be tried or asked
/// @param template the template's name; empty for a mail that came whole
public record MessageRow(
    UUID id,
    Mark mark,
    String state,
    String recipient,
    String sender,
    String subject,
    String template,
    String stream,
    String policy,
    String priority,
    String sentBy,
    String providerMessageId,
    String reason,
    String about,
    boolean followed,
    Moment createdAt) {

  /// Whether it can be taken back.
  public boolean cancellable() {
    return state.equals("queued");
  }

  /// Whether it can be sent once more: it is over, and nobody is asking what became of it.
  public boolean resendable() {
    return !state.equals("queued") && !state.equals("sending") && !(uncertain() && followed);
  }

  /// Whether it may have been sent, and nobody knows.
  public boolean uncertain() {
    return state.equals("uncertain");
  }

  /// Whether somebody has it, as far as it is known.
  public boolean arrived() {
    return state.equals("sent") || state.equals("delivered") || state.equals("complained");
  }
}
