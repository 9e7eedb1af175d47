package dev.tenon.sandbox.stripe;

import java.util.Map;

/// Restricted keys, which lack rights.
///
/// The sandbox has no dashboard to take rights away in, so a key says itself what it lacks:
/// `rk_test_lacks_subscription_write` may do all but change subscriptions. A right to write
/// includes the one to read (docs.stripe.com/keys/restricted-api-keys).
final class RestrictedKeys {
  private static final String LACKS = "rk_test_lacks_";

  /// What Stripe calls the right where that isn't the path's own word in the singular.
  private static final Map<String, String> NAMES =
      Map.of(
          "checkout", "checkout_session",
          "billing_portal", "customer_portal",
          "prices", "plan",
          "webhook_endpoints", "webhook");

  private RestrictedKeys() {}

  /// Refuses a call that the key has no right to.
  static void check(String key, String method, String path) {
    if (!key.startsWith(LACKS)) {
      return;
    }
    String lacking = key.substring(LACKS.length());
    String[] steps = path.split("/", -1);
    String resource = steps.length > 2 ? steps[2] : "";
    String name =
        NAMES.getOrDefault(
            resource,
            resource.endsWith("s") ? resource.substring(0, resource.length() - 1) : resource);
    String needed = name + (method.equals("GET") ? "_read" : "_write");
    if (needed.equals(lacking)) {
      throw StripeError.forbidden(
          """
          The provided key '%s' does not have the required permissions for this endpoint on account \
          'acct_sandbox'. Having the 'rak_%s' permission would allow this request to continue."""
              .formatted(masked(key), needed));
    }
  }

  private static String masked(String key) {
    return "rk_test_" + "*".repeat(12) + key.substring(key.length() - 4);
  }
}
