package dev.tenon.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// SIGINT and SIGTERM: the first ends the process in order, the second at once, with the exit codes
/// that Java itself gives (130 and 143). By itself Java lets everything after the first wait.
///
/// `sun.misc.Signal` is the only way there is and is open to all (`jdk.unsupported`), but the
/// compiler warns of it in a way that can't be switched off for one place; so it is called by name.
/// Where it is missing, Java's own behaviour stays.
final class StopSignals {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);
  private static final int FROM_SIGNAL = 128;
  private static final AtomicBoolean TOLD = new AtomicBoolean();

  private final Map<Object, Object> before;

  private StopSignals(Map<Object, Object> before) {
    this.before = before;
  }

  static StopSignals take() {
    Map<Object, Object> before = new HashMap<>();
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Consumer<Object> heard = StopSignals::told;
      MethodHandle told =
          MethodHandles.publicLookup()
              .findVirtual(
                  Consumer.class, "accept", MethodType.methodType(void.class, Object.class))
              .bindTo(heard)
              .asType(MethodType.methodType(void.class, signalType));
      Object ours =
          MethodHandleProxies.asInterfaceInstance(Class.forName("sun.misc.SignalHandler"), told);
      for (String name : List.of("INT", "TERM")) {
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        before.put(signal, handle(signal, ours));
      }
    } catch (ReflectiveOperationException e) {
      LOG.debug("signals are left to Java", e);
    }
    return new StopSignals(before);
  }

  /// Puts back what was there.
  void giveBack() {
    new ArrayList<>(before.entrySet())
        .forEach(
            entry -> {
              try {
                Object _ = handle(entry.getKey(), entry.getValue());
              } catch (ReflectiveOperationException e) {
                LOG.debug("a signal could not be given back", e);
              }
            });
  }

  private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
    return signal
        .getClass()
        .getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"))
        .invoke(null, signal, handler);
  }

  /// A signal comes in a thread of its own, so that the first may wait for the end.
  private static void told(Object signal) {
    try {
      Object number = signal.getClass().getMethod("getNumber").invoke(signal);
      end(number instanceof Integer known ? known : 0);
    } catch (ReflectiveOperationException e) {
      end(0);
    }
  }

  private static void end(int number) {
    if (TOLD.compareAndSet(false, true)) {
      System.exit(FROM_SIGNAL + number);
    } else {
      Runtime.getRuntime().halt(FROM_SIGNAL + number);
    }
  }
}
