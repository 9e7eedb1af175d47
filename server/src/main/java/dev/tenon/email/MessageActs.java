package dev.tenon.email;

import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.db.Database;
import dev.tenon.http.ProblemException;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What people do with messages that are there: take one back, or send one once more. By the same
/// rules as the API, with answers in words.
public final class MessageActs {
  private final MessageQueries queries = new MessageQueries();
  private final Database database;
  private final Messages messages;
  private final EmailConnections connections;
  private final Jobs jobs;

  public MessageActs(
      Database database, Messages messages, EmailConnections connections, Jobs jobs) {
    this.database = database;
    this.messages = messages;
    this.connections = connections;
    this.jobs = jobs;
  }

  /// What came of it.
  public sealed interface End {
    /// It is done; `message` is the new one where one was made.
    record Done(UUID message) implements End {}

    /// It can't be done now; `why` says it in a sentence.
    record Refused(String why) implements End {}

    /// The tenant has no such message.
    record Missing() implements End {}
  }

  /// Takes a message back that certainly has not been sent.
  public End cancel(TenantId tenant, UUID id) {
    if (database.asTenant(tenant, tx -> messages.cancel(tx, id))) {
      return new End.Done(id);
    }
    return database
        .asTenant(tenant, tx -> queries.find(tx, id))
        .<End>map(
            message ->
                message.state().equals("cancelled")
                    ? new End.Done(id)
                    : new End.Refused(
                        "Only a message that certainly has not been sent can be cancelled; this one is %s."
                            .formatted(message.state())))
        .orElseGet(End.Missing::new);
  }

  /// Sends a message that is over once more, as a message of its own.
  ///
  /// @param copy the id to make it under: asking twice with the same one makes one message
  /// @param policy null for the message's own
  public End resend(TenantId tenant, UUID id, UUID copy, @Nullable String policy) {
    Optional<MessageViews.MessageView> before =
        database.asTenant(tenant, tx -> queries.find(tx, id));
    if (before.isEmpty()) {
      return new End.Missing();
    }
    MessageViews.MessageView message = before.get();
    Optional<String> why = whyNot(tenant, id, message);
    if (why.isPresent()) {
      return new End.Refused(why.get());
    }
    try {
      Optional<UUID> made =
          database.asTenant(
              tenant,
              tx ->
                  messages.resend(
                      tx,
                      id,
                      copy,
                      policy == null ? message.policy() : policy,
                      MailPriority.of(message.priority())));
      jobs.announce();
      return made.<End>map(End.Done::new)
          .orElseGet(() -> new End.Refused("What the message said is not kept any more."));
    } catch (ProblemException e) {
      return new End.Refused(e.detail());
    } catch (InvalidEmailException
        | TemplateException
        | Messages.NoSenderException
        | Messages.NotOwnedException e) {
      return new End.Refused("It can't be sent now: " + e.getMessage() + ".");
    }
  }

  /// Why a message can't be sent once more now; empty where it can.
  Optional<String> whyNot(TenantId tenant, UUID id, MessageViews.MessageView message) {
    return whyNot(message.state(), message.nextTryAt())
        .or(() -> whyNotAlone(tenant, id, message.stream()));
  }

  private static Optional<String> whyNot(String state, @Nullable Instant nextTryAt) {
    if (state.equals("queued") || state.equals("sending")) {
      return Optional.of("The message is %s: wait for its end, or cancel it.".formatted(state));
    }
    return state.equals("uncertain") && nextTryAt != null
        ? Optional.of(
            "The message may have been sent, and its provider is still being asked: wait for the end.")
        : Optional.empty();
  }

  private Optional<String> whyNotAlone(TenantId tenant, UUID id, String stream) {
    return database
        .asTenant(tenant, tx -> messages.named(tx, id))
        .filter(named -> connections.of(tenant, stream, named).isEmpty())
        .map(
            _ ->
                "The message was to go through one connection alone, which is not on this tenant's"
                    + " email routing any more: put it there, or send a new message.");
  }
}
