package dev.tenon.email;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/// The least that a client of Postmark talks to: takes every message and answers at once. For
/// measuring our own side.
final class PostmarkStub implements AutoCloseable {
  private static final byte[] ANSWER = answer();

  private final ServerSocket server;
  private final AtomicLong taken = new AtomicLong();

  PostmarkStub() {
    try {
      server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /// How many messages it took.
  long taken() {
    return taken.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      var in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
      while (true) {
        int length = readHead(in);
        if (length < 0) {
          return;
        }
        in.skipNBytes(length);
        taken.incrementAndGet();
        socket.getOutputStream().write(ANSWER);
      }
    } catch (IOException e) {
      // The client went away.
    }
  }

  /// Reads a request's head and answers the length of its body, or -1 at the end of the stream.
  private static int readHead(InputStream in) throws IOException {
    int length = 0;
    var line = new StringBuilder();
    while (true) {
      int c = in.read();
      if (c < 0) {
        return -1;
      }
      if (c == '\n') {
        if (line.isEmpty()) {
          return length;
        }
        String text = line.toString().toLowerCase(Locale.ROOT);
        if (text.startsWith("content-length:")) {
          length = Integer.parseInt(text.substring(15).strip());
        }
        line.setLength(0);
      } else if (c != '\r') {
        line.append((char) c);
      }
    }
  }

  private static byte[] answer() {
    String body =
        "{\"To\":\"a@b.test\",\"SubmittedAt\":\"2026-11-24T10:00:00Z\",\"MessageID\":"
            + "\"0a129aee-e1cd-480d-b08d-4f48548ff48d\",\"ErrorCode\":0,\"Message\":\"OK\"}";
    return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
