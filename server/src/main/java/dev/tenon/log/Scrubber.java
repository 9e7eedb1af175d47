package dev.tenon.log;

import java.util.regex.Pattern;

/// Replaces what looks like a key by `(secret)`: the last line of defence, for a provider's answer
/// or a library's message that repeats a credential. The first is that secrets are a type that
/// can't be printed.
public final class Scrubber {
  private static final String HIDDEN = "(secret)";

  /// Tokens that are known by their beginning. Each needs some length after it, so that a prefix
  /// alone ("keys begin with sk_live_") stays readable.
  private static final Pattern TOKENS =
      Pattern.compile(
          "(?<![A-Za-z0-9])(?:"
              + "(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}" // Stripe keys
              + "|whsec_[A-Za-z0-9+/=_-]{8,}" // webhook secrets: Stripe, Standard Webhooks
              + "|whsk_[A-Za-z0-9+/=_-]{8,}" // Standard Webhooks, asymmetric
              + "|tn_[A-Za-z0-9_-]{8,}" // our own API keys
              + "|re_[A-Za-z0-9_]{16,}" // Resend; a Stripe refund id is re_ too and goes as well
              + "|SG\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}" // SendGrid
              + "|key-[0-9a-f]{32}" // Mailgun, older
              + "|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}" // Mailgun
              + "|cal_(?:live_|test_)?[A-Za-z0-9]{16,}" // Cal.com
              + "|pat-[a-z0-9]{2,4}-[A-Fa-f0-9-]{16,}" // HubSpot private apps
              + "|eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*)?" // JWT
              + ")");

  /// Credentials that are known by the word before them.
  private static final Pattern HEADERS =
      Pattern.compile(
          "(?i)\\b(Bearer|Basic)(\\s+)(?!\\(secret\\))[A-Za-z0-9._~+/=-]{8,}"
              + "|(X-Postmark-Server-Token|X-Postmark-Account-Token|client_secret|refresh_token"
              + "|secret_access_key|secretAccessKey|access_token|code_verifier|password)(\"?\\s*[:=]\\s*\"?)(?!\\(secret\\))[^\\s\"&,;}]{4,}");

  private static final Pattern PRIVATE_KEYS =
      Pattern.compile(
          "-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)");

  private Scrubber() {}

  /// `text` without what looks like a secret.
  public static String scrub(String text) {
    String clean = text;
    if (clean.contains("PRIVATE KEY")) {
      clean = PRIVATE_KEYS.matcher(clean).replaceAll(HIDDEN);
    }
    clean = HEADERS.matcher(clean).replaceAll("$1$3$2$4" + HIDDEN);
    return TOKENS.matcher(clean).replaceAll(HIDDEN);
  }
}
