package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Delivery;
import dev.tenon.sandbox.Faults;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Aftermath;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailEvent;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.webserver.http.HttpRouting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// A provider whose mails go to the [Mailbox], whose faults the mailbox's pages can set, and which
/// tells by webhooks what becomes of the mails.
///
/// What happens to a mail is decided when it is taken, by [MagicAddresses] and by the provider's
/// list of suppressed addresses, so that look-ups agree with it at once. The webhooks of it follow
/// [#PAUSE] later. More can happen by hand.
abstract class MailSimulator implements Simulator, Aftermath {
  /// Senders of this domain are refused as the real provider refuses those that it hasn't verified.
  static final String UNVERIFIED_DOMAIN = "unverified.test";

  /// How long after the answer its webhooks go out.
  static final Duration PAUSE = Duration.ofMillis(200);

  private static final Duration TICK = Duration.ofMillis(500);
  private static final Logger log = LoggerFactory.getLogger(MailSimulator.class);

  /// What a simulator has once it is part of a sandbox.
  private record Parts(SimulatorContext context, MailHooks hooks, Suppressions suppressions) {}

  private final Carrier carrier;
  private final Mailbox mailbox;
  private @Nullable ScheduledExecutorService timer;
  private @Nullable Parts parts;

  MailSimulator(Carrier carrier, Mailbox mailbox) {
    this.carrier = carrier;
    this.mailbox = mailbox;
  }

  @Override
  public final Carrier carrier() {
    return carrier;
  }

  final Mailbox mailbox() {
    return mailbox;
  }

  private Parts parts() {
    Parts known = parts;
    if (known == null) {
      throw new IllegalStateException(name() + " has not started yet");
    }
    return known;
  }

  /// The faults set for this provider.
  ///
  /// @throws IllegalStateException before the sandbox has started
  public final Faults faults() {
    return parts().context().faults();
  }

  @Override
  public final String name() {
    return carrier.id();
  }

  @Override
  public final String title() {
    return carrier.title();
  }

  @Override
  public final void routing(HttpRouting.Builder routing, SimulatorContext context) {
    mailbox.keepIn(context.journals().apply("mailbox"));
    MailHooks hooks = hooks(context);
    Parts made = new Parts(context, hooks, new Suppressions(context.journal(), context.clock()));
    parts = made;
    context.webhooks().addressed(hooks);
    if (skipsSuppressed()) {
      MailControl.add(routing, hooks);
    } else {
      MailControl.add(routing, hooks, made.suppressions());
    }
    api(routing, context, hooks);
  }

  @Override
  public List<Link> links() {
    return skipsSuppressed()
        ? List.of()
        : List.of(new Link("/_sandbox/suppressions", "Addresses to which it sends nothing more"));
  }

  @Override
  public void started(SimulatorContext context) {
    // Made here, since a simulator can be part of one sandbox after another.
    ScheduledExecutorService made =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("sandbox-scheduled-mail").factory());
    timer = made;
    var _ =
        made.scheduleWithFixedDelay(
            this::sendDue, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    ScheduledExecutorService running = timer;
    if (running != null) {
      running.shutdownNow();
    }
  }

  /// The provider's list of addresses to which it sends nothing.
  final Suppressions suppressions() {
    return parts().suppressions();
  }

  /// Its webhooks, made once.
  abstract MailHooks hooks(SimulatorContext context);

  /// Adds the routes of the provider's API.
  abstract void api(HttpRouting.Builder routing, SimulatorContext context, MailHooks hooks);

  /// Why the provider sends nothing to an address any more; empty when it does.
  Optional<Happening> suppressed(MailContent content, String address) {
    return parts().suppressions().find(address).map(Suppressions.Entry::reason);
  }

  /// Puts an address on the provider's list.
  void suppress(MailContent content, String address, Happening reason, String detail) {
    if (reason.suppresses() && !MagicAddresses.isNeverSuppressed(address)) {
      parts().suppressions().add(address, reason);
    }
  }

  /// Whether a suppressed address is passed over without a word: what has lists of its own for that
  /// has refused it already.
  boolean skipsSuppressed() {
    return false;
  }

  /// Whether a scheduled mail must wait although its time has come.
  boolean isHeld(Mail mail) {
    return false;
  }

  /// Takes a mail that is sent at once.
  final Mail take(String carrierId, MailContent content) {
    List<MailEvent> events = plan(content);
    Mail mail =
        mailbox.add(carrier, carrierId, Fate.of(events), content, Optional.empty(), "", events);
    follow(mail, events);
    return mail;
  }

