package dev.tenon.connector.email.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.function.Predicate;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// Makes the sockets of one SMTP connection. The address is judged at the moment of connecting, so
/// the one that was checked is the one that is used, whatever the name resolves to a second later.
///
/// For encrypted use Angus first asks for a bare socket, connects it, and then has it wrapped; it
/// would wrap in any case when the factory is one for TLS, so plain use has [#plain].
final class SmtpSockets extends SSLSocketFactory {
  private final SSLSocketFactory tls;
  private final Predicate<InetAddress> allowed;
  private volatile @Nullable Socket last;

  SmtpSockets(SSLSocketFactory tls, Predicate<InetAddress> allowed) {
    this.tls = tls;
    this.allowed = allowed;
  }

  /// Makes sockets that are judged in the same way and stay plain.
  SocketFactory plain() {
    return new PlainSockets(this);
  }

  @Override
  public Socket createSocket() {
    Socket socket = new CheckedSocket(allowed);
    last = socket;
    return socket;
  }

  /// Closes the socket that was made last, whoever waits for it.
  void abort() {
    Socket socket = last;
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException _) {
        // It is gone, which is what was wanted.
      }
    }
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return tls.createSocket(socket, host, port, autoClose);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return createSocket(host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port));
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
      throws IOException {
    return createSocket(address, port);
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return tls.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return tls.getSupportedCipherSuites();
  }

  private Socket connected(InetSocketAddress address) throws IOException {
    Socket socket = createSocket();
    try {
      socket.connect(address);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static final class PlainSockets extends SocketFactory {
    private final SmtpSockets checked;

    PlainSockets(SmtpSockets checked) {
      this.checked = checked;
    }

    @Override
    public Socket createSocket() {
      return checked.createSocket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return checked.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
        throws IOException {
      return checked.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      return checked.createSocket(host, port);
    }

    @Override
    public Socket createSocket(
        InetAddress address, int port, InetAddress localAddress, int localPort) throws IOException {
      return checked.createSocket(address, port);
    }
  }

  private static final class CheckedSocket extends Socket {
    private final Predicate<InetAddress> allowed;

    CheckedSocket(Predicate<InetAddress> allowed) {
      this.allowed = allowed;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
      connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
      if (endpoint instanceof InetSocketAddress address
          && !address.isUnresolved()
          && !allowed.test(address.getAddress())) {
        throw new SocketException(
            "the egress policy refuses " + address.getAddress().getHostAddress());
      }
      super.connect(endpoint, timeoutMillis);
    }
  }
}
