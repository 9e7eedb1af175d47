package dev.tenon.sandbox.smtp;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Faults;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The mail server as one of the sandbox's simulators. Its HTTP port holds the faults only; mails
/// go to [#smtpPort].
public final class SmtpSimulator implements Simulator {
  private final Mailbox mailbox;
  private @Nullable Faults faults;
  private final int port;
  private final SmtpAccounts accounts;
  private @Nullable SmtpServer server;

  /// Takes any user with any password.
  ///
  /// @param port where mails go; 0 for a free one
  public SmtpSimulator(Mailbox mailbox, int port) {
    this(mailbox, port, SmtpAccounts.ANY);
  }

  public SmtpSimulator(Mailbox mailbox, int port, SmtpAccounts accounts) {
    this.mailbox = mailbox;
    this.port = port;
    this.accounts = accounts;
  }

  /// The faults set for this provider.
  ///
  /// @throws IllegalStateException before the sandbox has started
  public Faults faults() {
    Faults known = faults;
    if (known == null) {
      throw new IllegalStateException(name() + " has not started yet");
    }
    return known;
  }

  @Override
  public String name() {
    return Carrier.SMTP.id();
  }

  @Override
  public String title() {
    return Carrier.SMTP.title();
  }

  @Override
  public void routing(HttpRouting.Builder routing, SimulatorContext context) {
    mailbox.keepIn(context.journals().apply("mailbox"));
    faults = context.faults();
  }

  @Override
  public void started(SimulatorContext context) {
    try {
      server = SmtpServer.start(port, mailbox, accounts, new SmtpFaults(context.faults()));
    } catch (IOException taken) {
      throw new UncheckedIOException("The mail server cannot open port " + port + ".", taken);
    }
  }

  /// The port of the mail server on the loopback interface, known once the sandbox has started.
  public int smtpPort() {
    SmtpServer running = server;
    if (running == null) {
      throw new IllegalStateException("the mail server has no port yet");
    }
    return running.port();
  }

  @Override
  public List<Link> links() {
    SmtpServer running = server;
    return running == null
        ? List.of()
        : List.of(new Link("/", "The mail server listens on 127.0.0.1:" + running.port()));
  }

  @Override
  public void close() {
    SmtpServer running = server;
    if (running != null) {
      running.close();
    }
  }

  /// Reads the sandbox's faults as a mail server means them.
  private record SmtpFaults(Faults faults) implements SmtpFaultSource {
    private static final String PATH = "smtp";

    @Override
    public SmtpBehaviour forMail() {
      return new SmtpBehaviour(
          faults.take(Fault.Kind.LATENCY, PATH).map(Fault::duration).orElse(Duration.ZERO),
          faults
              .take(Fault.Kind.STATUS, PATH)
              .map(fault -> SmtpBehaviour.replyFor(fault.status()))
              .orElse(0),
          faults.take(Fault.Kind.RESET, PATH).isPresent(),
          faults.take(Fault.Kind.TIME_OUT_AFTER_ACCEPTING, PATH).map(Fault::duration));
    }

    @Override
    public boolean refusesLogin() {
      boolean refuses =
          faults.list().stream()
              .anyMatch(
                  fault ->
                      fault.kind() == Fault.Kind.STATUS
                          && PATH.startsWith(fault.path())
                          && SmtpBehaviour.replyFor(fault.status()) == 535);
      return refuses && faults.take(Fault.Kind.STATUS, PATH).isPresent();
    }
  }
}
