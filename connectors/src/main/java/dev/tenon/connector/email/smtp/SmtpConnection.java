package dev.tenon.connector.email.smtp;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.time.Instant;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/// One open connection that remembers how far the current message got. The final dot is the line
/// between "certainly not taken" and "nobody knows" (RFC 5321, 4.2.5 and 6.1).
final class SmtpConnection extends SMTPTransport {
  private final SmtpSockets sockets;
  private boolean ending;
  private int messages;
  private Instant idleSince = Instant.EPOCH;

  /// @param sockets makes the sockets of this connection alone
  SmtpConnection(Session session, URLName url, SmtpSockets sockets) {
    super(session, url);
    this.sockets = sockets;
  }

  /// Cuts the connection off under whoever is using it; for another thread than theirs.
  void abort() {
    sockets.abort();
  }

  @Override
  protected void finishData() throws IOException, MessagingException {
    ending = true;
    super.finishData();
  }

  /// To be called before each message.
  void startMessage() {
    ending = false;
    messages++;
  }

  /// True once the final dot of the current message may have been written.
  boolean ending() {
    return ending;
  }

  /// How many messages were started on this connection.
  int messages() {
    return messages;
  }

  Instant idleSince() {
    return idleSince;
  }

  void idleSince(Instant since) {
    idleSince = since;
  }

  /// Closes and forgets what closing says: the outcome of the message is known by now.
  void closeQuietly() {
    try {
      close();
    } catch (MessagingException _) {
      // The server is gone, which is what was wanted.
    }
  }
}
