package dev.tenon.connector.email;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/// Plays one scripted reply per request on loopback and keeps what was asked. With an empty script
/// it hangs up.
public final class ScriptedHttp implements AutoCloseable {
  private final ServerSocket server;
  private final BlockingQueue<Reply> script = new LinkedBlockingQueue<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /// @param status 0 hangs up after the request was read whole
  record Reply(int status, Map<String, String> headers, String body) {}

  /// One request as it came.
  public record Request(String line, Map<String, String> headers, String body) {}

  public ScriptedHttp() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  public URI base() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  public void reply(int status, String body) {
    script.add(new Reply(status, Map.of("content-type", "application/json"), body));
  }

  public void reply(int status, Map<String, String> headers, String body) {
    script.add(new Reply(status, headers, body));
  }

  public void hangUpAfterRequest() {
    script.add(new Reply(0, Map.of(), ""));
  }

  public List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      String line = line(in);
      Map<String, String> headers = new LinkedHashMap<>();
      for (String header = line(in); !header.isEmpty(); header = line(in)) {
        int colon = header.indexOf(':');
        headers.put(
            header.substring(0, colon).toLowerCase(Locale.ROOT),
            header.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      byte[] body = in.readNBytes(length);
      requests.add(new Request(line, headers, new String(body, StandardCharsets.UTF_8)));
      Reply reply = script.poll();
      if (reply == null || reply.status() == 0) {
        return;
      }
      byte[] answer = reply.body().getBytes(StandardCharsets.UTF_8);
      StringBuilder head = new StringBuilder("HTTP/1.1 " + reply.status() + " Scripted\r\n");
      reply.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      head.append("content-length: " + answer.length + "\r\nconnection: close\r\n\r\n");
      out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
      out.write(answer);
      out.flush();
    } catch (IOException _) {
      // The client went away; the test sees it in its own outcome.
    }
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
