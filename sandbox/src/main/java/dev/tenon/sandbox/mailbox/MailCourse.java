package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Delivery;
import dev.tenon.sandbox.Page;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What happened to a mail, who was told of it with which answer, and the buttons that let more
/// happen.
final class MailCourse {
  private static final int SHOWN_MAX = 100;
  private static final int ANSWER_CHARS = 120;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private final MailActions actions;

  MailCourse(MailActions actions) {
    this.actions = actions;
  }

  String html(Mail mail) {
    return actions
        .of(mail.carrier())
        .map(aftermath -> section(mail, aftermath))
        .orElse(
            "<p class=\"quiet\">SMTP has no webhooks: what becomes of a mail is told by the answers"
                + " to its recipients, or by a mail back.</p>\n");
  }

  private static String section(Mail mail, Aftermath aftermath) {
    StringBuilder html = new StringBuilder();
    List<MailEvent> events = mail.events().reversed();
    List<MailEvent> shown = events.subList(0, Math.min(SHOWN_MAX, events.size()));
    String rows = shown.stream().map(event -> row(event, aftermath)).collect(Collectors.joining());
    html.append(
        "<section aria-label=\"What became of it\" data-course%s>\n"
            .formatted(rows.contains("data-waiting") ? " data-waiting" : ""));
    html.append("<h2>What became of it</h2>\n");
    if (!aftermath.hasWebhooks()) {
      html.append(
          "<p class=\"quiet\">Nobody has registered a webhook with the sandbox's %s, so nobody is told.</p>\n"
              .formatted(Page.escape(mail.carrier().title())));
    }
    if (!shown.isEmpty()) {
      html.append("<ol class=\"course\">\n").append(rows).append("</ol>\n");
    }
    if (events.size() > shown.size()) {
      html.append("<p class=\"quiet\">The latest 100 are shown.</p>\n");
    }
    if (mail.fate() == Fate.SCHEDULED) {
      html.append(
          "<p>It waits until %s.</p>\n".formatted(mail.dueAt().map(Object::toString).orElse("")));
    } else if (mail.fate() != Fate.CANCELED) {
      html.append(buttons(mail, aftermath));
    }
    return html.append("</section>\n").toString();
  }

  private static String row(MailEvent event, Aftermath aftermath) {
    String detail = event.detail().isEmpty() ? "" : " (" + Page.escape(event.detail()) + ")";
    String told =
        aftermath.deliveries(event).stream().map(MailCourse::told).collect(Collectors.joining());
    return "<li><b>%s</b>%s <span class=\"quiet\">%s, %s</span>%s</li>\n"
        .formatted(
            event.happening().word().replace('_', ' '),
            detail,
            Page.escape(event.recipient()),
            TIME.format(event.at()),
            told.isEmpty() ? "" : "\n<ul>" + told + "</ul>");
  }

  private static String told(Delivery delivery) {
    String state =
        switch (delivery.state()) {
          case DELIVERED -> "good";
          case FAILED -> "bad";
          case WAITING -> "quiet";
        };
    String answer =
        delivery.status() > 0
            ? "answered " + delivery.status()
            : delivery.tries() > 0 ? "no answer" : "on its way";
    String tries = delivery.tries() > 1 ? ", " + delivery.tries() + " tries" : "";
    String text = delivery.response().strip();
    return "<li><span class=\"%s\"%s>%s, %s%s</span> <code>%s</code>%s</li>"
        .formatted(
            state,
            delivery.state() == Delivery.State.WAITING ? " data-waiting" : "",
            Page.escape(delivery.eventType()),
            answer,
            tries,
            Page.escape(delivery.url().toString()),
            text.isEmpty()
                ? ""
                : " <span class=\"quiet\">“%s”</span>"
                    .formatted(
                        Page.escape(
                            text.length() > ANSWER_CHARS
                                ? text.substring(0, ANSWER_CHARS) + "…"
                                : text)));
  }

  private static String buttons(Mail mail, Aftermath aftermath) {
    List<String> recipients = aftermath.recipients(mail);
    String who =
        recipients.size() == 1
            ? "<input type=\"hidden\" name=\"recipient\" value=\"%s\">"
                .formatted(Page.escape(recipients.getFirst()))
            : "<select name=\"recipient\" aria-label=\"At whom\">%s</select>"
                .formatted(
                    recipients.stream()
                        .limit(SHOWN_MAX)
                        .map(Page::escape)
                        .map("<option>%s</option>"::formatted)
                        .collect(Collectors.joining()));
    String buttons =
        aftermath.happenings().stream()
            .filter(happening -> !happening.label().isEmpty())
            .map(
                happening ->
                    "<button name=\"event\" value=\"%s\">%s</button>"
                        .formatted(happening.word(), happening.label()))
            .collect(Collectors.joining("\n"));
    return "<form class=\"happen\" method=\"post\" action=\"/messages/%s/events\">\n%s\n%s\n</form>\n"
        .formatted(mail.id(), who, buttons);
  }
}
