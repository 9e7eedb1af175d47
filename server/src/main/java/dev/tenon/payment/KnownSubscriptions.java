package dev.tenon.payment;

import dev.tenon.db.Database;
import dev.tenon.http.ProblemCode;
import dev.tenon.http.ProblemException;
import dev.tenon.http.Request;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;

/// The subscription that a path names, as far as Stripe has told of it.
final class KnownSubscriptions {
  private final Database database;
  private final PaymentViews views;

  KnownSubscriptions(Database database, PaymentViews views) {
    this.database = database;
    this.views = views;
  }

  /// Throws [ProblemException] (404) when this tenant has none of that id.
  PaymentViews.Found<SubscriptionRoutes.SubscriptionView> get(Request request) {
    return Ids.read(Prefix.SUBSCRIPTION, request.path("subscription"))
        .flatMap(id -> database.asTenant(request.tenant(), tx -> views.subscription(tx, id)))
        .orElseThrow(ProblemException::notFound);
  }

  /// One that has not ended: throws [ProblemException] (409) otherwise, since nothing can change
  /// it.
  PaymentViews.Found<SubscriptionRoutes.SubscriptionView> alive(Request request) {
    PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found = get(request);
    if (isEnded(found)) {
      throw ended();
    }
    return found;
  }

  static boolean isEnded(PaymentViews.Found<SubscriptionRoutes.SubscriptionView> found) {
    return found.view().state().equals(SubscriptionState.ENDED.text());
  }

  static ProblemException ended() {
    return new ProblemException(
        ProblemCode.REQUEST_CONFLICT, "This subscription has ended; it can't be changed.");
  }
}
