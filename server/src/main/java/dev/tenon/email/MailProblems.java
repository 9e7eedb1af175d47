package dev.tenon.email;

import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.connector.template.TemplateException;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.template.TemplateProblems;

/// What a caller is told of a mail that was not accepted.
final class MailProblems {
  private MailProblems() {}

  /// The problem that names the field; what is none of the caller's is thrown on.
  static ProblemException of(RuntimeException why) {
    return switch (why) {
      case ProblemException e -> e;
      case TemplateException e -> TemplateProblems.of(e, "template");
      case InvalidEmailException e ->
          ProblemException.invalidField(e.field(), String.valueOf(e.getMessage()));
      case Messages.NoSenderException e ->
          ProblemException.invalidField(
              "from", e.getMessage() + "; create one at …/senders, or name one here.");
      case Messages.NotOwnedException e ->
          new ProblemException(
              ProblemCode.EMAIL_SENDER_NOT_OWNED, String.valueOf(e.getMessage()), "from");
      default -> throw why;
    };
  }
}
