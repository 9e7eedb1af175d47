package dev.tenon.payment;

import dev.tenon.access.Scope;
import dev.tenon.connection.Connection;
import dev.tenon.connector.stripe.CustomerSnapshot;
import dev.tenon.connector.stripe.NewCustomer;
import dev.tenon.db.Database;
import dev.tenon.http.About;
import dev.tenon.http.Page;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// `…/customers`.
final class CustomerRoutes {
  private static final String CUSTOMERS = "/v1/tenants/{tenant}/customers";

  private final Database database;
  private final StripeCallers callers;
  private final PaymentViews views;
  private final Ids ids;
  private final InstantSource clock;

  private CustomerRoutes(
      Database database, StripeCallers callers, PaymentViews views, Ids ids, InstantSource clock) {
    this.database = database;
    this.callers = callers;
    this.views = views;
    this.ids = ids;
    this.clock = clock;
  }

  static void declare(
      Routes routes,
      Database database,
      StripeCallers callers,
      PaymentViews views,
      Ids ids,
      InstantSource clock) {
    var here = new CustomerRoutes(database, callers, views, ids, clock);
    routes
        .post(
            CUSTOMERS,
            Scope.PAYMENTS_WRITE,
            CreateCustomer.class,
            CustomerView.class,
            "Create a customer",
            here::create)
        .repeatable();
    ListFilter.worlds(
        routes.list(
            CUSTOMERS, Scope.PAYMENTS_READ, CustomerView.class, "List the customers", here::list));
    routes.get(
        CUSTOMERS + "/{customer}",
        Scope.PAYMENTS_READ,
        CustomerView.class,
        "Get a customer",
        here::get);
    routes
        .patch(
            CUSTOMERS + "/{customer}",
            Scope.PAYMENTS_WRITE,
            UpdateCustomer.class,
            CustomerView.class,
            "Update a customer",
            here::update)
        .repeatable();
  }

  /// A customer to create at Stripe.
  public record CreateCustomer(
      @About("Where receipts go; at most 500 characters.") String email,
      @Nullable String name,
      @About(
              "`tenant` for a customer on the platform's account that is the tenant itself: what it"
                  + " subscribes to is the tenant's own plan. `customer` where it is not given.")
          @Nullable Subscriber subscriber,
      @About(StripeCallers.CONNECTION) @Nullable String connection,
      @About(StripeCallers.ENVIRONMENT) Connection.@Nullable Environment environment) {}

  /// What is to change about a customer; what is absent stays.
  public record UpdateCustomer(
      @Nullable String email,
      @Nullable String name,
      @About("`tenant` says that it is the tenant itself, on the platform's account.")
          @Nullable Subscriber subscriber) {}

  /// Who a customer is.
  public enum Subscriber {
    /// One of the tenant's customers.
    CUSTOMER,
    /// The tenant itself, as a customer of the platform's.
    TENANT
  }

  /// A customer in the API.
  public record CustomerView(
      String id,
      @About("The provider's id.") String providerId,
      @Nullable String email,
      @Nullable String name,
      boolean deleted,
      @About("`customer`, or `tenant` for the tenant itself.") String subscriber,
      @About("The connection that it was seen on.") String connection,
      @About("What that connection is for: `development`, `staging` or `production`.")
          String environment) {}

  private CustomerView create(Request request, CreateCustomer body) {
    String email = checked("email", body.email());
    String name = body.name() == null ? "" : checked("name", body.name());
    UUID effect = callers.effect(request);
    StripeConnections.Account account =
        callers.account(request, body.connection(), body.environment(), null);
    String subscriber = subscriber(account, body.subscriber());
    CustomerSnapshot made =
        callers.changed(
            request,
            account,
            account
                .stripe()
                .createCustomer(
                    new NewCustomer(callers.origin(request, account, effect), email, name),
                    effect.toString()));
    callers.made(request, account, made.id());
    UUID id =
        database.asTenant(
            request.tenant(),
            tx ->
                views.madeCustomer(
                    tx, account.place(), ids.next(), made, subscriber, clock.instant()));
    return view(id, account.place(), subscriber, made);
  }

  private static CustomerView view(UUID id, Place place, String subscriber, CustomerSnapshot made) {
    return new CustomerView(
        Ids.write(Prefix.CUSTOMER, id),
        made.id(),
        PlainText.name(made.email()),
        PlainText.name(made.name()),
        made.deleted(),
        subscriber,
        Ids.write(Prefix.CONNECTION, place.connection()),
        place.text());
  }

  /// On an account of its own nobody but the tenant could say whose plan it is.
  private static String subscriber(StripeConnections.Account account, @Nullable Subscriber given) {
    if (given == Subscriber.TENANT && !account.shared()) {
      throw ProblemException.invalidField(
          "subscriber", "Only a customer on the platform's account can be the tenant itself.");
    }
    return given == Subscriber.TENANT ? "tenant" : "customer";
  }

  private static String checked(String param, String value) {
    String stripped = value.strip();
    if (stripped.isEmpty() || stripped.length() > PlainText.NAME_CHARS_MAX) {
      throw ProblemException.invalidField(
          param, "`%s` has 1 to %d characters.".formatted(param, PlainText.NAME_CHARS_MAX));
    }
    if (param.equals("email") && !stripped.contains("@")) {
      throw ProblemException.invalidField("email", "`email` is an email address.");
    }
    return stripped;
  }

  private Page<CustomerView> list(Request request) {
    ListFilter filter = ListFilter.worlds(request);
    return database.asTenant(request.tenant(), tx -> views.customers(tx, request.page(), filter));
  }

  private CustomerView get(Request request) {
    return found(request).view();
  }

  private PaymentViews.Found<CustomerView> found(Request request) {
    UUID id =
        Ids.read(Prefix.CUSTOMER, request.path("customer")).orElseThrow(ProblemException::notFound);
    return database
        .asTenant(request.tenant(), tx -> views.customer(tx, id))
        .orElseThrow(ProblemException::notFound);
  }

  /// Changes it at Stripe and answers what Stripe has then. The record follows with the webhook.
  private CustomerView update(Request request, UpdateCustomer body) {
    String email = body.email() == null ? "" : checked("email", body.email());
    String name = body.name() == null ? "" : checked("name", body.name());
    if (email.isEmpty() && name.isEmpty() && body.subscriber() == null) {
      throw ProblemException.invalidField("email", "Give `email`, `name` or `subscriber`.");
    }
    PaymentViews.Found<CustomerView> found = found(request);
    StripeConnections.Account account = callers.account(request, found.connection());
    String subscriber =
        body.subscriber() == null
            ? found.view().subscriber()
            : subscriber(account, body.subscriber());
    if (body.subscriber() != null) {
      database.useTenant(
          request.tenant(), tx -> views.subscriber(tx, found.id(), subscriber, clock.instant()));
    }
    if (email.isEmpty() && name.isEmpty()) {
      return get(request);
    }
    return view(
        found.id(),
        account.place(),
        subscriber,
        callers.changed(
            request,
            account,
            account
                .stripe()
                .updateCustomer(
                    found.providerId(), email, name, callers.effect(request).toString())));
  }
}
