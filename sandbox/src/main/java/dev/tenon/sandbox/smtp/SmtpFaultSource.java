package dev.tenon.sandbox.smtp;

/// Asked by the mail server what to do wrong.
public interface SmtpFaultSource {
  /// Nothing goes wrong.
  SmtpFaultSource NONE =
      new SmtpFaultSource() {
        @Override
        public SmtpBehaviour forMail() {
          return SmtpBehaviour.HEALTHY;
        }

        @Override
        public boolean refusesLogin() {
          return false;
        }
      };

  /// Asked once for each mail, when it begins.
  SmtpBehaviour forMail();

  /// Asked once for each log-in; true refuses it with 535.
  boolean refusesLogin();
}
