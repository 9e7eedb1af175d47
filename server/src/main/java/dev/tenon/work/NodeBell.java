package dev.tenon.work;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.NotifyChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries signals to the other nodes by `LISTEN` and `NOTIFY`: what one node commits wakes workers
/// on all.
///
/// A commit with a notification takes a lock that all of the server's databases share, so none is
/// made in a transaction that does work: a thread of its own gathers the signals and sends at most
/// one notification in [Pace#gather], on a connection of its own. What comes from this node itself
/// is not acted upon.
///
/// Nothing depends on it. While the connection is away, or behind a pooler that can't listen,
/// workers find their work when they look by themselves; as soon as it listens again they are woken
/// once, for what was missed.
public final class NodeBell implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeBell.class);
  static final String CHANNEL = "tenon_work";

  private final DatabaseAddress address;
  private final Map<String, Signal> signals;
  private final Pace pace;
  private final String node = UUID.randomUUID().toString();
  private final Set<String> toTell = ConcurrentHashMap.newKeySet();
  private final Signal wanted = new Signal();
  private final CountDownLatch triedToListen = new CountDownLatch(1);
  private final Thread listener = Thread.ofPlatform().name("bell-listener").unstarted(this::listen);
  private final Thread teller = Thread.ofPlatform().name("bell-teller").unstarted(this::tell);
  private volatile @Nullable NotifyChannel listening;
  private volatile boolean closing;

  /// How fast it goes.
  ///
  /// @param gather the least time between two notifications of this node
  /// @param again how long it waits before it connects again
  /// @param alive how often a silent connection is asked whether it is still there
  public record Pace(Duration gather, Duration again, Duration alive) {
    public static final Pace DEFAULT =
        new Pace(Duration.ofMillis(50), Duration.ofSeconds(2), Duration.ofSeconds(30));
  }

  /// @param signals by names that mean the same on every node: lower-case letters and hyphens
  public NodeBell(DatabaseAddress address, Map<String, Signal> signals, Pace pace) {
    this.address = address;
    this.signals = new TreeMap<>(signals);
    this.pace = pace;
    this.signals.forEach(
        (name, signal) ->
            signal.onRaise(
                () -> {
                  if (toTell.add(name)) {
                    wanted.wakeHere();
                  }
                }));
  }

  /// Begins to carry signals. Returns when it listens, or when the first try to has failed.
  public void start() {
    listener.start();
    teller.start();
    try {
      boolean _ = triedToListen.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void listen() {
    boolean said = false;
    while (!closing) {
      try (var channel = NotifyChannel.open(address, CHANNEL, "tenon-bell-listener")) {
        listening = channel;
        channel.listen();
        said = false;
        // What was told while nobody listened.
        signals.values().forEach(Signal::wakeHere);
        triedToListen.countDown();
        hearUntilClosed(channel);
      } catch (NotifyChannel.Lost e) {
        if (!closing && !said) {
          LOG.warn(
              "can't listen to other nodes, so their work is found by looking only; trying on: {}",
              e.getMessage());
          said = true;
        }
      } finally {
        listening = null;
        triedToListen.countDown();
      }
      pause(pace.again());
    }
  }

  private void hearUntilClosed(NotifyChannel channel) {
    while (!closing) {
      channel.hear(pace.alive()).forEach(this::hear);
    }
  }

  /// `NODE name name …`; names that this version doesn't know are a newer node's.
  private void hear(String payload) {
    List<String> words = List.of(payload.split(" "));
    if (words.getFirst().equals(node)) {
      return;
    }
    for (String name : words.subList(1, words.size())) {
      Signal signal = signals.get(name);
      if (signal != null) {
        signal.wakeHere();
      }
    }
  }

  private void tell() {
    @Nullable NotifyChannel channel = null;
    while (!closing) {
      try {
        long seen = wanted.seen();
        if (toTell.isEmpty()) {
          wanted.await(seen, pace.alive());
          continue;
        }
        if (channel == null) {
          channel = NotifyChannel.open(address, CHANNEL, "tenon-bell-teller");
        }
        send(channel);
        pause(pace.gather());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      } catch (NotifyChannel.Lost e) {
        LOG.debug("other nodes are not told: {}", e.getMessage());
        close(channel);
        channel = null;
        pause(pace.again());
      }
    }
    close(channel);
  }

  private static void close(@Nullable NotifyChannel channel) {
    if (channel != null) {
      channel.close();
    }
  }

  private void send(NotifyChannel channel) {
    var names = new TreeSet<String>();
    // Taken off before it is sent: what is raised from now on is told again.
    toTell.removeIf(names::add);
    try {
      channel.tell(node + " " + String.join(" ", names));
    } catch (NotifyChannel.Lost e) {
      toTell.addAll(names);
      throw e;
    }
  }

  private void pause(Duration time) {
    if (!closing) {
      LockSupport.parkNanos(time.toNanos());
    }
  }

  /// Stops carrying. May be called twice.
  @Override
  public void close() {
    closing = true;
    wanted.wakeHere();
    // The listener may be waiting for the socket: only an abort ends that.
    NotifyChannel channel = listening;
    if (channel != null) {
      channel.abort();
    }
    for (Thread thread : List.of(listener, teller)) {
      LockSupport.unpark(thread);
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
