package dev.tenon.cli;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// Sets something off in the sandbox and shows what follows, step by step. It asks the server by
/// its API and does in the sandbox what a buyer would, so it shows what really happened.
@Command(
    name = "trigger",
    description =
        "Set something off in the sandbox, such as a paid checkout, and show what follows step by"
            + " step.")
final class Trigger implements Callable<Integer> {
  /// A silent provider is waited for until its call times out and it is asked about the mail.
  private static final int WAIT_SECONDS_SILENT = 150;

  private static final int WAIT_SECONDS = 30;

  @Mixin private HubOptions target = new HubOptions();

  @Parameters(
      arity = "0..2",
      paramLabel = "WHAT",
      description = "checkout, or subscription with what happens to it; --list shows all.",
      completionCandidates = Words.class)
  private List<String> words = new ArrayList<>();

  @Option(names = "--list", description = "Show what can be triggered.")
  private boolean list;

  @Option(
      names = "--break",
      paramLabel = "PROVIDER[=HOW]",
      description =
          "Break an email provider of the sandbox for this run: postmark, resend, smtp, …; down (the"
              + " default), key or silent. May be repeated.")
  private List<String> broken = new ArrayList<>();

  @Option(
      names = "--email",
      paramLabel = "ADDRESS",
      description = "The buyer's address; without it, a new one each time.")
  private @Nullable String email;

  @Option(
      names = "--price",
      paramLabel = "ID",
      description = "The price to subscribe to; without it, one of the sandbox.")
  private @Nullable String price;

  @Option(
      names = "--subscription",
      paramLabel = "ID",
      description = "Which subscription, by its id or the provider's; without it, the newest.")
  private @Nullable String subscription;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "How long to wait for everything to follow; 30, or 150 with a silent provider.")
  private @Nullable Integer waitSeconds;

  private final Console console;
  private final Json json;
  private final InstantSource clock = InstantSource.system();

  Trigger(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  /// What completion offers.
  static final class Words extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    Words() {
      super(
          Arrays.stream(Scenario.values())
              .flatMap(each -> Arrays.stream(each.words().split(" ")))
              .distinct()
              .toList());
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    if (list) {
      return showList();
    }
    ClientLog.start(console.environment());
    Scenario scenario =
        Scenario.find(String.join(" ", words))
            .orElseThrow(
                () ->
                    new CommandFailed(
                        Failure.USAGE,
                        words.isEmpty()
                            ? "say what to trigger, such as: tenon trigger checkout. See: tenon trigger --list"
                            : "there is no \"%s\" to trigger. See: tenon trigger --list"
                                .formatted(String.join(" ", words))));
    Map<String, String> ways = BrokenProviders.read(broken);
    Duration patience = patience(ways);
    try (HubClient hub = HubClient.open(target.find(console.environment()));
        StandIns sandbox = StandIns.find(hub)) {
      var steps = new Steps(console, json.wanted(), clock);
      steps.say(
          "Triggering %s for %s at %s%n"
              .formatted(scenario.words(), hub.hub().tenant(), hub.hub().api()));
      try (var _ = BrokenProviders.breakAll(sandbox, steps, ways)) {
        var walk = new Walk(hub, sandbox, steps, scenario);
        if (scenario == Scenario.CHECKOUT) {
          String buyer = buyer();
          walk.before(new Walk.Subject("", "", buyer));
          walk.follow(checkOut(hub, sandbox, steps, buyer), patience);
        } else {
          Walk.Subject subject = existing(hub, sandbox);
          walk.before(subject);
          sandbox.act(subject.subscription(), scenario.action());
          steps.now(
              "done in the sandbox",
              "%s of %s".formatted(scenario.action(), subject.subscription()),
              Map.of("action", scenario.action(), "provider_id", subject.subscription()));
          walk.follow(subject, patience);
        }
      }
      steps.now("done", "Everything followed.", Map.of("ok", true));
    }
    return 0;
  }

  private Duration patience(Map<String, String> ways) {
    @Nullable Integer given = waitSeconds;
    if (given == null) {
      return Duration.ofSeconds(ways.containsValue("silent") ? WAIT_SECONDS_SILENT : WAIT_SECONDS);
    }
    if (given < 1 || given > 3600) {
      throw new CommandFailed(Failure.USAGE, "--wait is from 1 to 3600 seconds");
    }
    return Duration.ofSeconds(given);
  }

  private String buyer() {
    return email == null
        ? "buyer-%s@customer.test".formatted(UUID.randomUUID().toString().substring(0, 8))
        : email;
  }

  private Walk.Subject checkOut(HubClient hub, StandIns sandbox, Steps steps, String buyer) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("price", price == null ? sandbox.price() : price);
    body.put("email", buyer);
    body.put("success_url", hub.hub().api() + "/console");
    body.put("cancel_url", hub.hub().api() + "/console");
    JsonNode session = hub.postOfTenant("/checkout-sessions", body);
    String id = session.path("provider_id").asString("");
    steps.now(
        "checkout session created",
        "%s for %s".formatted(id, buyer),
        Map.of("checkout_session", id, "url", session.path("url").asString(""), "email", buyer));
    JsonNode paid = sandbox.pay(id);
    String subscribed = paid.path("subscription").asString("");
    steps.now(
        "paid in the sandbox",
        subscribed,
        Map.of("checkout_session", id, "provider_id", subscribed));
    return new Walk.Subject(paid.path("customer").asString(""), subscribed, buyer);
  }

  private Walk.Subject existing(HubClient hub, StandIns sandbox) {
    @Nullable String named = subscription;
    for (JsonNode row : hub.ofTenant("/subscriptions?limit=100").path("data")) {
      String id = row.path("provider_id").asString("");
      boolean chosen =
          named == null
              ? !row.path("state").asString("").equals("ended")
              : named.equals(id) || named.equals(row.path("id").asString(""));
      if (chosen) {
        String customer = sandbox.subscription(id).path("customer").asString("");
        return new Walk.Subject(customer, id, sandbox.email(customer));
      }
    }
    throw new CommandFailed(
        Failure.NOT_FOUND,
        named == null
            ? "the tenant has no subscription that has not ended. Make one: tenon trigger checkout"
            : "the tenant has no subscription %s among its newest 100".formatted(named));
  }

  private int showList() {
    if (json.wanted()) {
      for (Scenario each : Scenario.values()) {
        console.answer(true, "", Map.of("trigger", each.words(), "about", each.about()));
      }
    } else {
      for (Scenario each : Scenario.values()) {
        console.out().println("  %-28s %s".formatted(each.words(), each.about()));
      }
      console.out().flush();
    }
    return 0;
  }
}
