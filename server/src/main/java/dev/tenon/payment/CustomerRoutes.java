package dev.tenon.payment;

import dev.tenon.access.Scope;
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
    routes.list(
        CUSTOMERS, Scope.PAYMENTS_READ, CustomerView.class, "List the customers", here::list);
    routes
        .get(
            CUSTOMERS + "/{customer}",
            Scope.PAYMENTS_READ,
            CustomerView.class,
            "Get a customer",
            here::get)
        .tagged(CustomerView.class);
    routes
        .patch(
            CUSTOMERS + "/{customer}",
            Scope.PAYMENTS_WRITE,
            UpdateCustomer.class,
            CustomerView.class,
            "Update a customer",
            here::update)
        .tagged(CustomerView.class)
        .repeatable();
  }

  /// A customer to create at Stripe.
  public record CreateCustomer(
      @About("Where receipts go; at most 500 characters.") String email, @Nullable String name) {}

  /// What is to change about a customer; what is absent stays.
  public record UpdateCustomer(@Nullable String email, @Nullable String name) {}

  /// A customer in the API.
  public record CustomerView(
      String id,
      @About("The provider's id.") String providerId,
      @Nullable String email,
      @Nullable String name,
      boolean deleted) {}

  private CustomerView create(Request request, CreateCustomer body) {
    String email = checked("email", body.email());
    String name = body.name() == null ? "" : checked("name", body.name());
    UUID effect = callers.effect(request);
    StripeConnections.Account account = callers.account(request);
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
                    tx, account.connection().uuid(), ids.next(), made, clock.instant()));
    return view(id, made);
  }

  private static CustomerView view(UUID id, CustomerSnapshot made) {
    return new CustomerView(
        Ids.write(Prefix.CUSTOMER, id),
        made.id(),
        PlainText.name(made.email()),
        PlainText.name(made.name()),
        made.deleted());
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
    return database.asTenant(request.tenant(), tx -> views.customers(tx, request.page()));
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
    if (email.isEmpty() && name.isEmpty()) {
      throw ProblemException.invalidField("email", "Give `email` or `name`, or both.");
    }
    PaymentViews.Found<CustomerView> found = found(request);
    // As known before the call: what happens at Stripe meanwhile no lock of ours can hold.
    request.requireMatch(found.view());
    StripeConnections.Account account = callers.account(request, found.connection());
    return view(
        found.id(),
        callers.changed(
            request,
            account,
            account
                .stripe()
                .updateCustomer(
                    found.providerId(), email, name, callers.effect(request).toString())));
  }
}
