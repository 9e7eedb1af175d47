package dev.tenon.connector.email.smtp;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.Sent;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
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
      return recipientsFailed(recipients, isSomebodyTaken(failure));
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
    return outcome instanceof Outcome.Passing<Sent>(Duration _, Outcome.Detail detail, var _)
        && (detail.status() == 0 || detail.status() == 421);
  }

  /// A recipient that was refused at RCPT.
  ///
  /// @param gone whether the address takes no mail from anybody
  record Refused(String address, boolean gone) {}

  /// The recipients that were refused for good, when none was refused only for now and the fault
  /// isn't ours.
  static List<Refused> refusedForGood(MessagingException failure) {
    List<SMTPAddressFailedException> recipients = recipients(failure);
    boolean some = isSomebodyTaken(failure);
    boolean allForGood =
        recipients.stream()
            .allMatch(one -> recipientFailed(one, some) instanceof Outcome.RefusedRecipient<Sent>);
    return allForGood
        ? recipients.stream()
            .map(
                one ->
                    new Refused(
                        one.getAddress().getAddress(),
                        isGone(detail(one.getReturnCode(), text(one)))))
            .toList()
        : List.of();
  }

  /// Whether the server took others of the recipients, so that it is not us that it refuses.
  private static boolean isSomebodyTaken(MessagingException failure) {
    return failure instanceof SendFailedException failed
        && failed.getValidUnsentAddresses() != null
        && failed.getValidUnsentAddresses().length > 0;
  }

  /// 5.1.1, 5.1.6 and 5.1.10: there is no such mailbox, it has moved away, or its domain takes no
  /// mail; 5.1.2 no such host (RFC 3463, 3.2; RFC 7505). A bare 550 may be anything.
  private static boolean isGone(Outcome.Detail detail) {
    return switch (detail.code()) {
      case "5.1.1", "5.1.2", "5.1.6", "5.1.10" -> true;
      default -> false;
    };
  }

  static Outcome.Detail detail(int code, String text) {
    Matcher enhanced = ENHANCED.matcher(text);
    return new Outcome.Detail(code, enhanced.find() ? enhanced.group(1) : "", text.strip(), "");
  }

  /// A passing or broken one decides for all, since nothing was sent to anybody.
  private static Outcome<Sent> recipientsFailed(
      List<SMTPAddressFailedException> recipients, boolean some) {
    List<Outcome<Sent>> outcomes =
        recipients.stream().map(one -> recipientFailed(one, some)).toList();
    return outcomes.stream()
        .filter(outcome -> !(outcome instanceof Outcome.RefusedRecipient<Sent>))
        .findFirst()
        .orElseGet(
            () ->
                new Outcome.RefusedRecipient<>(
                    outcomes.getFirst().detail(),
                    recipients.stream().map(one -> one.getAddress().getAddress()).toList(),
                    outcomes.stream().allMatch(one -> isGone(one.detail()))));
  }

  /// @param some whether the server took others
  private static Outcome<Sent> recipientFailed(SMTPAddressFailedException failure, boolean some) {
    int code = failure.getReturnCode();
    Outcome.Detail detail = detail(Math.max(code, 0), text(failure));
    // 552 at RCPT is "too many recipients" of older servers, to be read as 452 (RFC 5321,
    // 4.5.3.1.10).
    if (code < 500 || code == 552) {
      return new Outcome.Passing<>(Duration.ZERO, detail, passing(code, detail.code()));
    }
    if (isAuthentication(code)) {
      return new Outcome.ConnectionBroken<>(detail);
    }
    boolean sender = detail.code().equals("5.1.7") || detail.code().equals("5.1.8");
    boolean policy = detail.code().startsWith("5.7.");
    return sender || (policy && !some)
        ? senderRefused(detail)
        : new Outcome.RefusedRecipient<>(detail, List.of(), isGone(detail));
  }

  /// One recipient's full mailbox, or his server's greylisting, must not rest the connection for
  /// everybody. 421 closes the conversation, and 4.3.z is about the whole system (RFC 3463, 3.4).
  private static Outcome.Passing.Of passing(int code, String enhanced) {
    return code < 400 || code == 421 || enhanced.startsWith("4.3.")
        ? Outcome.Passing.Of.PROVIDER
        : Outcome.Passing.Of.REQUEST;
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
      return new Outcome.RefusedRecipient<>(detail, List.of(), isGone(detail));
    }
    return isAuthentication(detail.status())
        ? new Outcome.ConnectionBroken<>(detail)
        : new Outcome.RefusedRequest<>(detail);
  }

  private static Outcome<Sent> senderRefused(Outcome.Detail detail) {
    return new Outcome.ConnectionBroken<>(detail, Outcome.ConnectionBroken.Reach.SENDER);
  }

  /// 530, 535 and 538 ask for authentication (RFC 4954): it is us that the server refuses. Not so
  /// 5.7.z at RCPT. It is a relay's policy ("relay access denied"), which may be about the client,
  /// and just as often one receiving server's list of whom it takes mail from: were it to break a
  /// connection, one recipient could take it away from everybody who shares it.
  private static boolean isAuthentication(int code) {
    return code == 530 || code == 535 || code == 538;
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
