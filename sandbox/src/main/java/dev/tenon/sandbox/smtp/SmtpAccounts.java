package dev.tenon.sandbox.smtp;

/// Who may log in to the mail server.
@FunctionalInterface
public interface SmtpAccounts {
  /// Any user with any password.
  SmtpAccounts ANY = (_, _) -> true;

  boolean accepts(String user, String password);
}
