package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Delivery;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What can be let happen to mails, and whom that was told.
final class MailActions {
  private final List<Aftermath> aftermaths;

  MailActions(List<Aftermath> aftermaths) {
    this.aftermaths = aftermaths;
  }

  /// Empty for a provider that tells nothing.
  Optional<Aftermath> of(Carrier carrier) {
    return aftermaths.stream().filter(each -> each.carrier() == carrier).findAny();
  }

  /// A mail with its events, and the webhooks of each.
  ObjectNode whole(Mail mail) {
    ObjectNode json = MailJson.shown(mail);
    of(mail.carrier())
        .ifPresent(
            aftermath -> {
              for (int index = 0; index < mail.events().size(); index++) {
                ArrayNode webhooks =
                    ((ObjectNode) json.path("events").path(index)).putArray("webhooks");
                for (Delivery delivery : aftermath.deliveries(mail.events().get(index))) {
                  webhooks
                      .addObject()
                      .put("type", delivery.eventType())
                      .put("url", delivery.url().toString())
                      .put("state", delivery.state().name().toLowerCase(Locale.ROOT))
                      .put("tries", delivery.tries())
                      .put("status", delivery.status());
                }
              }
            });
    return json;
  }

  /// Lets something happen at a recipient; at the first when none is named.
  ///
  /// @throws IllegalArgumentException when it can't
  void report(Mail mail, String event, String recipient) {
    Aftermath aftermath =
        of(mail.carrier())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        mail.carrier().title() + " tells nothing of its mails."));
    Happening happening =
        Happening.find(event)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Unknown event. Use %s."
                            .formatted(
                                aftermath.happenings().stream()
                                    .map(Happening::word)
                                    .collect(Collectors.joining(", ")))));
    List<String> recipients = aftermath.recipients(mail);
    aftermath.report(
        mail,
        happening,
        recipient.isEmpty() && !recipients.isEmpty()
            ? recipients.getFirst()
            : recipient.toLowerCase(Locale.ROOT));
  }
}
