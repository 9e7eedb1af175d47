package dev.tenon.sandbox;

import dev.tenon.sandbox.application.ApplicationSimulator;
import dev.tenon.sandbox.calcom.CalcomSimulator;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.stripe.StripeSimulator;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// Runs the sandbox alone, so that an application's own tests can use it. `tenon sandbox` does the
/// same with more comfort; this needs nothing but the sandbox's own jars.
///
/// Arguments: `--NAME-port N` fixes the port of a simulator, `--data DIR` keeps state there. On
/// standard output comes one line of JSON with the URL of each simulator; then it runs until it is
/// stopped.
public final class SandboxMain {
  private SandboxMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    SandboxSettings settings;
    try {
      settings = settings(arguments);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      System.exit(2);
      return;
    }
    Sandbox sandbox = Sandbox.start(simulators(settings.clock(), 0), settings);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  sandbox.close();
                  stopped.countDown();
                }));
    var urls = Json.object();
    sandbox.urls().forEach((name, url) -> urls.put(name, url.toString()));
    out.println(Json.write(urls));
    stopped.await();
  }

  /// All simulators there are, in the order of the catalogue, not yet started.
  ///
  /// @param smtpPort where the mail server takes mails; 0 for a free port
  public static List<Simulator> simulators(InstantSource clock, int smtpPort) {
    List<Simulator> all = new ArrayList<>();
    all.add(new StripeSimulator());
    all.addAll(new EmailSandbox(clock, smtpPort).simulators());
    all.add(new ApplicationSimulator());
    all.add(new CalcomSimulator());
    return List.copyOf(all);
  }

  /// Reads the arguments.
  ///
  /// @throws IllegalArgumentException that names what is wrong
  static SandboxSettings settings(String[] arguments) {
    Map<String, Integer> ports = new HashMap<>();
    List<Path> data = new ArrayList<>();
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i];
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(name + " needs a value.");
      }
      String value = arguments[i + 1];
      if (name.equals("--data")) {
        data.add(Path.of(value));
      } else if (name.startsWith("--") && name.endsWith("-port")) {
        ports.put(name.substring(2, name.length() - "-port".length()), port(name, value));
      } else {
        throw new IllegalArgumentException(
            "Unknown argument " + name + ": use --NAME-port N or --data DIR.");
      }
    }
    SandboxSettings settings = SandboxSettings.defaults(InstantSource.system()).withPorts(ports);
    return data.isEmpty() ? settings : settings.withDirectory(data.getLast());
  }

  private static int port(String name, String value) {
    if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535) {
      throw new IllegalArgumentException(name + " must be from 0 to 65535, not " + value + ".");
    }
    return Integer.parseInt(value);
  }
}
