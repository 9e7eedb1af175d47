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
import java.util.concurrent.Future;
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
  private final Predicate<InetAddress> allowed;
  private final SSLSocketFactory tls;
  private final InstantSource clock;
  private final SmtpTimer timer;
  private final boolean ownTimer;
  private final Session letters = Session.getInstance(new Properties());
  private final SmtpPool pool;
  private final Future<?> idleCheck;

  /// `allowed` is the egress policy: it judges the very address that is connected to. `tls` makes
  /// encrypted sockets, normally the JDK's default with its trusted authorities. `timer` may be
  /// shared by many and stays the caller's to close.
  public SmtpEmail(
      SmtpSettings settings,
      Predicate<InetAddress> allowed,
      SSLSocketFactory tls,
      InstantSource clock,
      SmtpTimer timer) {
    this(settings, allowed, tls, clock, timer, false);
  }

  private SmtpEmail(
      SmtpSettings settings,
      Predicate<InetAddress> allowed,
      SSLSocketFactory tls,
      InstantSource clock,
      SmtpTimer timer,
      boolean ownTimer) {
    this.settings = settings;
    this.allowed = allowed;
    this.tls = tls;
    this.clock = clock;
    this.timer = timer;
    this.ownTimer = ownTimer;
    pool = new SmtpPool(settings.connectionsMax(), clock);
    idleCheck = timer.every(IDLE_CHECK, pool::closeIdle);
  }

  /// With the JDK's trusted authorities.
  public SmtpEmail(
      SmtpSettings settings, Predicate<InetAddress> allowed, InstantSource clock, SmtpTimer timer) {
    this(settings, allowed, defaultTls(), clock, timer);
  }

  /// With a timer of its own, which is a thread of its own.
  public SmtpEmail(SmtpSettings settings, Predicate<InetAddress> allowed, InstantSource clock) {
    this(settings, allowed, defaultTls(), clock, new SmtpTimer(), true);
  }

  private static SSLSocketFactory defaultTls() {
    return (SSLSocketFactory) SSLSocketFactory.getDefault();
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
    try (var conversation = new Conversation(settings.messageTimeout(), timer)) {
      if (!pool.enter(shorter(settings.replyTimeout(), conversation.left()))) {
        return busy("all connections to the SMTP server stayed busy");
      }
      try {
        return sendInTurn(message, conversation);
      } finally {
        if (pool.leave()) {
          freeTimer();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return busy("interrupted before anything was sent");
    }
  }

  /// Closes the idle connections at once, and the others when their messages have ended.
  @Override
  public void close() {
    boolean _ = idleCheck.cancel(false);
    pool.close();
    if (pool.isDrained()) {
      freeTimer();
    }
  }

  private void freeTimer() {
    if (ownTimer) {
      timer.close();
    }
  }

  private Outcome<Sent> sendInTurn(EmailMessage message, Conversation conversation) {
    MimeLetter letter;
    InternetAddress[] recipients;
    try {
      letter = MimeLetter.of(message, letters, clock.instant());
      recipients = MimeLetter.recipients(message);
    } catch (MessagingException e) {
      return new Outcome.RefusedRequest<>(
          Outcome.Detail.none("the message can't be written as MIME: " + e.getMessage()));
    }
    Optional<SmtpConnection> idle = pool.takeIdle();
    if (idle.isPresent()) {
      Attempt attempt = attempt(idle.get(), letter, recipients, conversation);
      if (!attempt.stale()) {
        return finish(attempt, letter, recipients, conversation);
      }
      // The server had closed it meanwhile: nothing was taken, and a fresh one decides.
    }
    return sendFresh(letter, recipients, conversation);
  }

  private Outcome<Sent> sendFresh(
      MimeLetter letter, InternetAddress[] recipients, Conversation conversation) {
    SmtpConnection connection = connection();
    conversation.over(connection);
    try {
      connect(connection);
    } catch (MessagingException e) {
      Outcome<Sent> outcome =
          conversation.isOver()
              ? passing(tooLong("before anything was sent"))
              : SmtpReplies.connecting(connection, e, settings.security());
      connection.closeQuietly();
      return outcome;
    }
    return finish(
        attempt(connection, letter, recipients, conversation), letter, recipients, conversation);
  }

  /// Repeats for the good recipients once, when the others were refused for good at RCPT (and so
  /// nobody got anything yet).
  private Outcome<Sent> finish(
      Attempt attempt, MimeLetter letter, InternetAddress[] recipients, Conversation conversation) {
    List<String> refused =
        attempt.refusedForGood().stream().map(SmtpReplies.Refused::address).toList();
    Outcome<Sent> outcome = attempt.outcome();
    if (refused.isEmpty() || refused.size() >= recipients.length) {
      return outcome;
    }
    InternetAddress[] others =
        Arrays.stream(recipients)
            .filter(recipient -> !refused.contains(recipient.getAddress()))
            .toArray(InternetAddress[]::new);
    SmtpConnection connection = connection();
    conversation.over(connection);
    try {
      connect(connection);
    } catch (MessagingException e) {
      connection.closeQuietly();
      return passing("the connection was lost after some recipients were refused");
    }
    Outcome<Sent> second = attempt(connection, letter, others, conversation).outcome();
    if (second instanceof Outcome.Accepted<Sent>(Sent sent, Outcome.Detail detail)) {
      // The detail of an accepted message is what accepted it; why the rest was refused stands
      // behind it.
      return new Outcome.Accepted<>(
          new Sent(
              sent.providerMessageId(),
              refused,
              attempt.refusedForGood().stream()
                  .filter(SmtpReplies.Refused::gone)
                  .map(SmtpReplies.Refused::address)
                  .toList()),
          new Outcome.Detail(
              detail.status(),
              detail.code(),
              "%s (refused for some: %s)".formatted(detail.message(), outcome.detail().message()),
              detail.requestId()));
    }
    return second;
  }

  private Attempt attempt(
      SmtpConnection connection,
      MimeLetter letter,
      Address[] recipients,
      Conversation conversation) {
    boolean reused = connection.messages() > 0;
    conversation.over(connection);
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
      if (conversation.isOver() && SmtpReplies.isSilent(outcome)) {
        outcome =
            connection.ending()
                ? new Outcome.Unknown<>(
                    Outcome.Detail.none(tooLong("and was cut off while its end was awaited")))
                : passing(tooLong("and was cut off before its end"));
      }
      boolean stale =
          reused && !connection.ending() && !conversation.isOver() && SmtpReplies.isLost(outcome);
      // Whatever state the dialogue is in, the next message starts clean.
      connection.closeQuietly();
      return new Attempt(outcome, SmtpReplies.refusedForGood(e), stale);
    }
  }

  private SmtpConnection connection() {
    var sockets = new SmtpSockets(tls, allowed);
    return new SmtpConnection(
        Session.getInstance(properties(settings, sockets, timer)), url(), sockets);
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

  /// Passing, and no fault of the server.
  private static Outcome<Sent> busy(String reason) {
    return new Outcome.Passing<>(
        Duration.ZERO, new Outcome.Detail(0, EmailProvider.BUSY_HERE, reason, ""));
  }

  private String tooLong(String then) {
    return "the message took longer than %d s %s"
        .formatted(settings.messageTimeout().toSeconds(), then);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /// Angus waits for ever unless told otherwise, and falls back to unchecked sockets.
  private static Properties properties(
      SmtpSettings settings, SmtpSockets sockets, SmtpTimer timer) {
    Properties properties = new Properties();
    properties.put("mail.smtp.connectiontimeout", millis(settings.connectTimeout()));
    properties.put("mail.smtp.timeout", millis(settings.replyTimeout()));
    properties.put("mail.smtp.writetimeout", millis(settings.replyTimeout()));
    properties.put("mail.smtp.executor.writetimeout", timer.executor());
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
  private record Attempt(
      Outcome<Sent> outcome, List<SmtpReplies.Refused> refusedForGood, boolean stale) {}
}
