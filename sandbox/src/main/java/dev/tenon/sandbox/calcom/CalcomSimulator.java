package dev.tenon.sandbox.calcom;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.SimulatorContext;
import io.helidon.webserver.http.HttpRouting;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A stand-in for Cal.com: one account with event types, hours, bookings and webhooks. Any key that
/// begins with `cal_` works. The pages on which people book are at `/pro/{slug}`, and a booking's
/// own at `/booking/{uid}`.
public final class CalcomSimulator implements Simulator {
  private final AtomicReference<@Nullable CalcomRoutes> running = new AtomicReference<>();

  @Override
  public String name() {
    return "calcom";
  }

  @Override
  public String title() {
    return "Cal.com";
  }

  @Override
  public boolean isProviderApi(String path) {
    return path.startsWith("/v2/");
  }

  @Override
  public String faultBody(int status) {
    return Json.write(
        CalcomError.json(
            status == 429 ? "TOO_MANY_REQUESTS" : "INTERNAL_SERVER_ERROR",
            "Injected by the sandbox."));
  }

  @Override
  public List<Link> links() {
    return List.of(new Link("/_sandbox/bookings", "What can be booked, and what is"));
  }

  @Override
  public void routing(HttpRouting.Builder routing, SimulatorContext context) {
    var account = new Account(context);
    var hooks = new Hooks(account);
    context.webhooks().addressed(hooks::address);
    var slots = new Slots(account);
    var made =
        new CalcomRoutes(
            account, new EventTypes(account), slots, new Bookings(account, slots, hooks), hooks);
    made.declare(routing);
    running.set(made);
  }

  /// Registers a webhook for all that is told of bookings, as if by the API; in place of one that
  /// has the same address.
  public void registerWebhook(URI url, String secret) {
    routes().register(url, secret);
  }

  /// Makes an event type of 30 minutes, as if by the API, and answers its id; that of the one with
  /// this slug when there is one.
  public String eventType(String title, String slug) {
    return routes().eventType(title, slug);
  }

  /// Books the next free time, as a person on the page does, and answers the booking's uid.
  public String book(String slug, String name, String email, String timeZone) {
    return routes().book(slug, name, email, timeZone);
  }

  private CalcomRoutes routes() {
    CalcomRoutes routes = running.get();
    if (routes == null) {
      throw new IllegalStateException("The Cal.com simulator is not part of a running sandbox.");
    }
    return routes;
  }
}
