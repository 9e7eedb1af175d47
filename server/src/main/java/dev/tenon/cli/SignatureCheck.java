package dev.tenon.cli;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.connector.signature.StandardWebhookSignature;
import dev.tenon.connector.signature.StripeSignature;
import dev.tenon.connector.signature.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Verifies one webhook for a person, with a guess at what went wrong: most bodies that don't match
/// were changed on the way from the socket to the verifier.
///
/// @param now when it came
record SignatureCheck(SignedHeaders headers, List<Secret> secrets, Instant now) {
  private static final String PUBLIC_KEY = "whpk_";
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  SignatureCheck {
    secrets = List.copyOf(secrets);
  }

  /// What was found.
  ///
  /// @param reason a sentence
  /// @param hint what to do about it; empty when there is nothing
  record Found(boolean valid, String reason, String hint) {}

  Found of(byte[] body) {
    return switch (verdict(body)) {
      case Verdict.Valid valid ->
          new Found(
              true,
              secrets.size() == 1
                  ? "The signature is valid."
                  : "The signature is valid, by secret %d.".formatted(valid.secretIndex() + 1),
              "");
      case Verdict.Malformed malformed ->
          new Found(false, "Not valid: %s.".formatted(malformed.reason()), "");
      case Verdict.Mismatch _ ->
          new Found(false, "Not valid: no signature matches the secret and this body.", hint(body));
      case Verdict.TooOld old ->
          new Found(
              false,
              "Truly signed, but %s ago: a receiver refuses more than 5 minutes."
                  .formatted(words(old.age())),
              "To check one that was kept, say when it came with --at, or use --any-age.");
      case Verdict.TooNew early ->
          new Found(
              false,
              "Truly signed, but for a time %s ahead: a clock is wrong."
                  .formatted(words(early.ahead())),
              "");
      case Verdict.NoSecret _ ->
          new Found(
              false,
              "Not valid: the secret is none of this scheme.",
              "Standard Webhooks has whsec_ and base64, or the public key whpk_ and base64.");
      case Verdict.Unknown unknown ->
          new Found(false, "Nobody knows: %s.".formatted(unknown.reason()), "Try again later.");
    };
  }

  /// By each secret alone, since they may be of different kinds; what says most wins.
  private Verdict verdict(byte[] body) {
    Verdict best = new Verdict.NoSecret();
    for (int i = 0; i < secrets.size(); i++) {
      Verdict one = verdict(body, secrets.get(i));
      switch (one) {
        case Verdict.Valid _ -> {
          return new Verdict.Valid(i);
        }
        case Verdict.Malformed _, Verdict.TooOld _, Verdict.TooNew _, Verdict.Unknown _ ->
            best = one;
        case Verdict.Mismatch _ -> best = best instanceof Verdict.NoSecret ? one : best;
        case Verdict.NoSecret _ -> {}
      }
    }
    return best;
  }

  private Verdict verdict(byte[] body, Secret secret) {
    if (headers.scheme() == SignedHeaders.Scheme.STRIPE) {
      return StripeSignature.verify(
          body, headers.all().get("stripe-signature"), List.of(secret), now);
    }
    if (secret.reveal().startsWith(PUBLIC_KEY)) {
      return byPublicKey(body, secret.reveal());
    }
    return StandardWebhookSignature.verify(
        body,
        headers.standard("id"),
        headers.standard("timestamp"),
        headers.standard("signature"),
        List.of(secret),
        now);
  }

  private Verdict byPublicKey(byte[] body, String key) {
    Optional<Instant> signedAt = headers.signedAt();
    if (signedAt.isEmpty()) {
      return new Verdict.Malformed("the timestamp is not a number of seconds");
    }
    try {
      return Ed25519WebhookSignature.verify(
              body, headers.standard("id"), signedAt.get(), headers.standard("signature"), key)
          ? judge(signedAt.get())
          : new Verdict.Mismatch();
    } catch (IllegalArgumentException e) {
      return new Verdict.NoSecret();
    }
  }

  private Verdict judge(Instant signedAt) {
    Duration age = Duration.between(signedAt, now);
    if (age.compareTo(TOLERANCE) > 0) {
      return new Verdict.TooOld(age);
    }
    return age.negated().compareTo(TOLERANCE) > 0
        ? new Verdict.TooNew(age.negated())
        : new Verdict.Valid(0);
  }

  private String hint(byte[] body) {
    for (Map.Entry<String, byte[]> other : variants(body).entrySet()) {
      if (!(verdict(other.getValue()) instanceof Verdict.Mismatch)) {
        return "It matches %s. Verify the bytes as they came, before anything reads or writes them anew."
            .formatted(other.getKey());
      }
    }
    return "Either the secret is another endpoint's, or the body is not the one that was signed.";
  }

  /// What is commonly done to a body on its way.
  private static Map<String, byte[]> variants(byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    Map<String, String> variants = new LinkedHashMap<>();
    variants.put("without the line break at the end", text.replaceFirst("\\R\\z", ""));
    variants.put("with a line break at the end", text + "\n");
    variants.put("with a carriage return and line break at the end", text + "\r\n");
    variants.put("with line breaks as LF", text.replace("\r\n", "\n"));
    variants.put("with line breaks as CRLF", text.replace("\r\n", "\n").replace("\n", "\r\n"));
    try {
      variants.put(
          "as JSON without blanks",
          JsonMapper.shared().writeValueAsString(JsonMapper.shared().readTree(text)));
    } catch (JacksonException e) {
      // No JSON, so nobody wrote it anew.
    }
    Map<String, byte[]> bytes = new LinkedHashMap<>();
    variants.forEach((name, variant) -> bytes.put(name, variant.getBytes(StandardCharsets.UTF_8)));
    return bytes;
  }

  private static String words(Duration time) {
    if (time.compareTo(Duration.ofMinutes(2)) < 0) {
      return time.toSeconds() + " seconds";
    }
    if (time.compareTo(Duration.ofHours(2)) < 0) {
      return time.toMinutes() + " minutes";
    }
    return time.compareTo(Duration.ofDays(2)) < 0
        ? time.toHours() + " hours"
        : time.toDays() + " days";
  }
}
