package dev.tenon.console;

import dev.tenon.email.MessageActs;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.util.Optional;
import java.util.UUID;

/// What people do with a message on its page. Answers where to go then; empty when there is no such
/// message.
final class MessageDesk {
  private final MessageActs acts;

  MessageDesk(MessageActs acts) {
    this.acts = acts;
  }

  Optional<String> act(TenantId tenant, ConsoleRequest request, String message, String what) {
    Optional<UUID> id = Ids.read(Prefix.MESSAGE, message);
    return id.flatMap(
        known ->
            switch (what) {
              case "cancel" -> told(message, acts.cancel(tenant, known), "cancelled");
              case "resend" -> resend(tenant, request, message, known);
              default -> Optional.empty();
            });
  }

  /// Whoever sends an uncertain mail again says that he knows what that may come to.
  private Optional<String> resend(
      TenantId tenant, ConsoleRequest request, String message, UUID id) {
    Optional<UUID> copy = request.form("copy").flatMap(text -> Ids.read(Prefix.MESSAGE, text));
    if (copy.isEmpty()) {
      return Optional.empty();
    }
    if (request.form("sure").isEmpty()) {
      return Optional.of(page(message, "unsure"));
    }
    String policy = request.form("policy").orElse("");
    return told(
        message,
        acts.resend(
            tenant, id, copy.get(), policy.equals("at_least_once") ? policy : "at_most_once"),
        "resent");
  }

  private static Optional<String> told(String message, MessageActs.End end, String said) {
    return switch (end) {
      case MessageActs.End.Done(UUID made) ->
          Optional.of(page(Ids.write(Prefix.MESSAGE, made), said));
      case MessageActs.End.Refused _ -> Optional.of(page(message, "refused"));
      case MessageActs.End.Missing _ -> Optional.empty();
    };
  }

  private static String page(String message, String said) {
    return "/messages/" + message + "?said=" + said;
  }
}
