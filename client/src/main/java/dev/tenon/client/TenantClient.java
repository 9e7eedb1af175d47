package dev.tenon.client;

import java.util.Map;

/// What can be asked about one tenant. Cheap to make; keep it or make it anew.
public final class TenantClient {
  private static final int KEY_CHARS_MAX = 255;

  private final Caller caller;

  TenantClient(Caller caller) {
    this.caller = caller;
  }

  /// The tenant's id.
  public String id() {
    return caller.tenant();
  }

  /// The same tenant, with your own key for the next call instead of one that the client makes up:
  /// name what the call is for (`welcome-4711`), and it is carried out once for 48 hours, also when
  /// your program runs it again. Use it for one call; another one with the same key is refused
  /// (`idempotency.key_reused`).
  ///
  /// @param key 1 to 255 visible ASCII characters
  public TenantClient withIdempotencyKey(String key) {
    if (key.isEmpty()
        || key.length() > KEY_CHARS_MAX
        || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException("an idempotency key is 1 to 255 visible ASCII characters");
    }
    return new TenantClient(new Caller(caller.transport(), caller.tenant(), key));
  }

  public Messages messages() {
    return new Messages(caller);
  }

  public Customers customers() {
    return new Customers(caller);
  }

  public Subscriptions subscriptions() {
    return new Subscriptions(caller);
  }

  public Payments payments() {
    return new Payments(caller);
  }

  public Events events() {
    return new Events(caller);
  }

  public ReceivedEvents receivedEvents() {
    return new ReceivedEvents(caller);
  }

  public Endpoints endpoints() {
    return new Endpoints(caller);
  }

  /// Makes a payment page.
  public CheckoutSession createCheckoutSession(NewCheckoutSession session) {
    return caller.one(CheckoutSession.class, Call.CREATE_CHECKOUT_SESSION, session);
  }

  /// Makes a page on which a customer sees and changes what they subscribed to.
  ///
  /// @param customer our id of the customer or the provider's
  public PortalSession createPortalSession(String customer, String returnUrl) {
    return caller.one(
        PortalSession.class, Call.CREATE_PORTAL_SESSION, new NewPortalSession(customer, returnUrl));
  }

  /// Whether a customer may use a plan now.
  ///
  /// @param customer our id or the provider's
  /// @param price the provider's id of the plan's price
  public Entitlement entitlement(String customer, String price) {
    return caller.one(
        Entitlement.class, Call.ASK_ENTITLEMENT, Map.of("customer", customer, "price", price));
  }

  /// Whether the tenant itself, as the platform's customer, may use a plan now.
  public Entitlement ownEntitlement(String price) {
    return caller.one(Entitlement.class, Call.ASK_ENTITLEMENT, Map.of("price", price));
  }

  /// Whether a customer has any subscription that entitles now.
  public Entitlement entitlement(String customer) {
    return caller.one(Entitlement.class, Call.ASK_ENTITLEMENT, Map.of("customer", customer));
  }

  @Override
  public String toString() {
    return "TenantClient[%s at %s]".formatted(caller.tenant(), caller.transport());
  }
}
