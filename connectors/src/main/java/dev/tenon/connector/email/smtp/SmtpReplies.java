package dev.tenon.connector.email.smtp;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Sent;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;

/// Reads SMTP replies: 4yz passes, 5yz stays, and what it means depends on the command that was
/// refused (RFC 5321, 4.2; enhanced codes RFC 3463).
final class SmtpReplies {
  private static final Pattern ENHANCED = Pattern.compile("\\b([245]\\.\\d{1,3}\\.\\d{1,3})\\b");

  private SmtpReplies() {}

  /// The connection could not be opened or authenticated: nothing was sent.
  static Outcome<Sent> connecting(
      SmtpConnection connection, MessagingException failure, SmtpSettings.Security security) {
    int code = connection.getLastReturnCode();
    boolean refused = code >= 500 && code <= 599;
    if (failure instanceof AuthenticationFailedException) {
      Outcome.Detail detail = detail(Math.max(code, 0), text(failure));
      return code >= 400 && code < 500
          ? new Outcome.Passing<>(Duration.ZERO, detail)
          : new Outcome.ConnectionBroken<>(detail);
    }
    boolean noStartTls =
        security == SmtpSettings.Security.STARTTLS
            && code >= 200
            && code < 300
            && failure.getCause() == null;
    Outcome.Detail detail = detail(refused ? code : 0, text(failure));
    return refused || noStartTls
        ? new Outcome.ConnectionBroken<>(detail)
        : new Outcome.Passing<>(Duration.ZERO, detail);
  }

  /// `ending` says whether the final dot may have been written.
  static Outcome<Sent> sending(boolean ending, MessagingException failure) {
    List<SMTPAddressFailedException> recipients = recipients(failure);
    if (!recipients.isEmpty()) {
      return recipientsFailed(recipients);
    }
    if (failure instanceof SMTPSendFailedException reply && reply.getReturnCode() >= 400) {
      Outcome.Detail detail = detail(reply.getReturnCode(), text(reply));
      return reply.getReturnCode() < 500
          ? new Outcome.Passing<>(Duration.ZERO, detail)
          : refused(reply.getCommand(), detail);
    }
    Outcome.Detail detail = Outcome.Detail.none(text(failure));
    return ending ? new Outcome.Unknown<>(detail) : new Outcome.Passing<>(Duration.ZERO, detail);
  }

  /// True when no reply tells what became of it.
  static boolean isSilent(Outcome<Sent> outcome) {
    return outcome.detail().status() == 0;
  }

  /// True when no reply came at all, or the server said that it is closing (421).
  static boolean isLost(Outcome<Sent> outcome) {
    return outcome instanceof Outcome.Passing<Sent>(Duration _, Outcome.Detail detail)
        && (detail.status() == 0 || detail.status() == 421);
  }

  /// The recipients that were refused for good, when none was refused only for now and the fault
  /// isn't ours.
  static List<String> refusedForGood(MessagingException failure) {
    List<SMTPAddressFailedException> recipients = recipients(failure);
    boolean allForGood =
        recipients.stream()
            .allMatch(one -> recipientFailed(one) instanceof Outcome.RefusedRecipient<Sent>);
    return allForGood
        ? recipients.stream().map(one -> one.getAddress().getAddress()).toList()
        : List.of();
  }

  static Outcome.Detail detail(int code, String text) {
    Matcher enhanced = ENHANCED.matcher(text);
    return new Outcome.Detail(code, enhanced.find() ? enhanced.group(1) : "", text.strip(), "");
  }

  /// A passing or broken one decides for all, since nothing was sent to anybody.
  private static Outcome<Sent> recipientsFailed(List<SMTPAddressFailedException> recipients) {
    List<Outcome<Sent>> outcomes = recipients.stream().map(SmtpReplies::recipientFailed).toList();
    return outcomes.stream()
        .filter(outcome -> !(outcome instanceof Outcome.RefusedRecipient<Sent>))
        .findFirst()
        .orElse(outcomes.getFirst());
  }

  private static Outcome<Sent> recipientFailed(SMTPAddressFailedException failure) {
    int code = failure.getReturnCode();
    Outcome.Detail detail = detail(Math.max(code, 0), text(failure));
    // 552 at RCPT is "too many recipients" of older servers, to be read as 452 (RFC 5321,
    // 4.5.3.1.10).
    if (code < 500 || code == 552) {
      return new Outcome.Passing<>(Duration.ZERO, detail);
    }
    if (!isAboutUs(code, detail.code())) {
      return new Outcome.RefusedRecipient<>(detail);
    }
    boolean sender = detail.code().equals("5.1.7") || detail.code().equals("5.1.8");
    return sender ? senderRefused(detail) : new Outcome.ConnectionBroken<>(detail);
  }

  private static Outcome<Sent> refused(String command, Outcome.Detail detail) {
    boolean size = detail.status() == 552 || detail.code().equals("5.3.4");
    if (size) {
      return new Outcome.RefusedRequest<>(detail);
    }
    if (command.toUpperCase(Locale.ROOT).startsWith("MAIL")) {
      // 501 and 555 are about the command's syntax, 530 and its like ask for authentication; the
      // rest is about this sender here.
      return switch (detail.status()) {
        case 501, 555 -> new Outcome.RefusedRequest<>(detail);
        case 530, 535, 538 -> new Outcome.ConnectionBroken<>(detail);
        default -> senderRefused(detail);
      };
    }
    if (detail.code().startsWith("5.1.")
        && !detail.code().startsWith("5.1.7")
        && !detail.code().startsWith("5.1.8")) {
      return new Outcome.RefusedRecipient<>(detail);
    }
    return detail.status() == 530 || detail.status() == 535 || detail.status() == 538
        ? new Outcome.ConnectionBroken<>(detail)
        : new Outcome.RefusedRequest<>(detail);
  }

  private static Outcome<Sent> senderRefused(Outcome.Detail detail) {
    return new Outcome.ConnectionBroken<>(detail, Outcome.ConnectionBroken.Reach.SENDER);
  }

  /// 5.7.z at RCPT is the relay's policy about the client ("relay access denied"), 5.1.7 and 5.1.8
  /// are about the sender; 530, 535 and 538 ask for authentication (RFC 4954).
  private static boolean isAboutUs(int code, String enhanced) {
    return code == 530
        || code == 535
        || code == 538
        || enhanced.startsWith("5.7.")
        || enhanced.equals("5.1.7")
        || enhanced.equals("5.1.8");
  }

  private static List<SMTPAddressFailedException> recipients(MessagingException failure) {
    List<SMTPAddressFailedException> found = new ArrayList<>();
    Exception next = failure;
    // One exception per recipient; a message has 50 at most.
    for (int i = 0; i < 200 && next instanceof MessagingException exception; i++) {
      if (exception instanceof SMTPAddressFailedException address) {
        found.add(address);
      }
      next = exception.getNextException();
    }
    return found;
  }

  private static String text(Exception failure) {
    String message = failure.getMessage();
    String own = message == null ? failure.getClass().getSimpleName() : message.strip();
    Throwable cause = failure.getCause();
    return cause == null || cause.getMessage() == null || own.contains(cause.getMessage())
        ? own
        : own + ": " + cause.getMessage();
  }
}
