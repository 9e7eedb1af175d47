package dev.tenon.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The part of a [Walk] that is about mail: queued, sent, in the mailbox, delivered.
final class WalkMail {
  private static final Set<String> ENDS =
      Set.of("sent", "delivered", "failed", "uncertain", "suppressed", "cancelled", "bounced");

  private final StandIns sandbox;
  private final WalkReads reads;
  private final WalkNotes notes;
  private final Scenario scenario;
  private final Set<String> messagesBefore = new HashSet<>();
  private final Set<String> mailsBefore = new HashSet<>();
  private Set<String> reporting = Set.of();

  WalkMail(StandIns sandbox, WalkReads reads, WalkNotes notes, Scenario scenario) {
    this.sandbox = sandbox;
    this.reads = reads;
    this.notes = notes;
    this.scenario = scenario;
  }

  void before(Walk.Subject subject) {
    reads.messages(subject).forEach(message -> messagesBefore.add(message.path("id").asString("")));
    sandbox.mails(subject.email()).forEach(mail -> mailsBefore.add(mail.id()));
    reporting = reads.reportingProviders();
  }

  void look(Walk.Subject subject) {
    boolean queued = false;
    for (JsonNode message : reads.messages(subject)) {
      String id = message.path("id").asString("");
      if (!messagesBefore.contains(id)) {
        String template = message.path("template").asString("");
        queued |= scenario.mail().filter(template::equals).isPresent();
        show(id, template, message);
      }
    }
    List<StandIns.Arrived> arrived =
        sandbox.mails(subject.email()).stream()
            .filter(mail -> !mailsBefore.contains(mail.id()))
            .toList();
    arrived.forEach(this::show);
    if (scenario.mail().isPresent() && !queued) {
      notes.miss("the mail %s is queued".formatted(scenario.mail().get()));
    }
    if (scenario.mail().isPresent() && sandbox.mailboxUrl().isPresent() && arrived.isEmpty()) {
      notes.miss("a mail to %s is in the mailbox".formatted(subject.email()));
      notes.pointTo(sandbox.mailboxUrl().get());
    }
  }

  private void show(StandIns.Arrived mail) {
    if (notes.isNew(mail.id())) {
      String url = sandbox.mailboxUrl().orElse("") + "/messages/" + mail.id();
      notes.see(
          WalkNotes.instant(mail.at()).orElse(notes.now()),
          "in the mailbox",
          "\"%s\" through %s  %s".formatted(mail.subject(), mail.provider(), url),
          Map.of(
              "mail",
              mail.id(),
              "provider",
              mail.provider(),
              "subject",
              mail.subject(),
              "url",
              url));
    }
  }

  private void show(String id, String template, JsonNode message) {
    String state = message.path("state").asString("");
    String provider = message.path("provider").asString("");
    String reason = message.path("reason").asString("");
    if (notes.isNew(id)) {
      notes.see(
          notes.time(message, "created_at"),
          "mail queued",
          "%s  %s to %s".formatted(id, template, message.path("to").asString("")),
          Map.of("message", id, "template", template, "to", message.path("to").asString("")));
    }
    // An uncertain mail whose provider is still being asked is not over.
    boolean asking = !message.path("next_try_at").asString("").isEmpty();
    if (!ENDS.contains(state) || asking) {
      notes.miss(
          "%s is sent (it is %s%s)".formatted(id, state, reason.isEmpty() ? "" : ": " + reason));
      return;
    }
    if (!state.equals("sent") && !state.equals("delivered")) {
      end(id, state, provider, reason);
      return;
    }
    if (notes.isNew(id + "sent")) {
      notes.see(
          notes.time(message, "sent_at"),
          "mail sent",
          id + "  by " + provider,
          Map.of("message", id, "state", "sent", "provider", provider, "reason", reason));
    }
    if (state.equals("delivered")) {
      if (notes.isNew(id + state)) {
        notes.see(
            notes.now(),
            "mail delivered",
            "%s  %s says so".formatted(id, provider),
            Map.of("message", id, "state", state, "provider", provider, "reason", reason));
      }
    } else if (reporting.contains(provider)) {
      notes.miss("%s is delivered, as %s will say by a webhook".formatted(id, provider));
    }
  }

  private void end(String id, String state, String provider, String reason) {
    if (notes.isNew(id + state)) {
      notes.see(
          notes.now(),
          "mail " + state,
          id + "  " + reason,
          Map.of("message", id, "state", state, "provider", provider, "reason", reason));
    }
    notes.trouble("the mail %s is %s: %s".formatted(id, state, reason));
  }
}
