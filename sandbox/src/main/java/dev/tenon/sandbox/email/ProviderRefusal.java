package dev.tenon.sandbox.email;

/// A provider's documented "no" on its way to the one place that writes it as an answer.
///
/// `code` is Postmark's `ErrorCode` as text, Resend's `name`, SendGrid's `field` or the type of
/// AWS's error.
final class ProviderRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String words;

  ProviderRefusal(int status, String code, String words) {
    super(words, null, false, false);
    this.status = status;
    this.code = code;
    this.words = words;
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String words() {
    return words;
  }
}
