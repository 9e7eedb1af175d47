package dev.tenon.sandbox.application;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Page;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/// The page that shows which events arrived and how the application answers now.
final class ApplicationPage {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
  private static final int SHOWN_MAX = 100;

  private ApplicationPage() {}

  static Page page(List<Arrival> arrivals, List<Fault> faults, Instant now) {
    var body = new StringBuilder();
    body.append("<h1>Events that arrived</h1>\n");
    body.append(
        "<p class=\"quiet\">This stands in for your application. It takes events at <code>/hooks</code>"
            + " and checks each signature before it believes a word.</p>\n");
    body.append(answers(faults));
    if (arrivals.isEmpty()) {
      body.append(
          "<p>Nothing has arrived yet. Pay a checkout, or run"
              + " <code>./tenon trigger checkout</code>.</p>\n");
    } else {
      body.append(table(arrivals, now));
    }
    return Page.wide("Your application", "Events that arrived", body.toString());
  }

  private static String answers(List<Fault> faults) {
    String now =
        faults.isEmpty()
            ? "It answers 200 to what is signed."
            : switch (faults.getFirst().kind()) {
              case STATUS -> "It answers %d to everything.".formatted(faults.getFirst().status());
              case LATENCY ->
                  "It takes %d seconds to answer."
                      .formatted(faults.getFirst().duration().toSeconds());
              case TIME_OUT_AFTER_ACCEPTING,
                  RESET,
                  DUPLICATE_WEBHOOKS,
                  REORDER_WEBHOOKS,
                  LOSE_WEBHOOKS ->
                  "It is broken: " + faults.getFirst().kind().word() + ".";
            };
    return """
    <div class="panel"><p><strong>%s</strong></p>
    <p class="item">%s%s%s%s%s</p></div>
    """
        .formatted(
            Page.escape(now),
            button("/answer/well", "Answer well"),
            button("/answer/500", "Answer 500"),
            button("/answer/410", "Answer 410, gone"),
            button("/answer/slow", "Take 20 seconds"),
            button("/clear", "Forget what arrived"));
  }

  private static String button(String path, String text) {
    return "<form method=\"post\" action=\"%s\"><button>%s</button></form>".formatted(path, text);
  }

  private static String table(List<Arrival> arrivals, Instant now) {
    var rows = new StringBuilder();
    for (Arrival arrival : arrivals.subList(0, Math.min(arrivals.size(), SHOWN_MAX))) {
      boolean good = arrival.verdict() == SignatureCheck.Verdict.VERIFIED;
      rows.append(
          """
          <tr><td title="%s">%s</td><td><strong>%s</strong><br><code>%s</code></td>
          <td class="%s">%s%s</td>
          <td><details><summary>%s</summary><pre>%s</pre></details></td></tr>
          """
              .formatted(
                  arrival.at(),
                  Page.escape(ago(arrival.at(), now)),
                  Page.escape(arrival.type().isEmpty() ? "no event" : arrival.type()),
                  Page.escape(arrival.about()),
                  good ? "good" : "bad",
                  Page.escape(arrival.verdict().words()),
                  arrival.tries() > 1 ? "<br>came " + arrival.tries() + " times" : "",
                  Page.escape(arrival.id()),
                  Page.escape(pretty(arrival.body()))));
    }
    return "<div class=\"scroll\"><table><thead><tr><th>When</th><th>Event</th><th>Signature</th>"
        + "<th>webhook-id and payload</th></tr></thead><tbody>"
        + rows
        + "</tbody></table></div>\n";
  }

  private static String ago(Instant at, Instant now) {
    long seconds = Math.max(0, Duration.between(at, now).toSeconds());
    return seconds < 60 ? seconds + " s ago" : TIME.format(at);
  }

  private static String pretty(String body) {
    try {
      return Json.pretty(Json.read(body.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    } catch (IllegalArgumentException e) {
      return body;
    }
  }
}
