package dev.tenon.connector.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/// A server on loopback that does to a connection what the test says, down to the bytes: an HTTP
/// server that behaves can't show what a client makes of one that doesn't.
final class RawServer implements AutoCloseable {
  /// What to do with one connection. The socket is closed afterwards.
  interface Script {
    void serve(Socket socket) throws IOException;
  }

  private final ServerSocket server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final Semaphore closed = new Semaphore(0);
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();

  RawServer(Script script) {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().start(() -> accept(script));
  }

  private void accept(Script script) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(script, socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Script script, Socket socket) {
    try (socket) {
      script.serve(socket);
    } catch (IOException _) {
      // The client went away, which some of the tests want.
    } finally {
      closed.release();
    }
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
  }

  /// Reads one request with a body of announced length and remembers it.
  String readRequest(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    var text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("closed before a whole request");
      }
      text.append((char) next);
    }
    String head = text.toString().toLowerCase(java.util.Locale.ROOT);
    int at = head.indexOf("content-length: ");
    if (at >= 0) {
      int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
      text.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }
    requests.add(text.toString());
    return text.toString();
  }

  static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /// The requests read whole so far.
  List<String> requests() {
    return List.copyOf(requests);
  }

  /// Waits until one more connection has been closed by this side.
  void awaitClosed() {
    closed.acquireUninterruptibly();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
