package dev.tenon.cli;

import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxMain;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.email.SesSimulator;
import dev.tenon.sandbox.smtp.SmtpSimulator;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The stand-in providers without the server, for the tests of an application that speaks to the
/// providers itself.
@Command(
    name = "sandbox",
    description =
        "Start the stand-in providers alone: Stripe, the email providers, the mailbox, an application.")
final class SandboxCommand implements Callable<Integer> {
  /// Where stand-ins for Stripe usually listen.
  private static final int PORT_DEFAULT = 12_111;

  private static final int PORT_MAX = 65_535;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder that keeps their state between runs; without it, nothing is kept.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the first; the others follow. 0 picks free ones. Default: 12111.")
  private int port = PORT_DEFAULT;

  @Option(
      names = "--ready-file",
      paramLabel = "PATH",
      description = "Written when everything answers: the addresses.")
  private @Nullable Path readyFile;

  private final Console console;
  private final Json json;

  SandboxCommand(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    InstantSource clock = InstantSource.system();
    int count = SandboxMain.simulators(clock, 0).size();
    if (port < 0 || port > PORT_MAX - count) {
      throw new CommandFailed(
          Failure.USAGE, "--port is 0, or from 1 to %d".formatted(PORT_MAX - count));
    }
    ClientLog.start(console.environment());
    List<Simulator> simulators = SandboxMain.simulators(clock, port == 0 ? 0 : port + count);
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (Simulator simulator : simulators) {
      ports.put(simulator.name(), port == 0 ? 0 : port + ports.size());
    }
    SandboxSettings settings = SandboxSettings.defaults(clock).withPorts(ports);
    UntilStopped.run(
        stop -> {
          Sandbox sandbox =
              stop.add(start(simulators, data == null ? settings : settings.withDirectory(data)));
          Map<String, Object> ready = ready(sandbox, simulators);
          ReadyFile.write(readyFile, ready);
          console.answer(json.wanted(), text(sandbox.urls(), smtpPort(simulators)), ready);
          stop.hold();
        });
    return 0;
  }

  private static Sandbox start(List<Simulator> simulators, SandboxSettings settings) {
    try {
      return Sandbox.start(simulators, settings);
    } catch (IllegalStateException e) {
      throw new CommandFailed(
          Failure.FAILED,
          "%s Another program may have it; choose others with --port, or let it choose with --port 0"
              .formatted(e.getMessage()));
    }
  }

  private static int smtpPort(List<Simulator> simulators) {
    return simulators.stream()
        .filter(SmtpSimulator.class::isInstance)
        .map(SmtpSimulator.class::cast)
        .findFirst()
        .orElseThrow()
        .smtpPort();
  }

  private static Map<String, Object> ready(Sandbox sandbox, List<Simulator> simulators) {
    Map<String, Object> urls = new LinkedHashMap<>();
    sandbox.urls().forEach((name, url) -> urls.put(name, url.toString()));
    return Map.of("sandbox", urls, "mail_server", "smtp://127.0.0.1:" + smtpPort(simulators));
  }

  private static String text(Map<String, URI> urls, int smtpPort) {
    return """
    The sandbox is ready.

      Stripe       %1$s
      Postmark     %2$s
      Resend       %3$s
      SendGrid     %10$s
      Amazon SES   %11$s
      Mailgun      %13$s
      Mail server  127.0.0.1:%5$d (its faults: %6$s)
      Mailbox      %4$s
      Application  %9$s (takes signed webhooks at /hooks)

    Point the SDKs of your application at it:
      Stripe, Java       StripeClient.builder().setApiKey("sk_test_any").setApiBase("%1$s")
      Stripe, Node       new Stripe("sk_test_any", {host: "127.0.0.1", port: %7$d, protocol: "http"})
      Stripe, Python     stripe.api_base = "%1$s"
      Postmark, Node     new ServerClient("any", {requestHost: "127.0.0.1:%8$d", useHttps: false})
      Resend, Node       new Resend("re_any", {baseUrl: "%3$s"})
      SendGrid, Node     sgMail.client.setDefaultRequest("baseUrl", "%10$s")
      Amazon SES, Node   new SESv2Client({endpoint: "%11$s", region: "us-east-1", credentials:
                           {accessKeyId: "AKIASANDBOXANYKEY000", secretAccessKey: "%12$s"}})
      Mailgun, Node      mailgun.client({username: "api", key: "any", url: "%13$s"})
      SMTP               host 127.0.0.1, port %5$d, no TLS

    Keys: any; for Stripe one that begins with sk_test_, for Resend re_, for SendGrid SG.
    Amazon's are checked: any access key id that begins with AKIA, with the secret key above.
    Webhooks go where you register an endpoint by Stripe's API: POST %1$s/v1/webhook_endpoints
    Each page lists what it did and how to break it. Stop with Ctrl-C."""
        .formatted(
            url(urls, "stripe"),
            url(urls, "postmark"),
            url(urls, "resend"),
            url(urls, "mailbox"),
            smtpPort,
            url(urls, "smtp"),
            port(urls, "stripe"),
            port(urls, "postmark"),
            url(urls, "application"),
            url(urls, "sendgrid"),
            url(urls, "ses"),
            SesSimulator.SECRET_KEY,
            url(urls, "mailgun"));
  }

  private static String url(Map<String, URI> urls, String name) {
    return String.valueOf(urls.get(name));
  }

  private static int port(Map<String, URI> urls, String name) {
    @Nullable URI url = urls.get(name);
    return url == null ? 0 : url.getPort();
  }
}
