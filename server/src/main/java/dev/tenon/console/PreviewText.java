package dev.tenon.console;

/// Small pages for the frame of a preview, which may hold no style sheet of ours.
final class PreviewText {
  private static final String HEAD =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Preview</title>"
          + "<meta name=\"color-scheme\" content=\"light dark\"><style>"
          + ":root { color-scheme: light dark; } body { margin: 16px; font: 14px/22px system-ui, sans-serif; }"
          + " pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/20px ui-monospace, monospace; }"
          + "</style></head><body><main>";
  private static final String END = "</main></body></html>";

  private PreviewText() {}

  /// A plain part as it reads.
  static String page(String subject, String text) {
    return HEAD
        + "<p><strong>"
        + escaped(subject)
        + "</strong></p><pre tabindex=\"0\">"
        + escaped(text.isEmpty() ? "No plain text." : text)
        + "</pre>"
        + END;
  }

  /// Why there is nothing to see.
  static String problem(String words) {
    return HEAD + "<p><strong>It can't be shown:</strong> " + escaped(words) + "</p>" + END;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
