package dev.tenon.sandbox.email;

import dev.tenon.sandbox.mailbox.Happening;
import java.util.List;
import java.util.Locale;

/// Postmark's types of bounces, as its bounce API lists them (read in November 2026), and the
/// addresses that bring each of them about.
final class PostmarkBounces {
  static final String DOMAIN = "bounce-testing.postmarkapp.com";

  private PostmarkBounces() {}

  /// @param isInactive whether Postmark sends nothing more to the address
  record Type(String name, int code, String title, String description, boolean isInactive) {}

  private static final Type HARD =
      new Type(
          "HardBounce",
          1,
          "Hard bounce",
          "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
          true);
  private static final Type SOFT =
      new Type(
          "SoftBounce",
          4_096,
          "Soft bounce/Undeliverable",
          "Unable to temporarily deliver message (i.e. mailbox full, account disabled, exceeds"
              + " quota, out of disk space).",
          false);
  private static final Type TRANSIENT =
      new Type(
          "Transient",
          2,
          "Message delayed",
          "The server could not temporarily deliver your message (ex: Message is delayed due to"
              + " network troubles).",
          false);
  private static final Type BLOCKED =
      new Type(
          "Blocked",
          100_006,
          "ISP block",
          "Blocked from this ISP due to content or blacklisting.",
          false);
  private static final Type SMTP_API_ERROR =
      new Type(
          "SMTPApiError",
          100_007,
          "SMTP API error",
          "An error occurred while accepting an email through the SMTP API.",
          false);
  private static final Type TEMPLATE =
      new Type(
          "TemplateRenderingFailed",
          100_010,
          "Template rendering failed",
          "An error occurred while attempting to render your template.",
          false);

  private static final List<Type> TYPES =
      List.of(
          HARD,
          TRANSIENT,
          new Type(
              "Unsubscribe", 16, "Unsubscribe request", "Unsubscribe or Remove request.", false),
          new Type("Subscribe", 32, "Subscribe request", "Subscribe request.", false),
          new Type("AutoResponder", 64, "Auto responder", "Automatic email responder.", false),
          new Type(
              "AddressChange",
              128,
              "Address change",
              "The recipient has requested an address change.",
              false),
          new Type("DnsError", 256, "DNS error", "A temporary DNS error.", false),
          new Type(
              "SpamNotification",
              512,
              "Spam notification",
              "The message was delivered, but was either blocked by the user, or classified as spam,"
                  + " bulk mail, or had rejected content.",
              false),
          new Type("OpenRelayTest", 1_024, "Open relay test", "An open relay test.", false),
          new Type("Unknown", 2_048, "Unknown", "Unable to classify the bounce.", false),
          SOFT,
          new Type(
              "VirusNotification",
              8_192,
              "Virus notification",
              "The bounce is actually a virus notification warning about a virus/code infected"
                  + " message.",
              false),
          new Type(
              "ChallengeVerification",
              16_384,
              "Spam challenge verification",
              "The bounce is a challenge asking for verification you actually sent the email.",
              false),
          new Type(
              "BadEmailAddress",
              100_000,
              "Invalid email address",
              "The address is not a valid email address.",
              true),
          new Type(
              "ManuallyDeactivated",
              100_002,
              "Manually deactivated",
              "The email was manually deactivated.",
              true),
          new Type(
              "Unconfirmed",
              100_003,
              "Registration not confirmed",
              "The subscriber has not clicked on the confirmation link.",
              false),
          BLOCKED,
          SMTP_API_ERROR,
          new Type(
              "InboundError",
              100_008,
              "Processing failed",
              "Unable to deliver inbound message to destination inbound hook.",
              false),
          new Type(
              "DMARCPolicy", 100_009, "DMARC Policy", "Email rejected due DMARC Policy.", false),
          TEMPLATE);

  /// The type of a name in any case, with or without `_`; a hard bounce for a name that is none.
  static Type find(String name) {
    String wanted = name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    return TYPES.stream()
        .filter(type -> type.name().toLowerCase(Locale.ROOT).equals(wanted))
        .findFirst()
        .orElse(HARD);
  }

  /// The type by which Postmark tells of a happening that names none.
  static Type of(Happening happening) {
    return switch (happening) {
      case SOFT_BOUNCED -> SOFT;
      case DELAYED -> TRANSIENT;
      case BLOCKED -> BLOCKED;
      case FAILED -> SMTP_API_ERROR;
      case RENDERING_FAILED -> TEMPLATE;
      case HARD_BOUNCED,
          ACCEPTED,
          DELIVERED,
          COMPLAINED,
          OPENED,
          CLICKED,
          UNSUBSCRIBED,
          SUPPRESSED,
          SCHEDULED ->
          HARD;
    };
  }

  static Happening happening(Type type) {
    return switch (type.name()) {
      case "Transient" -> Happening.DELAYED;
      case "Blocked", "DMARCPolicy", "SpamNotification", "VirusNotification" -> Happening.BLOCKED;
      case "SMTPApiError", "InboundError" -> Happening.FAILED;
      case "TemplateRenderingFailed" -> Happening.RENDERING_FAILED;
      default -> type.isInactive() ? Happening.HARD_BOUNCED : Happening.SOFT_BOUNCED;
    };
  }
}
