package dev.tenon.connector.email.smtp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A submission server that answers badly on request: any reply to any command, or none.
final class ScriptedSmtp implements AutoCloseable {
  /// Hangs up instead of replying.
  static final String HANG_UP = "";

  /// Says nothing and keeps the line open.
  static final String SILENCE = "silence";

  private final ServerSocket server;
  private final AtomicInteger open = new AtomicInteger();
  private final java.util.concurrent.Semaphore taken = new java.util.concurrent.Semaphore(0);
  private final java.util.concurrent.Semaphore openings = new java.util.concurrent.Semaphore(0);
  private final java.util.concurrent.Semaphore closings = new java.util.concurrent.Semaphore(0);
  private volatile java.time.Duration pause = java.time.Duration.ZERO;
  private volatile java.util.concurrent.CountDownLatch held =
      new java.util.concurrent.CountDownLatch(0);
  private final Map<String, String> replies = new ConcurrentHashMap<>();
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  ScriptedSmtp() {
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /// Answers every command that starts with `command` so; `.` stands for the end of the message.
  void on(String command, String reply) {
    replies.put(command.toUpperCase(Locale.ROOT), reply);
  }

  /// Takes its time before each reply.
  void slowly(java.time.Duration beforeEachReply) {
    pause = beforeEachReply;
  }

  /// Takes messages from now on, and answers when it is told to.
  void hold() {
    held = new java.util.concurrent.CountDownLatch(1);
  }

  void release() {
    held.countDown();
  }

  /// Returns when so many more messages were taken.
  void awaitMessages(int count) throws InterruptedException {
    taken.acquire(count);
  }

  /// Returns when so many more connections were opened.
  void awaitConnections(int count) throws InterruptedException {
    openings.acquire(count);
  }

  /// Returns when no connection is open.
  void awaitNoneOpen() throws InterruptedException {
    while (open.get() > 0) {
      closings.acquire();
    }
  }

  List<String> messages() {
    return List.copyOf(messages);
  }

  int connections() {
    return connections.get();
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
        connections.incrementAndGet();
        open.incrementAndGet();
        openings.release();
        Thread.startVirtualThread(() -> talk(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void talk(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
      OutputStream out = socket.getOutputStream();
      say(out, "220 scripted ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String reply = reply(line);
        if (reply.equals(HANG_UP)) {
          return;
        }
        if (!pause.isZero()) {
          // The slowness of the server is what is tested; nothing waits for it to pass.
          java.util.concurrent.locks.LockSupport.parkNanos(pause.toNanos());
        }
        say(out, reply);
        if (line.equalsIgnoreCase("DATA") && reply.startsWith("354")) {
          StringBuilder message = new StringBuilder();
          for (String text = in.readLine(); !text.equals("."); text = in.readLine()) {
            message.append(text).append('\n');
          }
          messages.add(message.toString());
          taken.release();
          held.await();
          String end = replies.getOrDefault(".", "250 2.0.0 Ok: queued as 4F2A");
          if (end.equals(HANG_UP)) {
            return;
          }
          if (end.equals(SILENCE)) {
            String _ = in.readLine();
            return;
          }
          say(out, end);
        }
        if (line.equalsIgnoreCase("QUIT")) {
          return;
        }
      }
    } catch (IOException _) {
      // The client went away.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      open.decrementAndGet();
      closings.release();
    }
  }

  private String reply(String line) {
    String command = line.toUpperCase(Locale.ROOT);
    for (Map.Entry<String, String> scripted : replies.entrySet()) {
      if (!scripted.getKey().equals(".") && command.startsWith(scripted.getKey())) {
        return scripted.getValue();
      }
    }
    if (command.startsWith("EHLO")) {
      return "250-scripted\r\n250 AUTH PLAIN LOGIN";
    }
    if (command.startsWith("AUTH")) {
      return "235 2.7.0 welcome";
    }
    return command.startsWith("DATA") ? "354 go on" : "250 2.1.0 Ok";
  }

  private static void say(OutputStream out, String reply) throws IOException {
    out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
