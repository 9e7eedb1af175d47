package dev.tenon.connector.email.smtp;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Sent;
import dev.tenon.connector.email.Settling;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.InternetAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocketFactory;

/// Submits mail over SMTP with a few connections that stay open.
///
/// Everything that fails before the final dot certainly did not happen; an answer lost after it is
/// unknown, and nothing but a person can settle it. The Message-ID is the same for every attempt at
/// a message, the only thing a relay can recognise a repeat by.
///
/// When some recipients are refused for good and others are not, the message goes to the others and
/// [Sent#refusedRecipients] names the rest. A recipient that is refused for now holds the whole
/// message back, since half a message can't be repeated.
public final class SmtpEmail implements EmailProvider {
  private static final Duration IDLE_CHECK = Duration.ofSeconds(10);

  private final SmtpSettings settings;
  private final InstantSource clock;
  private final Session session;
  private final ScheduledExecutorService timer;
  private final SmtpPool pool;

  /// `allowed` is the egress policy: it judges the very address that is connected to. `tls` makes
  /// encrypted sockets, normally the JDK's default with its trusted authorities.
  public SmtpEmail(
      SmtpSettings settings,
      Predicate<InetAddress> allowed,
      SSLSocketFactory tls,
      InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("smtp-timer-" + settings.host()).factory());
    session = Session.getInstance(properties(settings, new SmtpSockets(tls, allowed), timer));
    pool = new SmtpPool(this::open, settings.connectionsMax(), clock);
    var _ =
        timer.scheduleWithFixedDelay(
            pool::closeIdle, IDLE_CHECK.toSeconds(), IDLE_CHECK.toSeconds(), TimeUnit.SECONDS);
  }

  /// With the JDK's trusted authorities.
  public SmtpEmail(SmtpSettings settings, Predicate<InetAddress> allowed, InstantSource clock) {
    this(settings, allowed, (SSLSocketFactory) SSLSocketFactory.getDefault(), clock);
  }

  @Override
  public String name() {
    return "smtp";
  }

  @Override
  public Settling settling() {
    return new Settling.None();
  }

  @Override
  public Outcome<Sent> send(EmailMessage message, String idempotencyKey) {
    EmailProvider.checkedIdempotencyKey(idempotencyKey);
    try {
      if (!pool.enter(settings.replyTimeout())) {
        return passing("all connections to the SMTP server stayed busy");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return passing("interrupted before anything was sent");
    }
    try {
      return sendInTurn(message);
    } finally {
      pool.leave();
    }
  }

  /// Closes the idle connections. Messages on their way end first.
  @Override
  public void close() {
    pool.close();
    timer.shutdown();
  }

  private Outcome<Sent> sendInTurn(EmailMessage message) {
    MimeLetter letter;
    InternetAddress[] recipients;
    try {
      letter = MimeLetter.of(message, session, clock.instant());
      recipients = MimeLetter.recipients(message);
    } catch (MessagingException e) {
      return new Outcome.RefusedRequest<>(
          Outcome.Detail.none("the message can't be written as MIME: " + e.getMessage()));
    }
    Optional<SmtpConnection> idle = pool.takeIdle();
    if (idle.isPresent()) {
      Attempt attempt = attempt(idle.get(), letter, recipients);
      if (!attempt.stale()) {
        return finish(attempt, letter, recipients);
      }
      // The server had closed it meanwhile: nothing was taken, and a fresh one decides.
    }
    return sendFresh(letter, recipients);
  }

  private Outcome<Sent> sendFresh(MimeLetter letter, InternetAddress[] recipients) {
    SmtpConnection connection = new SmtpConnection(session, url());
    try {
      connect(connection);
    } catch (MessagingException e) {
      Outcome<Sent> outcome = SmtpReplies.connecting(connection, e, settings.security());
      connection.closeQuietly();
      return outcome;
    }
    return finish(attempt(connection, letter, recipients), letter, recipients);
  }

  /// Repeats for the good recipients once, when the others were refused for good at RCPT (and so
  /// nobody got anything yet).
  private Outcome<Sent> finish(Attempt attempt, MimeLetter letter, InternetAddress[] recipients) {
    List<String> refused = attempt.refusedForGood();
    Outcome<Sent> outcome = attempt.outcome();
    if (refused.isEmpty() || refused.size() >= recipients.length) {
      return outcome;
    }
    InternetAddress[] others =
        Arrays.stream(recipients)
            .filter(recipient -> !refused.contains(recipient.getAddress()))
            .toArray(InternetAddress[]::new);
    SmtpConnection connection;
    try {
      connection = pool.open();
    } catch (MessagingException e) {
      return passing("the connection was lost after some recipients were refused");
    }
    Outcome<Sent> second = attempt(connection, letter, others).outcome();
    if (second instanceof Outcome.Accepted<Sent>(Sent sent, Outcome.Detail _)) {
      return new Outcome.Accepted<>(new Sent(sent.providerMessageId(), refused), outcome.detail());
    }
    return second;
  }

  private Attempt attempt(SmtpConnection connection, MimeLetter letter, Address[] recipients) {
    boolean reused = connection.messages() > 0;
    connection.startMessage();
    try {
      connection.sendMessage(letter, recipients);
      Outcome<Sent> accepted =
          new Outcome.Accepted<>(
              new Sent(letter.plainMessageId()),
              SmtpReplies.detail(
                  connection.getLastReturnCode(), connection.getLastServerResponse()));
      pool.giveBack(connection);
      return new Attempt(accepted, List.of(), false);
    } catch (MessagingException e) {
      Outcome<Sent> outcome = SmtpReplies.sending(connection.ending(), e);
      boolean stale = reused && !connection.ending() && SmtpReplies.isLost(outcome);
      // Whatever state the dialogue is in, the next message starts clean.
      connection.closeQuietly();
      return new Attempt(outcome, SmtpReplies.refusedForGood(e), stale);
    }
  }

  private SmtpConnection open() throws MessagingException {
    SmtpConnection connection = new SmtpConnection(session, url());
    try {
      connect(connection);
      return connection;
    } catch (MessagingException e) {
      connection.closeQuietly();
      throw e;
    }
  }

  private void connect(SmtpConnection connection) throws MessagingException {
    switch (settings.login()) {
      case SmtpSettings.Login.None() ->
          connection.connect(settings.host(), settings.port(), null, null);
      case SmtpSettings.Login.Password login ->
          connection.connect(
              settings.host(), settings.port(), login.user(), login.password().reveal());
    }
  }

  private URLName url() {
    return new URLName("smtp", settings.host(), settings.port(), null, null, null);
  }

  private static Outcome<Sent> passing(String reason) {
    return new Outcome.Passing<>(Duration.ZERO, Outcome.Detail.none(reason));
  }

  /// Angus waits for ever unless told otherwise, and falls back to unchecked sockets.
  private static Properties properties(
      SmtpSettings settings, SmtpSockets sockets, ScheduledExecutorService timer) {
    Properties properties = new Properties();
    properties.put("mail.smtp.connectiontimeout", millis(settings.connectTimeout()));
    properties.put("mail.smtp.timeout", millis(settings.replyTimeout()));
    properties.put("mail.smtp.writetimeout", millis(settings.replyTimeout()));
    properties.put("mail.smtp.executor.writetimeout", timer);
    properties.put("mail.smtp.socketFactory", sockets.plain());
    properties.put("mail.smtp.socketFactory.fallback", "false");
    properties.put("mail.smtp.ssl.socketFactory", sockets);
    properties.put("mail.smtp.ssl.checkserveridentity", "true");
    properties.put("mail.smtp.ssl.protocols", "TLSv1.3 TLSv1.2");
    properties.put("mail.smtp.quitwait", "false");
    properties.put("mail.smtp.sendpartial", "false");
    switch (settings.security()) {
      case PLAIN -> {}
      case STARTTLS -> {
        properties.put("mail.smtp.starttls.enable", "true");
        properties.put("mail.smtp.starttls.required", "true");
      }
      case TLS -> properties.put("mail.smtp.ssl.enable", "true");
    }
    if (settings.login() instanceof SmtpSettings.Login.Password) {
      properties.put("mail.smtp.auth", "true");
      properties.put("mail.smtp.auth.mechanisms", "PLAIN LOGIN");
    }
    return properties;
  }

  private static String millis(Duration duration) {
    return String.valueOf(Math.min(duration.toMillis(), Integer.MAX_VALUE));
  }

  /// @param refusedForGood recipients refused at RCPT; only then nobody got the message
  /// @param stale a reused connection turned out to be closed before the final dot
  private record Attempt(Outcome<Sent> outcome, List<String> refusedForGood, boolean stale) {}
}
