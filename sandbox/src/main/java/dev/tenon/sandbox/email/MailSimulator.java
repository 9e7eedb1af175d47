package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Faults;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.webserver.http.HttpRouting;
import org.jspecify.annotations.Nullable;

/// A provider whose mails go to the [Mailbox], and whose faults the mailbox's pages can set.
abstract class MailSimulator implements Simulator {
  /// Senders of this domain are refused as the real provider refuses those that it hasn't verified.
  static final String UNVERIFIED_DOMAIN = "unverified.test";

  private final Carrier carrier;
  private final Mailbox mailbox;
  private @Nullable Faults faults;

  MailSimulator(Carrier carrier, Mailbox mailbox) {
    this.carrier = carrier;
    this.mailbox = mailbox;
  }

  final Carrier carrier() {
    return carrier;
  }

  final Mailbox mailbox() {
    return mailbox;
  }

  /// The faults set for this provider.
  ///
  /// @throws IllegalStateException before the sandbox has started
  public final Faults faults() {
    Faults known = faults;
    if (known == null) {
      throw new IllegalStateException(name() + " has not started yet");
    }
    return known;
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
    faults = context.faults();
    api(routing);
  }

  /// Adds the routes of the provider's API.
  abstract void api(HttpRouting.Builder routing);
}
