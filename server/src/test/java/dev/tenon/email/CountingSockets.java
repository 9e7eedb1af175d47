package dev.tenon.email;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.SocketFactory;

/// Sockets for the PostgreSQL driver that count round trips: the driver flushes once for each time
/// it begins to wait for an answer. Named in the JDBC URL as `socketFactory`.
public final class CountingSockets extends SocketFactory {
  /// Flushes of all sockets so far.
  public static final AtomicLong TRIPS = new AtomicLong();

  @Override
  public Socket createSocket() {
    return new Counting();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw new SocketException("the driver connects by itself");
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    throw new SocketException("the driver connects by itself");
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw new SocketException("the driver connects by itself");
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    throw new SocketException("the driver connects by itself");
  }

  private static final class Counting extends Socket {
    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          TRIPS.incrementAndGet();
          out.write(bytes, from, length);
        }
      };
    }
  }
}
