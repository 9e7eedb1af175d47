package dev.tenon.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/// Sends webhooks and other requests over kept-alive HTTP/1.1 connections from one thread, as
/// cheaply as it can: the processor time of the generator is part of what a 2-core machine has to
/// give.
///
/// Two ways. *Closed*: each connection sends the next webhook when the last one was answered, which
/// shows the most that goes. *Paced*: webhooks are due at a steady rate and their latency counts
/// from when they were due, so that a stall of the server is not hidden by a generator that waits
/// (coordinated omission).
final class Load implements AutoCloseable {
  private static final int ANSWER_BYTES_MAX = 16 * 1024;
  private static final int LONG_ANSWER_BYTES_MAX = 1 << 20;

  private final InetSocketAddress address;
  private final String head;
  private final List<Connection> connections = new ArrayList<>();
  private final Selector selector;
  private final int answerBytesMax;

  /// Where requests come from, each as the bytes that are sent. `next` gives the next one, or
  /// nothing when there are no more.
  interface Requests {
    Optional<byte[]> next();

    /// The request that `next` gave as the `index`-th (from 0) was answered with `status`, or 0
    /// when its connection broke.
    default void answered(long index, int status) {}
  }

  /// Where webhooks come from. `next` gives the next one, or nothing when there are no more.
  interface Source {
    Optional<StripeWebhooks.Signed> next();

    /// The webhook that `next` gave as the `index`-th (from 0) was answered with `status`, or 0
    /// when its connection broke.
    default void answered(long index, int status) {}
  }

  /// What came of it.
  ///
  /// @param statuses answers by status; 0 counts requests whose connection broke before an answer
  /// @param latency in microseconds
  record Result(Duration took, Map<Integer, Long> statuses, Histogram latency) {
    long count(int status) {
      return statuses.getOrDefault(status, 0L);
    }

    long all() {
      return statuses.values().stream().mapToLong(Long::longValue).sum();
    }

    /// Answered with 2xx.
    long good() {
      return statuses.entrySet().stream()
          .filter(entry -> entry.getKey() / 100 == 2)
          .mapToLong(Map.Entry::getValue)
          .sum();
    }

    double perSecond() {
      return good() / (took.toNanos() / 1e9);
    }

    double millis(double percentile) {
      return latency.getValueAtPercentile(percentile) / 1e3;
    }
  }

  /// Opens `count` connections to `hook`, an `http://` address on this machine.
  Load(URI hook, int count) {
    this(hook, count, ANSWER_BYTES_MAX);
  }

  /// Opens `count` connections for requests whose answers are long, up to a MiB.
  static Load ofLongAnswers(URI place, int count) {
    return new Load(place, count, LONG_ANSWER_BYTES_MAX);
  }

  private Load(URI hook, int count, int answerBytesMax) {
    this.answerBytesMax = answerBytesMax;
    if (!"127.0.0.1".equals(hook.getHost())) {
      throw new IllegalArgumentException("load goes to this machine only, not to " + hook);
    }
    address = new InetSocketAddress(hook.getHost(), hook.getPort());
    head =
        "POST %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: Stripe/1.0\r\nContent-Type: application/json; charset=utf-8\r\n"
            .formatted(hook.getPath(), hook.getHost(), hook.getPort());
    try {
      selector = Selector.open();
      for (int i = 0; i < count; i++) {
        connections.add(new Connection());
      }
    } catch (IOException e) {
      throw new BenchFailure("cannot connect to " + hook + ": " + e.getMessage(), e);
    }
  }

  private final class Connection {
    SocketChannel channel;
    SelectionKey key;
    ByteBuffer out = ByteBuffer.allocate(0);
    final ByteBuffer in = ByteBuffer.allocate(answerBytesMax);
    long index = -1;
    long dueAt;
    boolean busy;

