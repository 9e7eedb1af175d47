package dev.tenon.http;

/// The page that explains every problem code, made from [ProblemCode].
public final class ProblemPage {
  private ProblemPage() {}

  /// Where the server serves the page.
  static final String PATH = "/docs/problems";

  /// The address of a code's explanation, which is the `type` of its problems.
  static String link(PublicUrl publicUrl, ProblemCode code) {
    return publicUrl.at(PATH + "#" + code.text());
  }

  /// As it stands in `docs/problems.md`.
  static String markdown() {
    var out = new StringBuilder();
    out.append(
        """
        # Problems

        Every answer that is not a success is `application/problem+json` (RFC 9457):

        ```json
        {
          "type": "https://hooks.example.com/docs/problems#request.missing_field",
          "title": "A field is missing",
          "status": 400,
          "detail": "The field `name` is needed.",
          "code": "request.missing_field",
          "param": "name",
          "doc_url": "https://hooks.example.com/docs/problems#request.missing_field",
          "request_id": "req_01k85rd5hne659hjjbrogo1r6s"
        }
        ```

        Programs decide by `code`: it never changes its meaning. `detail` is for people and may change. \
        `param` names the field, query parameter or scope it is about, where there is one. `request_id` \
        finds the request in the logs. `type` and `doc_url` lead to this page on the server that answered.

        This page is made from `ProblemCode`.
        """);
    String area = "";
    for (ProblemCode code : ProblemCode.values()) {
      String own = code.text().substring(0, code.text().indexOf('.'));
      if (!own.equals(area)) {
        area = own;
        out.append("\n## ").append(area).append('\n');
      }
      out.append(
          "\n### %s\n\n%d. **What happened:** %s.\n\n**What to do:** %s\n"
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
