package dev.tenon.http;

/// The page that explains every problem code, made from [ProblemCode].
public final class ProblemPage {
  private ProblemPage() {}

  /// As it stands in `docs/problems.md`.
  public static String markdown() {
    var out = new StringBuilder();
    out.append(
        """
        # Problems

        Every answer that is not a success is `application/problem+json` (RFC 9457). `code` never
        changes its meaning, `param` names the field it is about, `request_id` finds the request in the
        logs.
        """);
    for (ProblemCode code : ProblemCode.values()) {
      out.append(
          "\n## %s\n\n%d: %s. %s\n"
              .formatted(code.text(), code.status(), code.title(), code.whatToDo()));
    }
    return out.toString();
  }

  static String html() {
    var rows = new StringBuilder();
    for (ProblemCode code : ProblemCode.values()) {
      rows.append(
          "<h2 id=\"%s\"><code>%s</code></h2><p>%d: %s. %s</p>\n"
              .formatted(
                  code.text(),
                  code.text(),
                  code.status(),
                  escape(code.title()),
                  escape(code.whatToDo())));
    }
    return """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>Problems · Tenon</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <style>:root{color-scheme:light dark;font:16px/1.5 system-ui}body{max-width:42rem;margin:2rem auto;padding:0 1rem}:target{background:Mark;color:MarkText}</style>
    </head><body><h1>Problems</h1>
    <p>What each <code>code</code> of an answer means and what to do.</p>
    %s</body></html>
    """
        .formatted(rows);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
