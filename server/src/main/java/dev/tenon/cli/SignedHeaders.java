package dev.tenon.cli;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The headers of a webhook as somebody copied them, and by which scheme they sign.
record SignedHeaders(Scheme scheme, Map<String, String> all) {
  private static final Pattern STRIPE_TIME = Pattern.compile("(?:^|,)\\s*t=([0-9]{1,12})");

  /// How a webhook can be signed.
  enum Scheme {
    STANDARD("standard-webhooks"),
    STRIPE("stripe");

    final String name;

    Scheme(String name) {
      this.name = name;
    }
  }

  SignedHeaders {
    all = Map.copyOf(all);
  }

  /// @throws CommandFailed when one is no header, or none signs
  static SignedHeaders of(List<String> lines) {
    Map<String, String> all = new TreeMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new CommandFailed(Failure.USAGE, "--header: write a header as 'Name: value'");
      }
      all.put(
          line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    if (all.containsKey("stripe-signature")) {
      return new SignedHeaders(Scheme.STRIPE, all);
    }
    for (String family : List.of("webhook-", "svix-")) {
      if (all.containsKey(family + "signature")) {
        for (String name : List.of("id", "timestamp")) {
          if (!all.containsKey(family + name)) {
            throw new CommandFailed(
                Failure.USAGE,
                "the header %s%s is missing: it is signed as well".formatted(family, name));
          }
        }
        return new SignedHeaders(Scheme.STANDARD, all);
      }
    }
    throw new CommandFailed(
        Failure.USAGE,
        "no header holds a signature: give webhook-signature, svix-signature or stripe-signature");
  }

  /// A header, the older name of a family included; empty when it didn't come.
  String standard(String name) {
    return all.getOrDefault("webhook-" + name, all.getOrDefault("svix-" + name, ""));
  }

  /// The time that was signed; empty when there is none that can be read.
  Optional<Instant> signedAt() {
    String text = standard("timestamp");
    if (scheme == Scheme.STRIPE) {
      Matcher time = STRIPE_TIME.matcher(all.getOrDefault("stripe-signature", ""));
      text = time.find() ? time.group(1) : "";
    }
    return text.matches("[0-9]{1,12}")
        ? Optional.of(Instant.ofEpochSecond(Long.parseLong(text)))
        : Optional.empty();
  }
}
