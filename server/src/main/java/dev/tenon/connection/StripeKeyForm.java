package dev.tenon.connection;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Stripe's keys say about themselves (docs.stripe.com/keys): `sk_` and `rk_` are secret,
/// `pk_` is for browsers, `whsec_` signs webhooks, and `_test_` or `_live_` is the mode. A key of
/// another form is left to Stripe.
final class StripeKeyForm {
  private static final Pattern KEY = Pattern.compile("(?:sk|rk|pk)_(test|live)_.*", Pattern.DOTALL);

  private StripeKeyForm() {}

  /// What is wrong with a value, in words that don't repeat it.
  static Optional<String> wrong(Connection.Environment environment, String field, String value) {
    return switch (field) {
      case "secret_key" ->
          value.startsWith("pk_") || value.startsWith("whsec_")
              ? Optional.of("`secret_key` is a secret or restricted key (`sk_…` or `rk_…`).")
              : mode(environment, field, value);
      case "publishable_key" ->
          value.startsWith("pk_")
              ? mode(environment, field, value)
              : Optional.of(
                  "`publishable_key` begins with `pk_`. Settings can be read: a secret key doesn't"
                      + " belong here.");
      case "webhook_secret" ->
          value.startsWith("sk_") || value.startsWith("rk_") || value.startsWith("pk_")
              ? Optional.of("`webhook_secret` is the signing secret of an endpoint (`whsec_…`).")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<String> mode(
      Connection.Environment environment, String field, String value) {
    Matcher key = KEY.matcher(value);
    boolean production = environment == Connection.Environment.PRODUCTION;
    if (!key.matches() || key.group(1).equals("live") == production) {
      return Optional.empty();
    }
    return Optional.of(
        "`%s` is for %s mode, and the connection for %s. Give it a key of %s mode, or make another connection."
            .formatted(
                field,
                key.group(1),
                environment.name().toLowerCase(Locale.ROOT),
                production ? "live" : "test"));
  }
}