    Connection() throws IOException {
      channel = open();
      key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    SocketChannel open() throws IOException {
      SocketChannel made = SocketChannel.open(address);
      made.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
      made.configureBlocking(false);
      return made;
    }

    void send(byte[] request, long index, long dueAt) throws IOException {
      out = ByteBuffer.wrap(request);
      in.clear();
      this.index = index;
      this.dueAt = dueAt;
      busy = true;
      write();
    }

    void write() throws IOException {
      channel.write(out);
      key.interestOps(
          out.hasRemaining() ? SelectionKey.OP_WRITE | SelectionKey.OP_READ : SelectionKey.OP_READ);
    }

    /// The status once the whole answer is there, else 0.
    int read() throws IOException {
      if (channel.read(in) < 0) {
        throw new IOException("closed by the server");
      }
      int status = Answer.status(in.array(), in.position());
      if (status == 0 && !in.hasRemaining()) {
        throw new BenchFailure("an answer is longer than %d bytes".formatted(answerBytesMax));
      }
      return status;
    }

    void reopen() throws IOException {
      key.cancel();
      channel.close();
      channel = open();
      key = channel.register(selector, SelectionKey.OP_READ, this);
      busy = false;
    }
  }

  /// As fast as the connections go, for `duration` or until the source has no more.
  Result closed(Source source, Duration duration) {
    return run(signed(source), duration, 0);
  }

  /// As fast as the connections go, for `duration` or until there are no more.
  Result asked(Requests requests, Duration duration) {
    return run(requests, duration, 0);
  }

  /// `perSecond` webhooks a second, for `duration` or until the source has no more.
  Result paced(Source source, Duration duration, double perSecond) {
    return run(signed(source), duration, perSecond);
  }

  private Requests signed(Source source) {
    return new Requests() {
      @Override
      public Optional<byte[]> next() {
        return source.next().map(Load.this::bytes);
      }

      @Override
      public void answered(long index, int status) {
        source.answered(index, status);
      }
    };
  }

  private byte[] bytes(StripeWebhooks.Signed webhook) {
    return HttpBytes.request(
        head + "Stripe-Signature: " + webhook.signature() + "\r\n", webhook.body());
  }

  private Result run(Requests source, Duration duration, double perSecond) {
    Map<Integer, Long> statuses = new HashMap<>();
    var latency = new Histogram(60_000_000L, 3);
    long start = System.nanoTime();
    long end = start + duration.toNanos();
    double gap = perSecond > 0 ? 1e9 / perSecond : 0;
    long sent = 0;
    boolean more = true;
    Deque<Connection> free = new ArrayDeque<>(connections);
    try {
      while (true) {
        long now = System.nanoTime();
        while (more && !free.isEmpty()) {
          long due = gap == 0 ? now : start + (long) (sent * gap);
          if (due > now || now >= end) {
            break;
          }
          Optional<byte[]> next = source.next();
          if (next.isEmpty()) {
            more = false;
            break;
          }
          free.removeFirst().send(next.get(), sent++, due);
          now = System.nanoTime();
        }
        boolean open = more && now < end;
        if (!open && free.size() == connections.size()) {
          break;
        }
        if (now > end + 30_000_000_000L) {
          throw new BenchFailure("the server has not answered for 30 s");
        }
        long wait =
            gap > 0 && open && !free.isEmpty()
                ? Math.max(0, (start + (long) (sent * gap) - now) / 1_000_000)
                : 100;
        if (wait == 0) {
          selector.selectNow();
        } else {
          selector.select(wait);
        }
        for (SelectionKey key : selector.selectedKeys()) {
          var connection = (Connection) key.attachment();
          try {
            if (key.isWritable()) {
              connection.write();
            }
            if (key.isReadable() && connection.busy) {
              int status = connection.read();
              if (status != 0) {
                latency.recordValue(
                    Math.min((System.nanoTime() - connection.dueAt) / 1000, 60_000_000L));
                statuses.merge(status, 1L, Long::sum);
                source.answered(connection.index, status);
                connection.busy = false;
                free.addLast(connection);
              }
            }
          } catch (IOException e) {
            boolean lost = connection.busy;
            if (lost) {
              statuses.merge(0, 1L, Long::sum);
              source.answered(connection.index, 0);
            }
            try {
              connection.reopen();
            } catch (IOException again) {
              throw new ServerGone(again);
            }
            if (lost) {
              free.addLast(connection);
            }
          }
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      throw new ServerGone(e);
    }
    return new Result(Duration.ofNanos(System.nanoTime() - start), statuses, latency);
  }

  /// The server takes no connections any more.
  static final class ServerGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ServerGone(IOException cause) {
      super("the server takes no connections: " + cause.getMessage(), cause);
    }
  }

  @Override
  public void close() {
    try {
      for (Connection connection : connections) {
        connection.channel.close();
      }
      selector.close();
    } catch (IOException e) {
      throw new BenchFailure("closing connections failed", e);
    }
  }
}
