package dev.tenon.sandbox;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// The root page of a simulator: what is here, which faults are set, what was delivered.
final class IndexPage {
  private static final int SHOWN = 50;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private IndexPage() {}

  static Page page(Simulator simulator, SimulatorContext context) {
    StringBuilder body = new StringBuilder();
    body.append("<h1>").append(Page.escape(simulator.title())).append("</h1>\n");
    body.append("<p class=\"quiet\">A stand-in for the provider. API base: <code>")
        .append(Page.escape(context.url().toString()))
        .append("</code></p>\n<ul>\n");
    for (Simulator.Link link : simulator.links()) {
      body.append(
          "<li><a href=\"%s\">%s</a></li>\n"
              .formatted(Page.escape(link.path()), Page.escape(link.text())));
    }
    body.append("<li><a href=\"/_sandbox/faults\">Faults</a> (GET, PUT, DELETE)</li>\n");
    body.append("<li><a href=\"/_sandbox/deliveries\">Webhook deliveries</a></li>\n</ul>\n");
    faults(body, context);
    deliveries(body, context.webhooks().list());
    return Page.wide(simulator.title(), simulator.title() + " sandbox", body.toString());
  }

  private static void faults(StringBuilder body, SimulatorContext context) {
    List<Fault> faults = context.faults().list();
    body.append("<h2>Faults</h2>\n");
    if (faults.isEmpty()) {
      body.append(
          """
          <p>None: everything works. Set one, for two calls, with</p>
          <pre tabindex="0">curl -X PUT -d '{"kind":"status","status":503,"count":2}' %s/_sandbox/faults</pre>
          """
              .formatted(Page.escape(context.url().toString())));
      return;
    }
    body.append("<ul>\n");
    for (Fault fault : faults) {
      body.append(
          "<li class=\"bad\">%s %s %s</li>\n"
              .formatted(
                  fault.kind().word(),
                  fault.status() > 0 ? fault.status() : fault.duration(),
                  fault.count() > 0 ? "for " + fault.count() + " calls" : "until cleared"));
    }
    body.append("</ul>\n");
  }

  private static void deliveries(StringBuilder body, List<Delivery> deliveries) {
    body.append("<h2>Last webhooks</h2>\n");
    if (deliveries.isEmpty()) {
      body.append("<p>None yet.</p>\n");
      return;
    }
    body.append(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Last webhooks\"><table><thead><tr><th scope=\"col\">Event</th><th scope=\"col\">State</th>"
            + "<th scope=\"col\">Time (UTC)</th><th scope=\"col\">To</th></tr></thead><tbody>\n");
    for (Delivery delivery : deliveries.subList(0, Math.min(SHOWN, deliveries.size()))) {
      body.append(
          "<tr><td>%s<br><code>%s</code></td><td>%s</td><td>%s</td><td><code>%s</code></td></tr>\n"
              .formatted(
                  Page.escape(delivery.eventType()),
                  Page.escape(delivery.eventId()),
                  state(delivery),
                  TIME.format(delivery.at()),
                  Page.escape(delivery.url().toString())));
    }
    body.append("</tbody></table></div>\n");
  }

  /// With the endpoint's last answer, once it was asked.
  private static String state(Delivery delivery) {
    String state = delivery.state().name().toLowerCase(Locale.ROOT);
    if (delivery.status() > 0) {
      return state + ", " + delivery.status();
    }
    return delivery.response().isEmpty() ? state : state + ", no answer";
  }
}
