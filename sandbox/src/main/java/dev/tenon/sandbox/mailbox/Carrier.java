package dev.tenon.sandbox.mailbox;

/// The simulated provider that accepted a mail.
public enum Carrier {
  POSTMARK("postmark", "Postmark"),
  RESEND("resend", "Resend"),
  SENDGRID("sendgrid", "SendGrid"),
  SES("ses", "Amazon SES"),
  MAILGUN("mailgun", "Mailgun"),
  SMTP("smtp", "SMTP");

  private final String id;
  private final String title;

  Carrier(String id, String title) {
    this.id = id;
    this.title = title;
  }

  /// The name in JSON, in URLs and in the fault settings.
  public String id() {
    return id;
  }

  /// The name for people.
  public String title() {
    return title;
  }
}
