package dev.tenon.connector.email.smtp;

import dev.tenon.connector.Secret;
import java.time.Duration;

/// Where and how mail is submitted.
///
/// @param host name or address of the submission server
/// @param port 1 to 65535; usually 587 with [Security#STARTTLS], 465 with [Security#TLS]
/// @param login how to authenticate
/// @param connectionsMax open connections at most, 1 to 20
/// @param connectTimeout bound for opening the connection
/// @param replyTimeout bound for each reply, the one after the message included: RFC 5321 allows
///   ten minutes there, and a shorter bound makes more outcomes unknown
/// @param messageTimeout bound for one message as a whole, from waiting for a connection to the
///   last reply; a caller that holds a lease on the message makes it shorter than the lease
public record SmtpSettings(
    String host,
    int port,
    Security security,
    Login login,
    int connectionsMax,
    Duration connectTimeout,
    Duration replyTimeout,
    Duration messageTimeout) {

  /// How the connection is protected. Certificates and host names are always checked.
  public enum Security {
    /// No encryption: for a relay on the same machine and for tests.
    PLAIN,
    /// Upgraded before anything is said; a server that doesn't offer it is refused.
    STARTTLS,
    /// Encrypted from the first byte.
    TLS
  }

  /// How to authenticate.
  public sealed interface Login {
    record None() implements Login {}

    record Password(String user, Secret password) implements Login {}
  }

  public SmtpSettings {
    if (host.isBlank() || host.length() > 253 || host.chars().anyMatch(c -> c <= ' ')) {
      throw new IllegalArgumentException("the SMTP host must be a host name");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("the SMTP port must be 1 to 65535, but is " + port);
    }
    if (connectionsMax < 1 || connectionsMax > 20) {
      throw new IllegalArgumentException(
          "SMTP connections must be 1 to 20, but are " + connectionsMax);
    }
    if (!connectTimeout.isPositive()
        || !replyTimeout.isPositive()
        || !messageTimeout.isPositive()) {
      throw new IllegalArgumentException("SMTP time-outs must be positive");
    }
  }

  /// With four connections, 10 s to connect, 60 s for each reply and 90 s for a message.
  public static SmtpSettings of(String host, int port, Security security, Login login) {
    return new SmtpSettings(
        host,
        port,
        security,
        login,
        4,
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(90));
  }

  /// The same with a message taking no longer than `limit`.
  public SmtpSettings within(Duration limit) {
    return new SmtpSettings(
        host,
        port,
        security,
        login,
        connectionsMax,
        connectTimeout,
        replyTimeout,
        limit.compareTo(messageTimeout) < 0 ? limit : messageTimeout);
  }
}
