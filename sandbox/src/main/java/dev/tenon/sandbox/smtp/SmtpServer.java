package dev.tenon.sandbox.smtp;

import dev.tenon.sandbox.mailbox.Mailbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A mail server on the loopback interface that takes every mail into the [Mailbox] and sends none.
///
/// It speaks RFC 5321 with AUTH PLAIN and LOGIN, SIZE, PIPELINING, 8BITMIME and SMTPUTF8, in the
/// clear. Recipients whose local part is `bounce`, `hard-bounce` or `suppressed` (550), `later` or
/// `delayed` (451), `full` or `soft-bounce` (552) or `blocked` (554), with or without `+label`, are
/// refused one by one, so that partial success can be seen.
public final class SmtpServer implements AutoCloseable {
  /// The longest message, in bytes, as announced by SIZE.
  public static final int MESSAGE_BYTES_MAX = 25 * 1024 * 1024;

  /// The most recipients of one mail.
  public static final int RECIPIENTS_MAX = 100;

  static final int CONNECTIONS_MAX = 64;
  static final int IDLE_MILLIS_MAX = 60_000;

  private static final Logger LOG = LoggerFactory.getLogger(SmtpServer.class);

  private final Mailbox mailbox;
  private final SmtpAccounts accounts;
  private final SmtpFaultSource faults;
  private final ServerSocket listener;
  private final Semaphore free = new Semaphore(CONNECTIONS_MAX);
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private SmtpServer(
      Mailbox mailbox, SmtpAccounts accounts, SmtpFaultSource faults, ServerSocket listener) {
    this.mailbox = mailbox;
    this.accounts = accounts;
    this.faults = faults;
    this.listener = listener;
  }

  /// Starts a server that answers once this returns.
  ///
  /// @param port 0 for a free one
  /// @param faults what goes wrong on purpose
  /// @throws IOException when the port can't be had
  public static SmtpServer start(
      int port, Mailbox mailbox, SmtpAccounts accounts, SmtpFaultSource faults) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    SmtpServer server = new SmtpServer(mailbox, accounts, faults, listener);
    Thread.ofVirtual().name("sandbox-smtp").start(server::accept);
    return server;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /// Closes the listener and every open connection. May be called twice.
  @Override
  public void close() {
    closeQuietly(listener);
    open.forEach(SmtpServer::closeQuietly);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        if (free.tryAcquire()) {
          open.add(client);
          Thread.ofVirtual().name("sandbox-smtp-client").start(() -> serve(client));
        } else {
          refuse(client);
        }
      } catch (IOException closed) {
        if (!listener.isClosed()) {
          LOG.warn("The sandbox's mail server could not accept a connection; it goes on", closed);
        }
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(IDLE_MILLIS_MAX);
      client.setTcpNoDelay(true);
      new SmtpSession(
              new SmtpInput(client.getInputStream()),
              client.getOutputStream(),
              mailbox,
              accounts,
              faults)
          .run();
    } catch (IOException gone) {
      LOG.debug("A mail client went away: {}", gone.getMessage());
    } finally {
      open.remove(client);
      free.release();
    }
  }

  private static void refuse(Socket client) {
    try (client) {
      client
          .getOutputStream()
          .write(
              "421 4.3.2 too many connections, try again later\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
    } catch (IOException gone) {
      LOG.debug("A mail client went away before it was refused: {}", gone.getMessage());
    }
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception failed) {
      LOG.debug("Closing a socket failed: {}", failed.getMessage());
    }
  }
}
