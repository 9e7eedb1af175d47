package dev.tenon.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ours =
          Proxy.newProxyInstance(
              StopSignals.class.getClassLoader(), new Class<?>[] {handler}, handling());
      for (String name : List.of("INT", "TERM")) {
        Object signal =
            Class.forName("sun.misc.Signal").getConstructor(String.class).newInstance(name);
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
  private static InvocationHandler handling() {
    return (proxy, method, arguments) ->
        switch (method.getName()) {
          case "handle" -> {
            end(number(arguments));
            yield null;
          }
          case "equals" -> proxy == arguments[0];
          case "hashCode" -> System.identityHashCode(proxy);
          default -> "handler of stop signals";
        };
  }

  private static int number(@Nullable Object[] arguments) throws ReflectiveOperationException {
    Object signal = java.util.Objects.requireNonNull(arguments[0]);
    return signal.getClass().getMethod("getNumber").invoke(signal) instanceof Integer number
        ? number
        : 0;
  }

  private static void end(int number) {
    if (TOLD.compareAndSet(false, true)) {
      System.exit(FROM_SIGNAL + number);
    } else {
      Runtime.getRuntime().halt(FROM_SIGNAL + number);
    }
  }
}
