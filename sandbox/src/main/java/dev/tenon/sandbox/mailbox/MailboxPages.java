package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Page;
import dev.tenon.sandbox.mailbox.ProviderSwitch.Breakage;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The list of mails with the switches of the providers, and one mail.
final class MailboxPages {
  private static final int SHOWN_MAX = 100;
  private static final DateTimeFormatter ABSOLUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);
  private static final String DOT =
      "<svg width=\"10\" height=\"10\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><circle cx=\"5\""
          + " cy=\"5\" r=\"4\" fill=\"currentColor\"/></svg>";
  private static final String CROSS =
      "<svg width=\"10\" height=\"10\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><path d=\"M1 1l8"
          + " 8M9 1l-8 8\" stroke=\"currentColor\" stroke-width=\"2\"/></svg>";

  private final Mailbox mailbox;
  private final List<ProviderSwitch> providers;
  private final MailCourse course;
  private final InstantSource clock;

  MailboxPages(
      Mailbox mailbox, List<ProviderSwitch> providers, MailActions actions, InstantSource clock) {
    this.mailbox = mailbox;
    this.providers = providers;
    this.course = new MailCourse(actions);
    this.clock = clock;
  }

  void list(ServerRequest request, ServerResponse response) {
    String query = request.query().first("query").orElse("");
    MailboxSimulator.checkQuery(query);
    String only = request.query().first("provider").orElse("");
    List<Mail> newest = mailbox.list("", 1);
    List<Mail> found =
        only.isEmpty() ? mailbox.list(query, SHOWN_MAX) : mailbox.list(query, Mailbox.MAILS_MAX);
    List<Mail> shown =
        found.stream()
            .filter(mail -> only.isEmpty() || mail.carrier().id().equals(only))
            .limit(SHOWN_MAX)
            .toList();
    boolean isAll = query.isBlank() && only.isEmpty();
    StringBuilder body = new StringBuilder();
    body.append(
        "<h1>Mailbox</h1>\n<p class=\"quiet\">What the sandbox's email providers accepted. Nothing"
            + " here was sent to anyone.</p>\n");
    body.append("<h2>Providers</h2>\n<ul class=\"providers\">\n");
    providers.forEach(provider -> body.append(providerLine(provider)));
    body.append("</ul>\n");
    body.append(
        """
        <h2 data-count>%s</h2>
        <div class="tools">
        <form action="/" role="search"><input type="search" name="query" value="%s" maxlength="200"
          aria-label="Search mails" placeholder="Search sender, recipient, subject, text">
        <select name="provider" aria-label="Provider">%s</select><button>Search</button></form>
        <form method="post" action="/clear"><button>Delete all</button></form>
        </div>
        <div data-newest="%s">
        """
            .formatted(
                isAll ? count(mailbox.size()) : "Found " + count(shown.size()),
                Page.escape(query),
                options(only),
                newest.isEmpty() ? "0" : newest.getFirst().id()));
    if (shown.isEmpty()) {
      body.append(isAll ? nothingYet() : nothingFound(query));
    } else {
      body.append("<ul class=\"mails\">\n");
      shown.forEach(mail -> body.append(mailLine(mail)));
      body.append("</ul>\n");
      if (shown.size() == SHOWN_MAX) {
        body.append(
            "<p class=\"quiet\">The newest 100 are shown. Search to find older ones.</p>\n");
      }
    }
    body.append("</div>\n");
    MailboxShell.send(response, 200, "Mailbox", body.toString());
  }

  private static String options(String only) {
    return Stream.concat(
            Stream.of("<option value=\"\">All providers</option>"),
            Stream.of(Carrier.values())
                .map(
                    carrier ->
                        "<option value=\"%s\"%s>%s</option>"
                            .formatted(
                                carrier.id(),
                                carrier.id().equals(only) ? " selected" : "",
                                carrier.title())))
        .collect(Collectors.joining());
  }

  private static String count(int mails) {
    return mails == 1 ? "1 mail" : mails + " mails";
  }

  private static String providerLine(ProviderSwitch provider) {
    String trouble = provider.trouble();
    String id = provider.carrier().id();
    String title = provider.carrier().title();
    String state;
    String buttons;
    if (trouble.isEmpty()) {
      state = "<span class=\"state good\">" + DOT + "works</span>";
      buttons =
          Stream.of(Breakage.values())
              .map(
                  breakage ->
                      "<form method=\"post\" action=\"/providers/%s/break?how=%s\"><button aria-label=\"%s: %s\">%s</button></form>"
                          .formatted(
                              id, breakage.word(), title, breakage.label(), breakage.label()))
              .collect(Collectors.joining("\n"));
    } else {
      state = "<span class=\"state bad\">" + CROSS + "broken: " + Page.escape(trouble) + "</span>";
      buttons =
          "<form method=\"post\" action=\"/providers/%s/mend\"><button aria-label=\"Mend %s\">Mend</button></form>"
              .formatted(id, title);
    }
    return "<li><b>%s</b>%s\n%s</li>\n".formatted(title, state, buttons);
  }

  private String mailLine(Mail mail) {
    String fate = mail.fate() == Fate.DELIVERED ? "" : " · " + mail.fate().word();
    return """
        <li><a href="/messages/%s"><span class="badge">%s%s</span><span class="subject">%s</span><span class="to">%s</span>%s</a></li>
        """
        .formatted(
            mail.id(),
            mail.carrier().title(),
            fate,
            Page.escape(subject(mail)),
            Page.escape(String.join(", ", everyone(mail))),
            time(mail.receivedAt()));
  }

  private static String nothingYet() {
    return "<p class=\"empty\">No mail yet. Do something that sends one, such as paying in the"
        + " sandbox's checkout; it appears here by itself.</p>\n";
  }

  private static String nothingFound(String query) {
    String what = query.isBlank() ? "No such mail." : "No mail holds all of “%s”.".formatted(query);
    return "<p class=\"empty\">%s <a href=\"/\">Show all mails</a></p>\n"
        .formatted(Page.escape(what));
  }

  void detail(ServerRequest request, ServerResponse response) {
    Optional<Mail> found = mailbox.find(request.path().pathParameters().get("id"));
    if (found.isEmpty()) {
      MailboxShell.send(
          response,
          404,
          "No such mail",
          "<h1>No such mail</h1>\n<p>The mailbox keeps the last 500 mails, until the sandbox stops."
              + " <a href=\"/\">Show all mails</a></p>\n");
      return;
    }
    Mail mail = found.get();
    String body =
        "<p><a href=\"/\">← All mails</a></p>\n<h1>%s</h1>\n%s%s%s"
            .formatted(
                Page.escape(subject(mail)),
                facts(mail),
                course.html(mail),
                MailBody.html(mail, request));
    MailboxShell.send(response, 200, subject(mail), body);
  }

  private String facts(Mail mail) {
    MailContent content = mail.content();
    StringBuilder facts = new StringBuilder("<dl>\n");
    fact(facts, "From", content.from());
    fact(facts, "To", String.join(", ", content.to()));
    fact(facts, "Cc", String.join(", ", content.cc()));
    fact(facts, "Bcc", String.join(", ", content.bcc()));
    fact(facts, "Reply to", String.join(", ", content.replyTo()));
    facts
        .append("<dt>Received</dt><dd>")
        .append(time(mail.receivedAt()))
        .append(", ")
        .append(ABSOLUTE.format(mail.receivedAt()))
        .append("</dd>\n");
    fact(facts, "Provider", mail.carrier().title() + ", " + mail.fate().word());
    fact(facts, "Provider's id", mail.carrierId());
    fact(facts, "Stream", content.stream());
    fact(facts, "Tags", String.join(", ", content.tags()));
    fact(
        facts,
        "Metadata",
        content.metadata().entrySet().stream()
            .map(entry -> entry.getKey() + " = " + entry.getValue())
            .sorted()
            .collect(Collectors.joining(", ")));
    if (!content.attachments().isEmpty()) {
      facts.append("<dt>Attachments</dt><dd>%s</dd>\n".formatted(MailFiles.list(mail)));
    }
    return facts.append("</dl>\n").toString();
  }

  private static void fact(StringBuilder facts, String name, String value) {
    if (!value.isEmpty()) {
      facts.append("<dt>%s</dt><dd>%s</dd>\n".formatted(name, Page.escape(value)));
    }
  }

  private static List<String> everyone(Mail mail) {
    return Stream.of(mail.content().to(), mail.content().cc(), mail.content().bcc())
        .flatMap(List::stream)
        .toList();
  }

  private static String subject(Mail mail) {
    return mail.content().subject().isBlank() ? "(no subject)" : mail.content().subject();
  }

  private String time(Instant instant) {
    Duration age = Duration.between(instant, clock.instant());
    String words;
    if (age.toSeconds() < 60) {
      words = Math.max(0, age.toSeconds()) + " s ago";
    } else if (age.toMinutes() < 60) {
      words = age.toMinutes() + " min ago";
    } else {
      words = age.toHours() < 24 ? age.toHours() + " h ago" : age.toDays() + " d ago";
    }
    return "<time datetime=\"%s\" title=\"%s\">%s</time>"
        .formatted(instant.truncatedTo(ChronoUnit.MILLIS), ABSOLUTE.format(instant), words);
  }
}