  /// Takes a mail that is sent later.
  ///
  /// @param batch by which it can be held back; empty for none
  final Mail take(String carrierId, MailContent content, Instant dueAt, String batch) {
    List<MailEvent> events =
        Addresses.everyone(content).stream()
            .limit(1)
            .map(to -> event(Happening.SCHEDULED, to, parts().context().clock().instant(), ""))
            .toList();
    Mail mail =
        mailbox.add(carrier, carrierId, Fate.SCHEDULED, content, Optional.of(dueAt), batch, events);
    tell(mail, events);
    return mail;
  }

  /// Sends the scheduled mails whose time has come.
  final void sendDue() {
    try {
      for (Mail mail : mailbox.listDue(carrier, parts().context().clock().instant())) {
        if (!isHeld(mail)) {
          List<MailEvent> events = plan(mail.content());
          mailbox.sendDue(mail, events).ifPresent(sent -> follow(sent, events));
        }
      }
    } catch (RuntimeException e) {
      log.warn("The scheduled mails of {} can't be sent now; it is tried again", title(), e);
    }
  }

  private List<MailEvent> plan(MailContent content) {
    Instant now = parts().context().clock().instant();
    List<MailEvent> events = new ArrayList<>();
    for (String recipient : Addresses.everyone(content)) {
      Optional<Happening> reason = suppressed(content, recipient);
      if (reason.isPresent()) {
        if (!skipsSuppressed()) {
          events.add(event(Happening.SUPPRESSED, recipient, now, reason.get().word()));
        }
        continue;
      }
      int later = 0;
      for (MagicAddresses.Step step : MagicAddresses.of(carrier, recipient)) {
        events.add(event(step.happening(), recipient, now.plusMillis(later++), step.detail()));
      }
    }
    return events;
  }

  private static MailEvent event(Happening happening, String to, Instant at, String detail) {
    return new MailEvent(MailHooks.token(16), happening, to, at, detail);
  }

  private void follow(Mail mail, List<MailEvent> events) {
    events.forEach(
        event -> suppress(mail.content(), event.recipient(), event.happening(), event.detail()));
    tell(mail, events);
  }

  private void tell(Mail mail, List<MailEvent> events) {
    if (!parts().hooks().isTold()) {
      return;
    }
    try {
      parts().hooks().tell(mail, events, PAUSE);
    } catch (IllegalStateException full) {
      // Nobody who sends mails shall suffer because somebody else takes no webhooks.
      log.warn("{} forgets the webhooks of {}: {}", title(), mail.id(), full.getMessage());
    }
  }

  @Override
  public final Set<Happening> happenings() {
    return parts().hooks().happenings();
  }

  @Override
  public final List<String> recipients(Mail mail) {
    return Addresses.everyone(mail.content());
  }

  @Override
  public final boolean hasWebhooks() {
    return parts().hooks().isTold();
  }

  @Override
  public final void report(Mail mail, Happening happening, String recipient) {
    if (!happenings().contains(happening) || happening.label().isEmpty()) {
      throw new IllegalArgumentException(
          "%s doesn't tell of %s.".formatted(title(), happening.word()));
    }
    if (!recipients(mail).contains(recipient)) {
      throw new IllegalArgumentException("The mail did not go to %s.".formatted(recipient));
    }
    if (mail.fate() == Fate.SCHEDULED || mail.fate() == Fate.CANCELED) {
      throw new IllegalArgumentException("The mail is not sent yet, so nothing can happen to it.");
    }
    MailEvent event = event(happening, recipient, parts().context().clock().instant(), "");
    Mail now = mailbox.note(mail, List.of(event)).orElse(mail);
    suppress(mail.content(), recipient, happening, "");
    parts().hooks().tell(now, List.of(event), Duration.ZERO);
  }

  @Override
  public final List<Delivery> deliveries(MailEvent event) {
    String id = parts().hooks().logged(event);
    return parts().context().webhooks().list().stream()
        .filter(delivery -> delivery.eventId().equals(id))
        .toList();
  }

  /// Has one webhook for everything that happens from now on, in place of the one that an earlier
  /// such call made. Those that came by the provider's API stay.
  ///
  /// @param url may hold a name and a password, which are sent as basic authentication
  /// @param secret as the control call takes it; empty for a new one
  /// @return what the receiver needs to verify them, in the words of `PUT /_sandbox/webhook`
  public final Map<String, String> registerWebhook(String url, String secret) {
    ObjectNode answer = MailControl.register(parts().hooks(), url, secret);
    Map<String, String> known = new LinkedHashMap<>();
    answer.properties().forEach(field -> known.put(field.getKey(), field.getValue().asString()));
    return known;
  }
}
