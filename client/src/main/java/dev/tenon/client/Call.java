package dev.tenon.client;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Every operation of the API that this client makes, in one table: a test of the server compares
/// it, and every field of these records, with `/openapi.json`.
enum Call {
  SEND_MESSAGE("POST", "/messages", Repeat.KEYED, NewMessage.class, Message.class),
  LIST_MESSAGES(
      "GET",
      "/messages",
      Message.class,
      Query.PAGED,
      "state",
      "recipient",
      "template",
      "stream",
      "tag",
      "since",
      "until"),
  GET_MESSAGE("GET", "/messages/{message}", Message.class),
  CANCEL_MESSAGE("POST", "/messages/{message}/cancel", Repeat.KEYED, null, Message.class),
  CREATE_CUSTOMER("POST", "/customers", Repeat.KEYED, NewCustomer.class, Customer.class),
  LIST_CUSTOMERS("GET", "/customers", Customer.class, Query.PAGED),
  GET_CUSTOMER("GET", "/customers/{customer}", Customer.class),
  UPDATE_CUSTOMER(
      "PATCH", "/customers/{customer}", Repeat.KEYED, CustomerChange.class, Customer.class),
  CREATE_CHECKOUT_SESSION(
      "POST", "/checkout-sessions", Repeat.KEYED, NewCheckoutSession.class, CheckoutSession.class),
  CREATE_PORTAL_SESSION(
      "POST", "/portal-sessions", Repeat.KEYED, NewPortalSession.class, PortalSession.class),
  LIST_SUBSCRIPTIONS("GET", "/subscriptions", Subscription.class, Query.PAGED, "customer"),
  GET_SUBSCRIPTION("GET", "/subscriptions/{subscription}", Subscription.class),
  CANCEL_SUBSCRIPTION(
      "POST",
      "/subscriptions/{subscription}/cancel",
      Repeat.KEYED,
      Cancellation.class,
      Subscription.class),
  RESUME_SUBSCRIPTION(
      "POST",
      "/subscriptions/{subscription}/resume",
      Repeat.KEYED,
      null,
      StartedSubscription.class),
  LIST_PAYMENTS("GET", "/payments", Payment.class, Query.PAGED, "customer"),
  GET_PAYMENT("GET", "/payments/{payment}", Payment.class),
  ASK_ENTITLEMENT("GET", "/entitlements", Entitlement.class, "customer", "price"),
  LIST_RECEIVED_EVENTS(
      "GET",
      "/received-events",
      ReceivedEvent.class,
      Query.PAGED,
      "connection",
      "state",
      "kind",
      "since",
      "until"),
  GET_RECEIVED_EVENT("GET", "/received-events/{received_event}", ReceivedEvent.class),
  REPLAY_RECEIVED_EVENT(
      "POST", "/received-events/{received_event}/replay", Repeat.KEYED, null, Replayed.class),
  LIST_EVENTS(
      "GET", "/events", StoredEvent.class, Query.PAGED, "type", "about", "cause", "since", "until"),
  GET_EVENT("GET", "/events/{event}", StoredEvent.class),
  CREATE_ENDPOINT("POST", "/endpoints", Repeat.KEYED, NewEndpoint.class, Endpoint.class),
  LIST_ENDPOINTS("GET", "/endpoints", Endpoint.class, Query.PAGED),
  GET_ENDPOINT("GET", "/endpoints/{endpoint}", Endpoint.class),
  UPDATE_ENDPOINT(
      "PATCH", "/endpoints/{endpoint}", Repeat.SAME, EndpointChange.class, Endpoint.class),
  DELETE_ENDPOINT("DELETE", "/endpoints/{endpoint}", Repeat.ONCE, null, null),
  ENABLE_ENDPOINT("POST", "/endpoints/{endpoint}/enable", Repeat.KEYED, null, Endpoint.class),
  DISABLE_ENDPOINT(
      "POST", "/endpoints/{endpoint}/disable", Repeat.KEYED, EndpointEnd.class, Endpoint.class),
  ROTATE_ENDPOINT_SECRET(
      "POST", "/endpoints/{endpoint}/rotate-secret", Repeat.KEYED, NewSecret.class, Endpoint.class),
  TEST_ENDPOINT("POST", "/endpoints/{endpoint}/test", Repeat.KEYED, null, TestSent.class);

  /// What may be done when nobody knows whether a call was carried out.
  enum Repeat {
    /// It changes nothing, or the same again: it is made again.
    SAME,
    /// It carries an `Idempotency-Key`, by which the server knows it again.
    KEYED,
    /// A second one would do something else: it is left to the caller. So is a deletion, whose
    /// repetition answers "not found".
    ONCE
  }

  /// Names of query parameters.
  private static final class Query {
    /// Stands for those by which pages are asked for.
    static final String PAGED = "limit";
  }

  private final String method;
  private final String path;
  private final Repeat repeat;
  private final @Nullable Class<? extends Record> body;
  private final @Nullable Class<? extends Record> answer;

  @SuppressWarnings("ImmutableEnumChecker") // Immutable, as List.of makes it.
  private final List<String> queries;

  Call(
      String method,
      String path,
      Repeat repeat,
      @Nullable Class<? extends Record> body,
      @Nullable Class<? extends Record> answer) {
    this.method = method;
    this.path = path;
    this.repeat = repeat;
    this.body = body;
    this.answer = answer;
    this.queries = List.of();
  }

  Call(String method, String path, Class<? extends Record> answer, String... queries) {
    this.method = method;
    this.path = path;
    this.repeat = Repeat.SAME;
    this.body = null;
    this.answer = answer;
    this.queries = List.of(queries);
  }

  String method() {
    return method;
  }

  /// The path below the tenant, with names in braces.
  String path() {
    return path;
  }

  /// The same as the API's document writes it.
  String documentedPath() {
    return "/v1/tenants/{tenant}" + path;
  }

  Repeat repeat() {
    return repeat;
  }

  /// The form of the request's body, or null.
  @Nullable Class<? extends Record> body() {
    return body;
  }

  /// The form of the answer, of one entry where it is a list, or null for none.
  @Nullable Class<? extends Record> answer() {
    return answer;
  }

  boolean paged() {
    return queries.contains(Query.PAGED);
  }

  /// All query parameters that it may send.
  List<String> queries() {
    return paged() ? Stream.concat(queries.stream(), Stream.of("cursor")).toList() : queries;
  }
}
