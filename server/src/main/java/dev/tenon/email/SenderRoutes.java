package dev.tenon.email;

import dev.tenon.access.Scope;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.InvalidEmailException;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/v1/tenants/{tenant}/senders`.
public final class SenderRoutes {
  private static final int PRODUCT_CHARS_MAX = 200;

  private final Database database;
  private final InstantSource clock;

  private SenderRoutes(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  public static void declare(Routes routes, Database database, InstantSource clock) {
    var here = new SenderRoutes(database, clock);
    String path = "/v1/tenants/{tenant}/senders";
    routes
        .post(
            path,
            Scope.EMAIL_WRITE,
            CreateSender.class,
            SenderView.class,
            "Create a sender",
            here::create)
        .repeatable();
    routes.get(path, Scope.EMAIL_READ, SenderList.class, "List the senders", here::list);
    routes
        .get(path + "/{address}", Scope.EMAIL_READ, SenderView.class, "Get a sender", here::get)
        .tagged(SenderView.class);
    routes
        .delete(path + "/{address}", Scope.EMAIL_WRITE, "Delete a sender", here::delete)
        .tagged(SenderView.class);
  }

  /// A sender to add; one that is there is replaced.
  public record CreateSender(
      @About(
              "An address of a domain that the platform marked as the tenant's; any address with a"
                  + " key of the platform.")
          String address,
      @About("Shown beside the address.") @Nullable String name,
      @About("What the built-in mails call the product.") @Nullable String product,
      @About(
              "Whether mails that name no sender come from it. A tenant's first sender is the"
                  + " default.")
          @Nullable Boolean isDefault,
      @About(
              "Marks the whole domain as the tenant's, so that its own keys may add addresses of it."
                  + " Only with a key of the platform.")
          @Nullable Boolean ownsDomain) {}

  /// A sender in the API.
  public record SenderView(
      String address,
      String name,
      String product,
      boolean isDefault,
      boolean ownsDomain,
      Instant createdAt) {}

  /// All senders of a tenant.
  public record SenderList(List<SenderView> data, @Nullable String nextCursor) {}

  private SenderView create(Request request, CreateSender body) {
    EmailAddress address = address(body);
    String product = body.product() == null ? "" : body.product().strip();
    if (product.isEmpty()) {
      product = address.name().isEmpty() ? address.domain() : address.name();
    }
    if (product.length() > PRODUCT_CHARS_MAX || product.chars().anyMatch(Character::isISOControl)) {
      throw ProblemException.invalidField(
          "product", "`product` has at most 200 characters and no line breaks.");
    }
    boolean platform = request.caller().platform();
    boolean ownsDomain = Boolean.TRUE.equals(body.ownsDomain());
    if (ownsDomain && !platform) {
      throw new ProblemException(
          ProblemCode.ACCESS_PLATFORM_ONLY, "Only the platform marks domains.", "owns_domain");
    }
    Instant now = clock.instant();
    var wanted =
        new Sender(
            address.address(),
            address.name(),
            product,
            Boolean.TRUE.equals(body.isDefault()),
            ownsDomain,
            now);
    return database.asTenant(
        request.tenant(),
        tx -> {
          tx.hold(Senders.HELD);
          if (!platform && !Senders.ownsDomainOf(tx, address.address())) {
            throw new ProblemException(
                ProblemCode.EMAIL_SENDER_NOT_OWNED,
                "The domain '%s' is not marked as this tenant's.".formatted(address.domain()),
                "address");
          }
          return view(Senders.put(tx, wanted, now));
        });
  }

  private static EmailAddress address(CreateSender body) {
    try {
      return new EmailAddress(body.name() == null ? "" : body.name().strip(), body.address());
    } catch (InvalidEmailException e) {
      throw ProblemException.invalidField("address", String.valueOf(e.getMessage()));
    }
  }

  private SenderList list(Request request) {
    return new SenderList(
        database.asTenant(request.tenant(), Senders::list).stream()
            .map(SenderRoutes::view)
            .toList(),
        null);
  }

  private SenderView get(Request request) {
    return database
        .asTenant(request.tenant(), tx -> Senders.find(tx, request.path("address")))
        .map(SenderRoutes::view)
        .orElseThrow(ProblemException::notFound);
  }

  /// A tenant without a default sender falls to the platform's.
  private void delete(Request request) {
    boolean gone =
        database.asTenant(
            request.tenant(),
            tx -> {
              tx.hold(Senders.HELD);
              Senders.find(tx, request.path("address"))
                  .map(SenderRoutes::view)
                  .ifPresent(request::requireMatch);
              return Senders.delete(tx, request.path("address"));
            });
    if (!gone) {
      throw ProblemException.notFound();
    }
  }

  private static SenderView view(Sender sender) {
    return new SenderView(
        sender.address(),
        sender.name(),
        sender.product(),
        sender.isDefault(),
        sender.ownsDomain(),
        sender.createdAt());
  }
}
