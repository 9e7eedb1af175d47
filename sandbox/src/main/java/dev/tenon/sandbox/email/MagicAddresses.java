package dev.tenon.sandbox.email;

import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Happening;
import java.util.List;
import java.util.Locale;

/// The addresses that decide what becomes of a mail.
///
/// At `sandbox.test`, for every provider alike, the local part says what happens: `delivered`,
/// `delayed`, `hard-bounced`, `soft-bounced`, `blocked`, `complained`, `opened`, `clicked`,
/// `unsubscribed`, `suppressed`, `failed`; also `bounce`, `hard-bounce`, `soft-bounce`,
/// `complaint`, `open`, `click` and `unsubscribe`. A `+label` makes a fresh address of it. Beside
/// them are those that each provider documents itself.
final class MagicAddresses {
  static final String DOMAIN = "sandbox.test";
  private static final String RESEND = "resend.dev";
  private static final String SES = "simulator.amazonses.com";

  private MagicAddresses() {}

  /// @param detail the type of a bounce in the provider's words; empty for the usual one
  record Step(Happening happening, String detail) {
    Step(Happening happening) {
      this(happening, "");
    }
  }

  private static final List<Step> USUAL =
      List.of(step(Happening.ACCEPTED), step(Happening.DELIVERED));

  private static Step step(Happening happening) {
    return new Step(happening);
  }

  /// What happens at an address, in this order.
  static List<Step> of(Carrier carrier, String address) {
    String domain = address.substring(address.lastIndexOf('@') + 1);
    String box = box(address);
    if (domain.equals(DOMAIN)) {
      return everywhere(box);
    }
    return switch (carrier) {
      case POSTMARK -> domain.equals(PostmarkBounces.DOMAIN) ? postmark(box) : USUAL;
      case RESEND -> domain.equals(RESEND) ? resend(box) : USUAL;
      case SES -> domain.equals(SES) ? ses(box) : USUAL;
      case SENDGRID, MAILGUN, SMTP -> USUAL;
    };
  }

  /// Whether a provider never puts this address on its list, so that it can be used again.
  static boolean isNeverSuppressed(String address) {
    return address.endsWith("@" + RESEND) || address.endsWith("@" + SES);
  }

  private static List<Step> everywhere(String box) {
    Happening wanted =
        switch (box) {
          case "bounce", "bounced", "hard-bounce" -> Happening.HARD_BOUNCED;
          case "soft-bounce" -> Happening.SOFT_BOUNCED;
          case "complaint", "complain" -> Happening.COMPLAINED;
          case "open" -> Happening.OPENED;
          case "click" -> Happening.CLICKED;
          case "unsubscribe" -> Happening.UNSUBSCRIBED;
          case "delay" -> Happening.DELAYED;
          default -> Happening.find(box).orElse(Happening.DELIVERED);
        };
    return steps(wanted);
  }

  private static List<Step> steps(Happening last) {
    return switch (last) {
      case ACCEPTED, DELIVERED, SCHEDULED -> USUAL;
      case DELAYED ->
          List.of(step(Happening.ACCEPTED), step(Happening.DELAYED), step(Happening.DELIVERED));
      case HARD_BOUNCED, SOFT_BOUNCED, BLOCKED, FAILED ->
          List.of(step(Happening.ACCEPTED), step(last));
      case COMPLAINED, OPENED, UNSUBSCRIBED ->
          List.of(step(Happening.ACCEPTED), step(Happening.DELIVERED), step(last));
      case CLICKED ->
          List.of(
              step(Happening.ACCEPTED),
              step(Happening.DELIVERED),
              step(Happening.OPENED),
              step(Happening.CLICKED));
      case SUPPRESSED, RENDERING_FAILED -> List.of(step(last));
    };
  }

  private static List<Step> postmark(String box) {
    PostmarkBounces.Type type = PostmarkBounces.find(box);
    return List.of(
        step(Happening.ACCEPTED), new Step(PostmarkBounces.happening(type), type.name()));
  }

  private static List<Step> resend(String box) {
    return switch (box) {
      case "bounced" -> steps(Happening.HARD_BOUNCED);
      case "complained" -> steps(Happening.COMPLAINED);
      case "suppressed" -> steps(Happening.SUPPRESSED);
      default -> USUAL;
    };
  }

  private static List<Step> ses(String box) {
    return switch (box) {
      case "bounce" -> steps(Happening.HARD_BOUNCED);
      case "complaint" -> steps(Happening.COMPLAINED);
      case "suppressionlist" ->
          List.of(step(Happening.ACCEPTED), new Step(Happening.SUPPRESSED, "Suppressed"));
      default -> USUAL;
    };
  }

  /// The local part without its `+label`.
  private static String box(String address) {
    String local = address.substring(0, Math.max(0, address.lastIndexOf('@')));
    int plus = local.indexOf('+');
    return (plus > 0 ? local.substring(0, plus) : local).toLowerCase(Locale.ROOT);
  }
}
