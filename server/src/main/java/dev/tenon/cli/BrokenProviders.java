package dev.tenon.cli;

import dev.tenon.sandbox.mailbox.Carrier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Email providers of the sandbox that are broken for a while. However the command ends, short of
/// being killed outright, they work again: also on Ctrl-C.
final class BrokenProviders implements AutoCloseable {
  private static final List<String> PROVIDERS =
      Stream.of(Carrier.values()).map(Carrier::id).toList();
  private static final List<String> WAYS = List.of("down", "key", "silent");

  private final StandIns sandbox;
  private final Steps steps;
  private final Map<String, String> broken;
  private final Thread hook = Thread.ofPlatform().name("mend-providers").unstarted(this::mend);
  private boolean mended;

  private BrokenProviders(StandIns sandbox, Steps steps, Map<String, String> broken) {
    this.sandbox = sandbox;
    this.steps = steps;
    this.broken = broken;
  }

  /// Reads `postmark`, `postmark=down` and the like.
  static Map<String, String> read(List<String> options) {
    Map<String, String> read = new LinkedHashMap<>();
    for (String option : options) {
      int equals = option.indexOf('=');
      String provider =
          (equals < 0 ? option : option.substring(0, equals)).toLowerCase(Locale.ROOT);
      String how = equals < 0 ? "down" : option.substring(equals + 1);
      if (!PROVIDERS.contains(provider) || !WAYS.contains(how)) {
        throw new CommandFailed(
            Failure.USAGE,
            "--break %s: say PROVIDER or PROVIDER=HOW; the providers are %s, the ways %s"
                .formatted(option, String.join(", ", PROVIDERS), String.join(", ", WAYS)));
      }
      read.put(provider, how);
    }
    return read;
  }

  /// Breaks them. An empty map breaks nothing.
  static BrokenProviders breakAll(StandIns sandbox, Steps steps, Map<String, String> ways) {
    var broken = new BrokenProviders(sandbox, steps, Map.copyOf(ways));
    if (ways.isEmpty()) {
      broken.mended = true;
      return broken;
    }
    Runtime.getRuntime().addShutdownHook(broken.hook);
    try {
      ways.forEach(
          (provider, how) -> {
            sandbox.breakProvider(provider, how);
            steps.now(
                "provider broken",
                provider + " " + inWords(how),
                Map.of("provider", provider, "how", how));
          });
    } catch (RuntimeException e) {
      broken.close();
      throw e;
    }
    return broken;
  }

  private static String inWords(String how) {
    return switch (how) {
      case "key" -> "refuses the key";
      case "silent" -> "takes one mail and never answers";
      default -> "answers 503";
    };
  }

  private synchronized void mend() {
    if (mended) {
      return;
    }
    mended = true;
    broken.forEach(
        (provider, _) -> {
          try {
            sandbox.mendProvider(provider);
            steps.now("provider mended", provider, Map.of("provider", provider));
          } catch (CommandFailed e) {
            steps.now(
                "provider not mended",
                provider + ": " + e.text() + ". Mend it in the mailbox",
                Map.of("provider", provider, "error", e.text()));
          }
        });
  }

  @Override
  public void close() {
    mend();
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is stopping, so the hook runs and finds everything mended.
    }
  }
}
